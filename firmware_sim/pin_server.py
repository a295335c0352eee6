"""The simulator's end of the GPIO lines: what is written to pins moves the world; what it senses reaches their users.

When a user goes away without releasing its lines, they are held at their last level, as hardware may hold them. Lines
that are released fall low: the coil drivers pull them down.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim import pin_wire
from firmware_sim.facts import Fact, Line, Tell
from firmware_sim.faults import Faults
from firmware_sim.loop import Loop
from firmware_sim.plan import PinsPlan
from firmware_sim.sockets import listen

Drive = Callable[[Line, bool, int], None]


@dataclass
class _User:
    """One process that has claimed lines."""

    link: socket.socket
    rest: bytes = b""
    inputs: set[int] = field(default_factory=set)
    outputs: set[int] = field(default_factory=set)

    def send(self, kind: int, pin: int, value: int) -> None:
        """Send at once; a user that does not read is not waited for, and finds its link dead."""
        try:
            self.link.send(pin_wire.message(kind, pin, value))
        except OSError:
            with suppress(OSError):  # gone already
                self.link.shutdown(socket.SHUT_RDWR)


class PinServer:
    """Listens at the address of the pin factory; opened and served by the loop."""

    def __init__(self, plan: PinsPlan, levels: Mapping[Line, bool], drive: Drive, tell: Tell, faults: Faults) -> None:
        self._plan = plan
        self._pins = {line: pin for pin, line in plan.lines.items()}
        self._levels = levels
        self._drive = drive
        self._tell = tell
        self._faults = faults
        self._users: list[_User] = []
        self._listener: socket.socket | None = None
        self._held: dict[int, bool] = {}
        """Pin -> level, of every line that is driven or held."""

    def open(self, loop: Loop) -> None:
        """Listen, and have the loop serve what comes."""
        self._loop = loop
        self._listen_for_users()
        self._faults.listeners.append(self._switched)

    def close(self) -> None:
        """Hang up and remove the socket."""
        for user in self._users:
            user.link.close()
        if self._listener is not None:
            self._stop_listening(self._listener)

    def _switched(self, now: int) -> None:
        lost = self._faults.on("pins_lost", self._plan.name)
        if self._listener is None and not lost:
            self._listen_for_users()
        elif self._listener is not None and lost:
            self._loop.unwatch(self._listener.fileno())
            self._stop_listening(self._listener)
            for user in list(self._users):
                self._lose(user, now)

    def _listen_for_users(self) -> None:
        self._listener = listen(self._plan.address)
        self._loop.watch(self._listener.fileno(), self._accept)

    def _stop_listening(self, listener: socket.socket) -> None:
        listener.close()
        self._listener = None
        Path(self._plan.address).unlink(missing_ok=True)

    @property
    def users(self) -> int:
        """How many processes have the lines."""
        return len(self._users)

    def sensed(self, fact: Fact) -> None:
        """A sensing line has changed: tell those who listen to it."""
        pin = self._pins.get(Line(fact.fields["line"], fact.fields.get("slot")))
        for user in self._users:
            if pin in user.inputs and pin is not None:
                user.send(pin_wire.LEVEL, pin, fact.kind == "line_high")

    def _accept(self, now: int) -> None:
        if self._listener is None:
            return
        link, _ = self._listener.accept()
        link.settimeout(0)
        user = _User(link)
        self._users.append(user)
        self._loop.watch(link.fileno(), lambda at: self._read(user, at))
        self._tell(Fact(now, "peer_connected", {"wire": self._plan.name}))

    def _read(self, user: _User, now: int) -> None:
        try:
            stream = user.link.recv(4096)
        except OSError:
            stream = b""
        if not stream:
            self._lose(user, now)
            return
        messages, user.rest = pin_wire.split(user.rest + stream)
        for kind, pin, value in messages:
            self._obey(user, kind, pin, value, now)

    def _lose(self, user: _User, now: int) -> None:
        self._loop.unwatch(user.link.fileno())
        user.link.close()
        self._users.remove(user)
        held = sorted(str(self._plan.lines[pin]) for pin in user.outputs if self._held[pin] and pin in self._plan.lines)
        self._tell(Fact(now, "peer_lost", {"wire": self._plan.name, "held_high": held}))

    def _obey(self, user: _User, kind: int, pin: int, value: int, now: int) -> None:
        if kind == pin_wire.PING:
            user.send(pin_wire.PING, 0, value)
        elif any(pin in other.inputs | other.outputs for other in self._users if other is not user):
            user.send(pin_wire.BUSY, pin, 0)
        elif kind == pin_wire.INPUT:
            self._listen(user, pin, value, now)
        elif kind == pin_wire.OUTPUT:
            user.inputs.discard(pin)
            user.outputs.add(pin)
            as_found = value == pin_wire.AS_FOUND
            self._write(pin, now, level=self._held.get(pin, False) if as_found else bool(value))
            user.send(pin_wire.LEVEL, pin, self._held[pin])
        elif kind == pin_wire.WRITE and pin in user.outputs:
            self._write(pin, now, level=bool(value))
        elif kind == pin_wire.RELEASE:
            self._release(user, pin, now)
        else:
            self._tell(Fact(now, "frame_unknown", {"wire": self._plan.name, "bytes": bytes((kind, pin, value)).hex()}))

    def _listen(self, user: _User, pin: int, pull: int, now: int) -> None:
        user.outputs.discard(pin)
        user.inputs.add(pin)
        self._write(pin, now, level=False)
        line = self._plan.lines.get(pin)
        pulled_up = pull == pin_wire.PULLS["up"]
        user.send(pin_wire.LEVEL, pin, pulled_up if line is None else self._levels.get(line, pulled_up))

    def _release(self, user: _User, pin: int, now: int) -> None:
        self._write(pin, now, level=False)
        user.inputs.discard(pin)
        user.outputs.discard(pin)

    def _write(self, pin: int, now: int, *, level: bool) -> None:
        self._held[pin] = level
        line = self._plan.lines.get(pin)
        if line is not None:
            self._drive(line, level, now)
