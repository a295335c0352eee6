"""The simulator's decoders on wires that mutate what comes: they may do too little, and never what nobody asked for."""

from collections import Counter
from pathlib import Path
from random import Random

from firmware_sim import pin_wire
from firmware_sim.control import LONGEST, ControlServer, _Client
from firmware_sim.ds2480b_wire import BAUDS, Ds2480b
from firmware_sim.facts import MS, Fact, Line
from firmware_sim.faults import Faults
from firmware_sim.one_wire import OneWireBus
from firmware_sim.panel_frames import LONGEST as LONGEST_PAYLOAD
from firmware_sim.panel_frames import OVERHEAD, Frame, encode
from firmware_sim.panel_wire import BLANK, Panel
from firmware_sim.pin_server import PinServer, _User
from firmware_sim.stage import Stage
from tests.campaigns.mutator import Mutator
from tests.sim.cabinets import TAG_3, TAG_4, a_plan


class MutatedHost:
    """The simulated panel hears a host: it may show nothing that was not sent."""

    name = "firmware_sim.panel_frames"
    TEXTS = ("HOME", "SLOT 3 IS OPEN", "TYPE YOUR CODE")

    def __init__(self, random: Random) -> None:
        self.frames = self._now = self._seq = 0
        self.counts: Counter[str] = Counter()
        self._random, self._mutator = random, Mutator(random)
        self._panel = Panel("panel", 19200, self._told, 0)
        self._last = b"\x7e"

    def step(self) -> None:
        """One frame from the host."""
        self._seq = (self._seq + 1) % 256
        frame = encode(Frame(self._seq, *self._random.choices(self._MENU, weights=(8, 8, 8, 8, 1))[0]))
        other, self._last = self._last, frame
        if self._random.random() < 0.8:
            self.frames += 1
            frame = self._mutator.mutated(frame, other)
        for byte in frame:
            self._now += MS
            self._panel.receive(byte, self._now)
        self._now += self._random.choice((1, 120)) * MS
        self._panel.advance(self._now)
        if len(self._panel._reader._heard) > LONGEST_PAYLOAD + OVERHEAD:
            self.counts["more kept than a frame"] += 1

    def findings(self) -> list[str]:
        """Of wrong frames the CRC lets one in 65,536 through."""
        most, forged = self.frames // 65_536 + 1, self.counts["texts that nobody sent"]
        found = [f"{forged} texts that nobody sent, {most} at most"] if forged > most else []
        found += ["more bytes were kept than a frame has"] if self.counts["more kept than a frame"] else []
        return found + ([] if self.counts["texts shown"] else ["no text was ever shown"])

    def _told(self, fact: Fact) -> None:
        if fact.kind == "display":
            shown = tuple(fact.fields["lines"])
            self.counts["texts shown"] += 1
            self.counts["texts that nobody sent"] += shown != BLANK and shown[0].rstrip() not in self.TEXTS
        elif fact.kind in {"frame_unknown", "sound"}:
            self.counts[fact.kind] += 1

    _MENU = (
        (0x01, b""),
        (0x03, b"\x02"),
        (0x04, b""),
        (0x05, b"\x07"),
        (0x02, TEXTS[1].ljust(80).encode()),
    )


class MutatedMaster:
    """The simulated bridge hears a host: every byte has an answer of one byte at most."""

    name = "firmware_sim.ds2480b_wire"
    SEARCH = bytes.fromhex("E1 F0 E3 B5 E1" + "00" * 16 + "E3 A5")
    REQUESTS = tuple(map(bytes.fromhex, ("E3", "C1", "C5", "C5", "45", "5B", "0F", "F1", "91", "E1 33 FF E3")))

    def __init__(self, random: Random) -> None:
        self.frames = 0
        self.counts: Counter[str] = Counter()
        self._random, self._mutator = random, Mutator(random)
        tags = frozenset((TAG_3, TAG_4))
        self._chip = Ds2480b("bank1", OneWireBus(lambda: tags, lambda: False), self._told)
        self._last = b"\xe3"

    def step(self) -> None:
        """One request."""
        frame = self.SEARCH if self._random.random() < 0.02 else self._random.choice(self.REQUESTS)
        other, self._last = self._last, frame
        self.frames += 1
        for byte in self._mutator.mutated(frame, other):
            answer = self._chip.receive(byte, 0)
            self.counts["answers"] += len(answer)
            self.counts["long answers"] += len(answer) > 1
        if self._chip.baud not in BAUDS.values():
            self.counts["no rate"] += 1
        if self._random.random() < 0.05:
            self._chip.reset(0)

    def findings(self) -> list[str]:
        """What must not be."""
        return [f"{self.counts[each]} x {each}" for each in ("long answers", "no rate") if self.counts[each]]

    def _told(self, fact: Fact) -> None:
        self.counts[fact.kind] += 1


