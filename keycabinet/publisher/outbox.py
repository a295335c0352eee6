"""Rows on their way to the broker: in order, few at a time, forgotten only when acknowledged. No I/O, no clock."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from keycabinet.publisher.heard import Row
from keycabinet.publisher.limits import Limits


@dataclass(frozen=True, slots=True)
class Flowing:
    """The broker takes what it is given."""


@dataclass(frozen=True, slots=True)
class Probing:
    """The last line was lost with rows on it; one row alone, to see whether it was the reason.

    (A broker that hangs up over a row resets the connection when more rows are on the way, and its answer is lost.)
    """


@dataclass(frozen=True, slots=True)
class Held:
    """The broker denied this row; it alone is tried again, not before ``until_s``."""

    seq: int
    reason: str
    until_s: float
    pause_s: float


class Outbox:
    """The rows after the cursor that were read from the core; used by one thread.

    ``cursor``: every row up to it is acknowledged. ``position``: the last row that was read. ``newest``: the
    last row up to the cursor, of sealed ones (True) and of the rest (False).
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows: deque[Row] = deque()
        self._in_flight: set[int] = set()
        self._acknowledged: set[int] = set()
        self._flow: Flowing | Probing | Held = Flowing()
        self._backlog_to = 0
        self._sent_to = 0
        self.cursor = 0
        self.position = 0
        self.newest = {False: 0, True: 0}

    def begin(self, cursor: int, newest: Mapping[bool, int]) -> None:
        """Forget everything; the next row that matters is the one after this cursor. ``newest``: see there."""
        self.newest = dict(newest)
        self._rows.clear()
        self._in_flight.clear()
        self._acknowledged.clear()
        self._flow = Flowing()
        self._backlog_to = self._sent_to = self.cursor = self.position = cursor

    def came_back(self, head: int) -> None:
        """Both ends are there again: rows up to this head are a backlog."""
        self._backlog_to = max(self._backlog_to, head)

    @property
    def head(self) -> int:
        """The last row that is known to be in the ledger."""
        return max(self._backlog_to, self.position)

    @property
    def has_room(self) -> bool:
        """Whether another row may be added."""
        return len(self._rows) < self._limits.rows_in_flight

    def add(self, row: Row) -> None:
        """Take in a row; one that was read before is ignored."""
        if row.seq > self.position:
            self._rows.append(row)
            self.position = row.seq

    def next(self, now_s: float) -> Row | None:
        """The row to publish now, which is then in flight; None if none may be."""
        row = self._first_not_sent() if self._may_send(now_s) else None
        if row is not None:
            self._in_flight.add(row.seq)
        return row

    def is_replay(self, row: Row) -> bool:
        """Whether a row that is about to be published is a backlog or may have been sent before."""
        replay = row.seq <= max(self._backlog_to, self._sent_to)
        self._sent_to = max(self._sent_to, row.seq)
        return replay

    def acknowledge(self, seq: int) -> None:
        """The broker has the row; the cursor moves over all rows that it has without a gap."""
        if seq not in self._in_flight:
            return
        self._in_flight.remove(seq)
        self._acknowledged.add(seq)
        if not isinstance(self._flow, Held) or self._flow.seq == seq:
            self._flow = Flowing()
        while self._rows and self._rows[0].seq in self._acknowledged:
            row = self._rows.popleft()
            self.cursor = self.newest[row.is_sealed] = row.seq
            self._acknowledged.remove(row.seq)

    def deny(self, seq: int, reason: str, now_s: float) -> None:
        """The broker refused the row: it stays, and everything waits for it."""
        if seq not in self._in_flight:
            return
        self._in_flight.remove(seq)
        before = self._flow
        if isinstance(before, Held) and before.seq < seq:
            return
        pause_s = self._limits.first_denied_pause_s
        if isinstance(before, Held) and before.seq == seq:
            pause_s = min(before.pause_s * 2, self._limits.longest_denied_pause_s)
        self._flow = Held(seq, reason, now_s + pause_s, pause_s)

    def rewind(self) -> None:
        """The line is gone with all that was in flight: go on after the cursor; a denied row still waits its time."""
        if self._in_flight and isinstance(self._flow, Flowing):
            self._flow = Probing()
        self._in_flight.clear()
        self._acknowledged.clear()

    @property
    def fault(self) -> str | None:
        """Why rows do not flow, in words; None if they may."""
        return f"row {self._flow.seq} denied: {self._flow.reason}" if isinstance(self._flow, Held) else None

    def _may_send(self, now_s: float) -> bool:
        match self._flow:
            case Flowing():
                return len(self._in_flight) < self._limits.rows_in_flight
            case Probing():
                return not self._in_flight
            case Held(until_s=until_s) if self._in_flight or now_s < until_s:
                return False
            case Held():
                self._acknowledged.clear()  # what followed the denied row follows it again, in order and marked
                return True

    def _first_not_sent(self) -> Row | None:
        sent = self._in_flight | self._acknowledged
        return next((row for row in self._rows if row.seq not in sent), None)
