"""The thread of a receiver: keeps a line to the broker, stores what comes, and sends receipts for what is stored."""

import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from keycabinet.errors import StoreError
from keycabinet.ports import Stopping
from keycabinet.publisher.bell import Bell
from keycabinet.publisher.limits import Limits as LineLimits
from keycabinet.publisher.line import Came, Denied, Line, LineEvent, Lost, Opened, WatchDenied
from keycabinet.publisher.pauses import Pauses
from keycabinet.publisher.receipt import Claim, Receipt
from keycabinet.publisher.settings import BrokerSettings
from keycabinet.publisher.topics import Topics
from keycabinet.receiver.inbox import Inbox, Refused, Shown, Stored, Taken
from keycabinet.receiver.shelf import Place, Shelf

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Messages that become durable together."""


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """As whom to receive, from which broker, what of which cabinets: their ids, and the keys of receipts to them."""

    name: str
    broker: BrokerSettings
    keys: Mapping[str, bytes] = field(repr=False)
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How often; seconds. Only tests use other values than these."""

    line: LineLimits = field(default_factory=LineLimits)
    receipt_every_s: float = 30.0
    receipt_pause_s: float = 0.2


class Receiver:
    """Receives until it is stopped; ``run`` belongs to one thread, which alone uses the shelf and the inbox.

    ``tell`` is called there with what came, after it is durable; what it raises ends ``run``.
    """

    def __init__(
        self,
        settings: ReceiverSettings,
        shelf: Shelf,
        bell: Bell,
        tell: Callable[[Sequence[Taken]], None],
        limits: Limits = Limits(),
    ) -> None:
        self.inbox = Inbox(settings.keys, shelf)
        self._settings, self._shelf, self._bell, self._tell, self._limits = settings, shelf, bell, tell, limits
        self._pauses = Pauses(limits.line.first_pause_s, limits.line.longest_pause_s)
        self._line: Line | None = None
        self._is_open = False
        self._next_dial_s = 0.0
        self._sent_s: dict[str, float] = {}
        self._owed: set[str] = set()
        self._told: set[str] = set()

    def run(self, stopping: Stopping) -> None:
        """Receive until ``stopping``. Raises StoreError when the shelf cannot be opened."""
        with self._shelf:
            try:
                while not stopping.is_set():
                    self._turn()
            finally:
                if self._line is not None:
                    self._line.leave()

    def _turn(self) -> None:
        if self._line is None:
            self._rest()
            return
        try:
            self._listen(self._line)
            if self._line is not None and self._is_open:
                self._send_receipts(self._line, time.monotonic())
        except StoreError as error:
            self._lose(f"nothing can be stored: {error}")  # what was not stored is not receipted, and comes again

    def _rest(self) -> None:
        wait_s = self._next_dial_s - time.monotonic()
        if wait_s > 0:
            select.select([self._bell.fd], [], [], min(wait_s, self._limits.line.tick_s))
            self._bell.hush()
            return
        try:
            self._line = Line.dial(self._settings.broker, self._limits.line)
        except OSError as error:
            self._lose(str(error))

    # ---- what comes in

    def _listen(self, line: Line) -> None:
        events = line.step(self._bell.fd, min(self._limits.line.tick_s, self._limits.receipt_pause_s))
        while len(events) < AT_ONCE and (more := line.step(self._bell.fd, 0.0)):
            events += more
            if any(isinstance(each, Lost) for each in more):
                break
        self._bell.hush()
        self._store([each for each in events if isinstance(each, Came)])
        for event in events:
            self._on(event, line)
        patience_s = self._limits.line.silence_s if self._is_open else self._limits.line.connack_s
        if self._line is not None and line.silent_s(time.monotonic()) > patience_s:
            self._lose(f"the broker owes an answer for more than {patience_s:.0f} s")

    def _store(self, messages: Sequence[Came]) -> None:
        if not messages:
            return
        now_s = time.monotonic()
        with self._shelf.batch():
            taken = [self.inbox.take(each.topic, each.payload, now_s, retained=each.retained) for each in messages]
        for each in taken:
            match each:
                case Stored(cabinet=cabinet):
                    self._owed.add(cabinet)
                case Shown(cabinet=cabinet, online=True):
                    self._owe_at_once(cabinet)
                case Refused(reason=reason):
                    self._warn(f"message refused: {reason}")
                case _:
                    pass
        self._tell(taken)

    def _on(self, event: LineEvent, line: Line) -> None:
        match event:
            case Opened():
                self._open(line)
            case Denied(reason=reason):
                self._warn(f"receipt denied by the broker: {reason}")
            case WatchDenied(reason=reason):
                self._warn(f"the broker does not let us listen: {reason}")
            case Lost(reason=reason) if self._line is not None:
                self._lose(reason)
            case _:
                pass

    def _open(self, line: Line) -> None:
        log.info("broker found", host=self._settings.broker.host, port=self._settings.broker.port)
        self._is_open = True
        self._told.clear()
        for cabinet in self._settings.keys:
            self.inbox.pictures[cabinet].renew()
            for topic_filter in Topics(cabinet).of_a_receiver(sealed=self._settings.sealed):
                line.watch(topic_filter, qos=1)
            self._owe_at_once(cabinet)

    def _lose(self, reason: str) -> None:
        now_s = time.monotonic()
        if self._line is not None:
            self._line.hang_up()
            if self._line.open_s(now_s) > self._limits.line.steady_s:
                self._pauses.reset()
        self._warn(f"broker lost: {reason}")
        self._line, self._is_open = None, False
        self._next_dial_s = now_s + self._pauses.next()

    def _warn(self, words: str) -> None:
        """Write it, once a connection."""
        if words not in self._told:
            self._told.add(words)
            log.warning(words, receiver=self._settings.name)

    # ---- receipts

    def _owe_at_once(self, cabinet: str) -> None:
        self._sent_s.pop(cabinet, None)
        self._owed.add(cabinet)

    def _send_receipts(self, line: Line, now_s: float) -> None:
        for cabinet, key in self._settings.keys.items():
            since_s = now_s - self._sent_s.get(cabinet, float("-inf"))
            pause_s = self._limits.receipt_pause_s if cabinet in self._owed else self._limits.receipt_every_s
            if since_s >= pause_s and line.room > 0:
                self._sent_s[cabinet] = now_s
                self._owed.discard(cabinet)
                line.publish(
                    Topics(cabinet).receipt(self._settings.name), self._receipt(cabinet, key), cabinet, retain=False
                )

    def _receipt(self, cabinet: str, key: bytes) -> bytes:
        sealed = self._shelf.mark(Place(cabinet, sealed=True)) if self._settings.sealed else None
        sequence = self._shelf.mark(Place(cabinet, sealed=False))
        claim = Claim(sequence=sequence, sealed=sealed, at=self._shelf.instant(datetime.now(UTC)))
        return Receipt.of(claim, cabinet, self._settings.name, key).payload()
