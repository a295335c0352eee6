"""Who repeats what on the line to the panel: a machine over frames. Time is passed in, bytes come and go.

States: *greeting* (HELLO sent, READY awaited), *free*, *awaiting* (one SHOW, SOUND or PING sent, its ACK awaited).
The panel is *served* from the first ACK after its READY on: READY alone does not prove that it answers in time, names
no HELLO, and may be the late answer to an old one. A key that arrives earlier is acknowledged and dropped.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from drivers.panel_serial.codec import (
    Acknowledged,
    Decoder,
    Frame,
    Key,
    Ready,
    Type,
    encoded,
    meaning,
    text_payload,
    tune_payload,
)
from keycabinet.ports import Tune

ACK_NS: Final = 250_000_000
SENDINGS: Final = 3
HELLO_NS: Final = 500_000_000
HELLOS: Final = 4
PING_NS: Final = 1_000_000_000
WAITING_TUNES: Final = 4


class Silence(Exception):  # noqa: N818 - says what broke
    """The panel does not answer."""


@dataclass(frozen=True, slots=True)
class _Greeting:
    hello: Frame
    sent: int
    due_ns: int


@dataclass(frozen=True, slots=True)
class _Free:
    pass


@dataclass(frozen=True, slots=True)
class _Awaiting:
    frame: Frame
    sent: int
    due_ns: int


def frame_numbers() -> Iterator[int]:
    """The numbers of the host's frames, in a ring: for all talks with one panel, one after the other."""
    return cycle(range(256))


class Conversation:
    """One talk with a panel, from the first HELLO until the line is lost.

    ``numbers`` go on from talk to talk, so that an answer that comes late from the last one is none in this.
    """

    def __init__(self, now_ns: int, numbers: Iterator[int]) -> None:
        self._decoder = Decoder()
        self._outgoing = bytearray()
        self._tunes: deque[Tune] = deque(maxlen=WAITING_TUNES)
        self._text: bytes | None = None
        self._text_is_new = False
        self._last_key: int | None = None
        self._last_ready: Ready | None = None
        self._ready_ns = now_ns
        self._served = False
        self._numbers = numbers
        self._ack_seq = 0
        self._sent_ns = now_ns
        self._state: _Greeting | _Free | _Awaiting = self._greet(now_ns)

    def show(self, lines: tuple[str, ...], now_ns: int) -> None:
        """Replace the text: only the newest is ever sent."""
        self._text, self._text_is_new = text_payload(lines), True
        self._go_on(now_ns)

    def play(self, tune: Tune, now_ns: int) -> None:
        """Sound this tune after those that wait."""
        self._tunes.append(tune)
        self._go_on(now_ns)

    def receive(self, portion: bytes, now_ns: int) -> list[Ready | Key]:
        """Take what has arrived; what of it is new and means something to the cabinet. Raises NotUnderstood.

        Ready is told once the panel is served.
        """
        heard = [self._hear(meaning(frame), now_ns) for frame in self._decoder.receive(portion, now_ns)]
        return [each for each in heard if each is not None]

    def tick(self, now_ns: int) -> None:
        """Repeat, ping or give up, whatever is due. Raises Silence."""
        match self._state:
            case _Greeting(hello, sent, due_ns) if now_ns >= due_ns:
                self._state = _Greeting(*self._again(hello, sent, HELLOS, now_ns), now_ns + HELLO_NS)
            case _Awaiting(frame, sent, due_ns) if now_ns >= due_ns:
                self._state = _Awaiting(*self._again(frame, sent, SENDINGS, now_ns), now_ns + ACK_NS)
            case _Free() if now_ns >= self._sent_ns + PING_NS:
                self._state = self._ask(Type.PING, b"", now_ns)
            case _:
                pass

    @property
    def due_ns(self) -> int:
        """When to call ``receive`` and ``tick`` again although nothing arrives."""
        due_ns = self._sent_ns + PING_NS if isinstance(self._state, _Free) else self._state.due_ns
        unfinished_ns = self._decoder.due_ns
        return due_ns if unfinished_ns is None else min(due_ns, unfinished_ns)

    def take_outgoing(self) -> bytes:
        """The bytes to be written now."""
        outgoing = bytes(self._outgoing)
        self._outgoing.clear()
        return outgoing

    def _hear(self, said: Ready | Key | Acknowledged, now_ns: int) -> Ready | Key | None:
        match said:
            case Ready():
                self._hear_ready(said, now_ns)
                return None
            case Key():
                return self._hear_key(said, now_ns)
            case Acknowledged(seq):
                return self._hear_acknowledgement(seq, now_ns)

    def _hear_ready(self, ready: Ready, now_ns: int) -> None:
        if ready == self._last_ready and now_ns - self._ready_ns < ACK_NS:
            return  # it arrived twice
        self._last_ready, self._ready_ns = ready, now_ns
        self._text_is_new = self._text is not None
        if isinstance(self._state, _Greeting):
            self._state = self._ask(Type.PING, b"", now_ns)
        elif self._served:
            self._last_key, self._served = None, False
            self._state = self._greet(now_ns)

    def _hear_acknowledgement(self, seq: int, now_ns: int) -> Ready | None:
        if not isinstance(self._state, _Awaiting) or self._state.frame.seq != seq:
            return None
        already, self._served = self._served, True
        self._state = _Free()
        self._go_on(now_ns)
        return None if already else self._last_ready

    def _hear_key(self, key: Key, now_ns: int) -> Key | None:
        repeated, self._last_key = key.seq == self._last_key, key.seq
        self._send(Frame(self._ack_seq, Type.ACK, bytes((key.seq,))), now_ns)
        self._ack_seq = (self._ack_seq + 1) % 256
        return key if self._served and not repeated else None

    def _go_on(self, now_ns: int) -> None:
        if not isinstance(self._state, _Free):
            return
        if self._tunes:
            self._state = self._ask(Type.SOUND, tune_payload(self._tunes.popleft()), now_ns)
        elif self._text_is_new and self._text is not None:
            self._text_is_new = False
            self._state = self._ask(Type.SHOW, self._text, now_ns)

    def _greet(self, now_ns: int) -> _Greeting:
        return _Greeting(self._numbered(Type.HELLO, b"", now_ns), 1, now_ns + HELLO_NS)

    def _ask(self, kind: Type, payload: bytes, now_ns: int) -> _Awaiting:
        return _Awaiting(self._numbered(kind, payload, now_ns), 1, now_ns + ACK_NS)

    def _again(self, frame: Frame, sent: int, limit: int, now_ns: int) -> tuple[Frame, int]:
        if sent >= limit:
            raise Silence(f"no answer to {Type(frame.type).name} after {sent} attempts")
        self._send(frame, now_ns)
        return frame, sent + 1

    def _numbered(self, kind: Type, payload: bytes, now_ns: int) -> Frame:
        frame = Frame(next(self._numbers), kind, payload)
        self._send(frame, now_ns)
        return frame

    def _send(self, frame: Frame, now_ns: int) -> None:
        self._outgoing += encoded(frame)
        self._sent_ns = now_ns