class MemoryLink:
    """The near end of a socket: what comes is put in, what is sent is counted."""

    def __init__(self) -> None:
        self.coming = b""
        self.sent = 0
        self.lines = 0

    def recv(self, _size: int) -> bytes:
        """What was put in."""
        return self.coming

    def send(self, stream: bytes) -> int:
        """Take it all."""
        self.sent += len(stream)
        self.lines += stream.count(b"\n")
        return len(stream)

    def fileno(self) -> int:
        """No descriptor."""
        return -1

    def close(self) -> None:
        """Nothing to close."""


class NoLoop:
    """Serves nobody."""

    def watch_room(self, _fd: int, _writable: object) -> None:
        """Nobody waits."""

    def unwatch(self, _fd: int) -> None:
        """Nobody was watched."""


class MutatedPins:
    """The pin server hears its user: no line goes high that is not an output of this user."""

    name = "firmware_sim.pin_wire"

    def __init__(self, random: Random) -> None:
        self.frames = 0
        self.counts: Counter[str] = Counter()
        self._random, self._mutator = random, Mutator(random)
        self._plan = a_plan().pins
        assert self._plan is not None
        self._pins = {line: pin for pin, line in self._plan.lines.items()}
        self._server = PinServer(self._plan, {}, self._drive, lambda fact: None, Faults())
        self._user, self._last = _User(MemoryLink()), b"P\x00\x01"
        self._server._users.append(self._user)

    def step(self) -> None:
        """One message."""
        kind, pin = self._random.choice(b"IOOWWRP"), self._random.choice((*self._pins.values(), 40))
        frame = pin_wire.message(kind, pin, self._random.randrange(3))
        other, self._last = self._last, frame
        self.frames += 1
        for portion in filter(None, self._mutator.portions(self._mutator.mutated(frame, other))):
            self._user.link.coming = portion
            self._server._read(self._user, 0)
        self.counts["more kept than a message"] += len(self._user.rest) >= pin_wire.SIZE

    def findings(self) -> list[str]:
        """What must not be."""
        names = ("driven without being an output", "more kept than a message")
        found = [f"{self.counts[each]} x {each}" for each in names if self.counts[each]]
        return found + ([] if self.counts["driven high"] else ["no line was ever driven"])

    def _drive(self, line: Line, level: bool, _now: int) -> None:
        self.counts["driven high"] += level
        self.counts["driven without being an output"] += level and self._pins[line] not in self._user.outputs


class MutatedCommands:
    """The control socket hears lines: each has an answer, and none ends the simulator."""

    name = "firmware_sim.control"
    LINES = (
        b'{"command": "status"}',
        b'{"command": "journal", "from_seq": 3}',
        b'{"command": "press", "keys": "12#", "gap_ms": 20}',
        b'{"command": "press", "keys": "\\ud800"}',
        b'{"command": "pull", "slot": 3, "force": true}',
        b'{"command": "insert", "slot": 3, "what": 3}',
        b'{"command": "present", "what": "3", "hold_ms": 800, "reader": null}',
        b'{"command": "door", "act": "open"}',
        b'{"command": "fault", "name": "bounce", "subject": "3", "on": true}',
        b'{"command": "watch", "from_seq": null}',
        b'{"command": "watch", "from_seq": 4000000000}',
        b'{"command": ' + b"[" * 3000,
    )
    FRESH = 500
    """Lines before the cabinet is a new one: what was pressed and done would pile up."""

    def __init__(self, random: Random) -> None:
        self.frames = 0
        self.counts: Counter[str] = Counter()
        self._random, self._mutator = random, Mutator(random)
        self._last = b"{}"

    def step(self) -> None:
        """One line."""
        if self.frames % self.FRESH == 0:
            self._fresh()
        line = self._random.choices(self.LINES, weights=(1, 1, *[4] * 9, 0.05))[0]
        frame, other, self._last = line + b"\n", self._last, line + b"\n"
        self.frames += 1
        stream = self._mutator.mutated(frame, other)
        before, kept = self._client.link.lines, self._client.heard
        for portion in filter(None, self._mutator.portions(stream)):
            self._client.link.coming = portion
            self._server._read(self._client, 0)
        watches = (kept + stream).count(b"watch")  # they are answered when something happens
        least = stream.count(b"\n") - watches
        self.counts["lines without an answer"] += self._client.link.lines - before < least
        self.counts["more kept than a line"] += len(self._client.heard) > LONGEST
        self._client.watching = False
        self._client.link.lines = 0
        if self._client not in self._server._clients:
            self.counts["dropped"] += 1
            self._fresh()

    def findings(self) -> list[str]:
        """What must not be."""
        names = ("lines without an answer", "more kept than a line")
        return [f"{self.counts[each]} x {each}" for each in names if self.counts[each]]

    def _fresh(self) -> None:
        stage = Stage(a_plan(), 1, 0)
        stage.journal.path = Path("/dev/null")
        stage.journal.open(None)
        self._server: ControlServer = stage.control
        self._server._loop = NoLoop()
        self._client = _Client(MemoryLink())
        self._server._clients.append(self._client)
