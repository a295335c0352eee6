"""Frames of the panel (docs/devices/panel_serial.md): bytes in any portions in, frames out. No I/O, no clock.

Payloads never appear in a repr or an error: they may be the digits of a PIN.
"""

from binascii import crc_hqx
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, unique
from typing import Final

from keycabinet.ports import Tune

COLUMNS: Final = 20
ROWS: Final = 4
SOF: Final = 0x7E
MAX_PAYLOAD: Final = 96
PAUSE_NS: Final = 100_000_000
"""A frame whose next byte does not come for this long was none."""

_HEAD: Final = 4
_TAIL: Final = 2
_KEYS: Final = frozenset(b"0123456789*#")
_VERSION: Final = 1
_TUNES: Final = {Tune.ACCEPTED: 1, Tune.REFUSED: 2, Tune.WARNING: 3, Tune.ALARM: 4}


class NotUnderstood(ValueError):  # noqa: N818 - says what broke
    """A frame arrived whole, and means nothing that a panel may say."""


@unique
class Type(IntEnum):
    """The types of frames; bit 7 is set in those from the panel."""

    HELLO = 0x01
    SHOW = 0x02
    SOUND = 0x03
    PING = 0x04
    ACK = 0x05
    READY = 0x81
    KEY = 0x82
    PANEL_ACK = 0x85


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame with a right CRC."""

    seq: int
    type: int
    payload: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """The panel has started, or answers HELLO."""

    seq: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key went down."""

    seq: int
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The host's frame with this number arrived."""

    seq: int


def encoded(frame: Frame) -> bytes:
    """The bytes of a frame."""
    body = bytes((len(frame.payload), frame.seq, frame.type)) + frame.payload
    return bytes((SOF,)) + body + _crc(body)


def text_payload(lines: Sequence[str]) -> bytes:
    """Four lines of 20: longer ones are cut, others filled with blanks; what the panel cannot show becomes ``?``."""
    four = [*lines, *[""] * ROWS][:ROWS]
    return "".join(_printable(line)[:COLUMNS].ljust(COLUMNS) for line in four).encode("ascii")


def tune_payload(tune: Tune) -> bytes:
    """The number of a tune."""
    return bytes((_TUNES[tune],))


def meaning(frame: Frame) -> Ready | Key | Acknowledged:
    """What a frame from the panel says."""
    match frame.type, len(frame.payload):
        case Type.READY, 3:
            return _ready(frame)
        case Type.KEY, 1 if frame.payload[0] in _KEYS:
            return Key(frame.seq, chr(frame.payload[0]))
        case Type.PANEL_ACK, 1:
            return Acknowledged(frame.payload[0])
    raise NotUnderstood(
        f"frame of type {frame.type:02X} with {len(frame.payload)} bytes of content is none of a panel's"
    )


class Decoder:
    """Finds the frames in a stream: a wrong LEN or CRC, or a pause within a frame, costs the SOF alone."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._last_byte_ns = 0

    def receive(self, portion: bytes, now_ns: int) -> list[Frame]:
        """Take the bytes that have arrived (none: only time has passed); the frames that are complete now."""
        frames = []
        if self._pending and now_ns - self._last_byte_ns >= PAUSE_NS:
            frames = self._found(to_the_end=True)
        if portion:
            self._pending += portion
            self._last_byte_ns = now_ns
        return frames + self._found(to_the_end=False)

    @property
    def due_ns(self) -> int | None:
        """When to call again although nothing arrives: an unfinished frame is given up then."""
        return self._last_byte_ns + PAUSE_NS if self._pending else None

    def _found(self, *, to_the_end: bool) -> list[Frame]:
        frames = []
        while self._at_sof():
            size = _size(self._pending)
            if size is None or len(self._pending) < size:
                if not to_the_end and (size is not None or len(self._pending) == 1):
                    break
                del self._pending[0]
            elif (frame := _checked(bytes(self._pending[:size]))) is None:
                del self._pending[0]
            else:
                frames.append(frame)
                del self._pending[:size]
        return frames

    def _at_sof(self) -> bool:
        start = self._pending.find(SOF)
        del self._pending[: len(self._pending) if start < 0 else start]
        return bool(self._pending)


def _size(pending: bytearray) -> int | None:
    """Size of the frame at the start, with everything; None where it is not known yet, or cannot be."""
    if len(pending) < 2 or pending[1] > MAX_PAYLOAD:
        return None
    return _HEAD + pending[1] + _TAIL


def _checked(frame: bytes) -> Frame | None:
    body = frame[1:-_TAIL]
    return Frame(body[1], body[2], body[3:]) if _crc(body) == frame[-_TAIL:] else None


def _crc(body: bytes) -> bytes:
    return crc_hqx(body, 0xFFFF).to_bytes(_TAIL, "big")


def _printable(line: str) -> str:
    return "".join(sign if " " <= sign <= "~" else "?" for sign in line)


def _ready(frame: Frame) -> Ready:
    version, columns, rows = frame.payload
    if (version, columns, rows) != (_VERSION, COLUMNS, ROWS):
        raise NotUnderstood(
            f"panel speaks version {version} with {columns}x{rows} characters; "
            f"version {_VERSION} with {COLUMNS}x{ROWS} was expected"
        )
    return Ready(frame.seq)
