"""The pins' user's end of the GPIO wire: a socket, the known levels, and a thread that hears changes.

When the simulator goes away, every further act raises OSError; so it does when a callback has raised in the thread.
"""

import errno
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from firmware_sim import pin_wire
from firmware_sim.debounce import EdgeFilter

Changed = Callable[[float, bool], None]
ANSWER_S = 2.0
"""A simulator that has not answered for this long is gone."""


class PinLink:
    """One connection to the pins. Acts may come from any thread; changes are told in the link's own."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._hear, name="pin-link", daemon=True)
        self._levels: dict[int, bool] = {}
        self._busy: set[int] = set()
        self._filters: dict[int, tuple[EdgeFilter, Changed]] = {}
        self._order = threading.Lock()
        self._token = 0
        self._answered = threading.Condition()
        self._answer = 0
        self._dead = ""

    def open(self) -> None:
        """Connect, and start hearing. Raises OSError, naming the socket, when no simulator is there."""
        try:
            self._socket.connect(self._address)
        except OSError as error:
            self._socket.close()
            raise OSError(
                error.errno,
                f"no simulator listens at the pin socket {self._address!r} ({error.strerror}): start it first",
            ) from error
        self._thread.start()

    def close(self) -> None:
        """Hang up. What has not been released the simulator holds."""
        self._dead = self._dead or "is closed"
        with suppress(OSError):  # the other end was faster
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join(ANSWER_S)
        self._socket.close()

    @property
    def alive(self) -> bool:
        """Whether the simulator is there."""
        return not self._dead

    def become(self, kind: int, pin: int, value: int) -> None:
        """Make the pin an input or an output; done, and its level known, when this returns. OSError if it is busy."""
        self._busy.discard(pin)
        self._send(pin_wire.message(kind, pin, value))
        self._barrier()
        if pin in self._busy:
            raise OSError(errno.EBUSY, f"GPIO{pin} of {self._address!r} is used by another process")

    def write(self, pin: int, level: bool) -> None:  # noqa: FBT001 - a level is a bool
        """Set the level of an output; on its way when this returns."""
        self._send(pin_wire.message(pin_wire.WRITE, pin, level))

    def release(self, pin: int) -> None:
        """Give the pin back; quietly when there is nobody to give it to."""
        if self.alive:
            with suppress(OSError):
                self.become(pin_wire.RELEASE, pin, 0)

    def level(self, pin: int) -> bool:
        """The level of an input now, bounces and all; of an output, the level as found."""
        self._must_live()
        return self._levels[pin]

    def listen(self, pin: int, stable_s: float, edges: str, changed: Changed) -> None:
        """Call ``changed(moment, level)`` on each edge of this kind that has been stable for so long."""
        self._filters[pin] = (EdgeFilter(self.level(pin), stable_s, edges), changed)

    def ignore(self, pin: int) -> None:
        """Call nobody on its changes any more."""
        self._filters.pop(pin, None)

    # ---- sending

    def _must_live(self) -> None:
        if self._dead:
            raise ConnectionResetError(errno.ECONNRESET, f"the link to the pins at {self._address!r} {self._dead}")

    def _send(self, sent: bytes) -> None:
        self._must_live()
        with self._order:
            self._socket.sendall(sent)

    def _barrier(self) -> None:
        """Wait until the simulator has done all that was sent. Not in the hearing thread, which hears the answer."""
        if threading.current_thread() is self._thread:
            return
        with self._order:
            self._token = token = (self._token + 1) % 256
            self._socket.sendall(pin_wire.message(pin_wire.PING, 0, token))
            with self._answered:
                heard = self._answered.wait_for(lambda: self._answer == token or self._dead, ANSWER_S)
        if not heard:
            self._dead = self._dead or f"has not answered for {ANSWER_S} s"
        self._must_live()

    # ---- hearing

    def _hear(self) -> None:
        try:
            self._hear_all()
        finally:  # also after a callback that raised: a link with nobody hearing must not look alive
            with self._answered:
                self._dead = self._dead or "is lost"
                self._answered.notify_all()

    def _hear_all(self) -> None:
        rest = b""
        while True:
            if self._something_came():
                try:
                    stream = self._socket.recv(4096)
                except OSError:
                    return
                if not stream:
                    return
                messages, rest = pin_wire.split(rest + stream)
                for kind, pin, value in messages:
                    self._note(kind, pin, value)
            self._report()

    def _something_came(self) -> bool:
        dues = [edge.due for edge, _ in list(self._filters.values()) if edge.due is not None]
        pause = max(min(dues) - time.monotonic(), 0) if dues else None
        return bool(select.select([self._socket], [], [], pause)[0])

    def _note(self, kind: int, pin: int, value: int) -> None:
        if kind == pin_wire.LEVEL:
            self._levels[pin] = bool(value)
            if pin in self._filters:
                self._filters[pin][0].change(bool(value), time.monotonic())
                self._report()
        elif kind == pin_wire.BUSY:
            self._busy.add(pin)
        elif kind == pin_wire.PING:
            with self._answered:
                self._answer = value
                self._answered.notify_all()

    def _report(self) -> None:
        for edge, changed in list(self._filters.values()):
            now = time.monotonic()
            level = edge.report(now)
            if level is not None:
                changed(now, level)
