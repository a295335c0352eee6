"""What has arrived at the consumers: their receipts go to the core, and what one of them misses is sent again."""

from collections.abc import Mapping

import structlog

from keycabinet.publisher.again import Again
from keycabinet.publisher.desk import Desk
from keycabinet.publisher.heard import Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.line import Came
from keycabinet.publisher.outbox import Outbox
from keycabinet.publisher.receipts import Known, Receipts, Refusal, Stored
from keycabinet.publisher.refusals import Refusals
from keycabinet.publisher.repeats import Repeats, Repetition
from keycabinet.publisher.settings import PublisherSettings

log = structlog.get_logger(__name__)


class Arrivals:
    """Used by the thread that publishes; instants are monotonic seconds."""

    def __init__(self, settings: PublisherSettings, outbox: Outbox, desk: Desk, again: Again, limits: Limits) -> None:
        self._receipts = Receipts(settings.cabinet, settings.consumers, limits)
        self._refusals = Refusals()
        self._repeats = Repeats(limits)
        self._repetition: Repetition | None = None
        self._waiting: dict[str, Came] | None = {}
        self._outbox, self._desk, self._again, self._limits = outbox, desk, again, limits

    @property
    def refused(self) -> Mapping[str, int]:
        """How many receipts were refused, by reason."""
        return self._receipts.refused

    def begin(self, now_s: float) -> None:
        """The core has said what there is and what was published."""
        waiting, self._waiting = self._waiting or {}, None
        for consumer, came in waiting.items():
            self.heard(consumer, came, now_s)

    def heard(self, consumer: str, came: Came, now_s: float) -> None:
        """Something came under ``receipts/<consumer>``; until ``begin`` the last of each consumer waits."""
        if self._waiting is not None and self._receipts.knows(consumer):
            self._waiting[consumer] = came
            return
        known = Known(self._outbox.cursor, self._outbox.head)
        match self._receipts.take(consumer, came.payload, known, now_s, retained=came.retained):
            case Stored() as stored:
                self._note(stored, now_s)
            case Refusal() as refusal:
                self._refusals.tell(refusal, now_s)
            case None:
                pass

    def published(self, now_s: float) -> None:
        """The cursor moved: what a consumer said before may count now."""
        for stored in self._receipts.due(self._outbox.cursor):
            self._note(stored, now_s)

    def came_back(self, now_s: float) -> None:
        """A new line."""
        self._repeats.came_back(now_s)

    def lost(self) -> None:
        """The line is gone with all that was in flight: who misses something will say so again."""
        self._repetition = None
        self._again.want(None)

    def settled(self, seq: int) -> None:
        """The broker took, or refused, a row that was sent again."""
        if self._repetition is not None:
            self._repetition.settled(seq)

    def next(self, now_s: float) -> Row | None:
        """The row to send again now; None if none may be. Not while the broker refuses rows."""
        if self._outbox.fault is not None:
            return None
        if self._repetition is None:
            self._begin(now_s)
        else:
            self._read(self._repetition)
        return self._next_of(self._repetition, now_s) if self._repetition is not None else None

    def _note(self, stored: Stored, now_s: float) -> None:
        self._repeats.heard(stored, now_s)
        self._desk.want_receipt(stored)

    def _begin(self, now_s: float) -> None:
        stretch = self._repeats.due(self._outbox.newest, now_s)
        if stretch is not None:
            self._repetition = Repetition(stretch)
            self._again.want(stretch)

    def _read(self, repetition: Repetition) -> None:
        while repetition.waits < self._limits.repeats_in_flight and (came := self._again.take()) is not None:
            if came.stretch != repetition.stretch:
                continue
            if came.row is None:
                repetition.read()
            else:
                repetition.add(came.row)

    def _next_of(self, repetition: Repetition, now_s: float) -> Row | None:
        lowest = self._repeats.lowest(now_s, sealed=repetition.stretch.sealed)
        row = repetition.next(self._limits.repeats_in_flight, lowest)
        if row is None and (repetition.is_over or (lowest is not None and lowest >= repetition.stretch.to)):
            self.lost()
        return row
