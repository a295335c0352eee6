"""The panel: keypad and 4x20 display behind a serial line, written from docs/devices/panel_serial.md alone."""

from collections import deque
from dataclasses import dataclass, replace

from firmware_sim.facts import MS, Fact, Tell
from firmware_sim.panel_frames import Frame, FrameReader, encode

HELLO, SHOW, SOUND, PING, ACK = 0x01, 0x02, 0x03, 0x04, 0x05
READY, KEY, ACKED = 0x81, 0x82, 0x85
ROWS, COLUMNS = 4, 20
BLANK = (" " * COLUMNS,) * ROWS
SOUNDS = {1: "accepted", 2: "refused", 3: "warning", 4: "alarm"}
KEYS = "0123456789*#"
REPEAT_NS = 150 * MS
REPEATS = 4


@dataclass(frozen=True, slots=True)
class _Pending:
    """A KEY frame that waits for its ACK."""

    frame: Frame
    due: int
    repeats: int = 0


class Panel:
    """The panel's firmware and the hand at its keys. READY is sent unasked after power-up."""

    def __init__(self, name: str, baud: int, tell: Tell, powered_at: int) -> None:
        self.baud = baud
        self._name = name
        self._tell = tell
        self._power_up(powered_at)

    def _power_up(self, now: int) -> None:
        self.lines = BLANK
        self.sound = ""
        self._reader = FrameReader()
        self._seen: tuple[int, int] | None = None
        self._key_seq = 0
        self._other_seq = 0  # of ACK and READY: of their own, so that a key's number never repeats by accident
        self._fingers: deque[tuple[int, str]] = deque()
        self._keys: deque[str] = deque()
        self._pending: _Pending | None = None
        self._ready_due: int | None = now

    def press(self, keys: str, gap_ns: int, now: int) -> None:
        """Type these keys with a pause between them, after those that are still being typed. ValueError for no key."""
        wrong = set(keys) - set(KEYS)
        if wrong or not keys:
            raise ValueError(f"the keypad has {' '.join(KEYS)}, and not {' '.join(sorted(wrong)) or 'nothing'}")
        at = max(now, self._fingers[-1][0] + gap_ns) if self._fingers else now
        self._fingers.extend((at + index * gap_ns, key) for index, key in enumerate(keys))

    def reset(self, now: int) -> None:
        """Interrupt the power for a moment: text, numbers and waiting keys are lost."""
        self._power_up(now)

    def next_due(self) -> int | None:
        """The next key, repetition, or READY."""
        finger = self._fingers[0][0] if self._fingers else None
        repeat = self._pending.due if self._pending else None
        return min((due for due in (self._ready_due, finger, repeat) if due is not None), default=None)

    def advance(self, now: int) -> bytes:
        """Send what is due."""
        if self._ready_due is not None and self._ready_due <= now:
            self._ready_due = None
            return self._ready(now)
        if self._fingers and self._fingers[0][0] <= now:
            _, key = self._fingers.popleft()
            self._tell(Fact(now, "key_pressed", {"key": key}))
            self._keys.append(key)
            return self._next_key(now)
        return self._repeat(now)

    def receive(self, byte: int, now: int) -> bytes:
        """One byte from the host; the answer to what it completes."""
        return b"".join(self._obey(frame, now) for frame in self._reader.feed(byte, now))

    # ---- keys

    def _next_key(self, now: int) -> bytes:
        if self._pending is not None or not self._keys:
            return b""
        frame = Frame(self._key_seq, KEY, self._keys[0].encode())
        self._key_seq = (self._key_seq + 1) % 256
        self._pending = _Pending(frame, now + REPEAT_NS)
        return encode(frame)

    def _repeat(self, now: int) -> bytes:
        pending = self._pending
        if pending is None or pending.due > now:
            return b""
        if pending.repeats == REPEATS:
            self._tell(Fact(now, "key_forgotten", {"key": self._keys[0]}))
            return self._key_done(now)
        self._pending = replace(pending, due=pending.due + REPEAT_NS, repeats=pending.repeats + 1)
        return encode(pending.frame)

    def _key_done(self, now: int) -> bytes:
        self._pending = None
        self._keys.popleft()
        return self._next_key(now)

    # ---- frames

    def _obey(self, frame: Frame, now: int) -> bytes:
        if frame.type == HELLO:
            self._seen = None
            self._forget_keys(now)
            self._show(BLANK, now)
            return self._ready(now)
        if frame.type == ACK:
            return self._acknowledged(frame, now)
        if not _understood(frame):
            self._tell(Fact(now, "frame_unknown", {"wire": self._name, "bytes": encode(frame).hex()}))
            return b""
        if (frame.seq, frame.type) != self._seen:
            self._seen = (frame.seq, frame.type)
            self._act(frame, now)
        return self._answer(ACKED, bytes((frame.seq,)))

    def _forget_keys(self, now: int) -> None:
        for key in self._keys:
            self._tell(Fact(now, "key_forgotten", {"key": key}))
        self._keys.clear()
        self._pending = None

    def _acknowledged(self, frame: Frame, now: int) -> bytes:
        if self._pending is not None and frame.payload == bytes((self._pending.frame.seq,)):
            return self._key_done(now)
        return b""

    def _act(self, frame: Frame, now: int) -> None:
        if frame.type == SHOW:
            text = frame.payload.decode("ascii")
            self._show(tuple(text[row * COLUMNS : (row + 1) * COLUMNS] for row in range(ROWS)), now)
        elif frame.type == SOUND:
            self.sound = SOUNDS[frame.payload[0]]
            self._tell(Fact(now, "sound", {"sound": self.sound}))

    def _show(self, lines: tuple[str, ...], now: int) -> None:
        if lines != self.lines:
            self.lines = lines
            self._tell(Fact(now, "display", {"lines": list(lines)}))

    def _ready(self, now: int) -> bytes:
        self._tell(Fact(now, "panel_ready", {"wire": self._name}))
        return self._answer(READY, bytes((1, COLUMNS, ROWS)))

    def _answer(self, kind: int, payload: bytes) -> bytes:
        seq, self._other_seq = self._other_seq, (self._other_seq + 1) % 256
        return encode(Frame(seq, kind, payload))


def _understood(frame: Frame) -> bool:
    if frame.type == SHOW:
        return len(frame.payload) == ROWS * COLUMNS and all(0x20 <= byte <= 0x7E for byte in frame.payload)
    if frame.type == SOUND:
        return len(frame.payload) == 1 and frame.payload[0] in SOUNDS
    return frame.type == PING and not frame.payload
