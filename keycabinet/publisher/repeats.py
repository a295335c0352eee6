"""For whom rows have to be sent again, and from which row on. No I/O, no clock.

A consumer that has said how far it is, and does not get on, has missed something that the broker lost.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keycabinet.publisher.heard import Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.receipts import Stored


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows to be sent again: sealed ones or the others, those after one up to another."""

    sealed: bool
    after: int
    to: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What a consumer has of one topic, and since when it is behind (None: it is not, or nobody looked)."""

    seq: int
    heard_s: float
    pause_s: float
    behind_s: float | None = None
    spoke: bool = True
    """Since rows were last sent again for it."""


class Repeats:
    """The marks of all consumers that were heard; used by one thread. ``newest`` is that of the outbox."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._marks: dict[tuple[str, bool], Mark] = {}

    def heard(self, stored: Stored, now_s: float) -> None:
        """A consumer said what it has."""
        self._note((stored.consumer, False), stored.sequence, now_s)
        if stored.sealed is not None:
            self._note((stored.consumer, True), stored.sealed, now_s)

    def came_back(self, now_s: float) -> None:
        """A new line: the broker may have forgotten what it had taken, so whoever speaks now is soon served."""
        for key, mark in self._marks.items():
            pause_s = self._limits.repeat_after_return_s
            self._marks[key] = replace(mark, behind_s=now_s, pause_s=pause_s, spoke=False)

    def due(self, newest: Mapping[bool, int], now_s: float) -> Stretch | None:
        """What has to be sent again now, which then counts as being sent."""
        self._look(newest, now_s)
        late = {key: mark for key, mark in self._marks.items() if self._is_late(mark, now_s)}
        if not late:
            return None
        sealed = any(key[1] for key in late)  # duress first
        for key, mark in late.items():
            if key[1] is sealed:
                self._marks[key] = replace(mark, behind_s=now_s, pause_s=self._longer(mark.pause_s), spoke=False)
        return Stretch(sealed, min(mark.seq for key, mark in late.items() if key[1] is sealed), newest[sealed])

    def lowest(self, now_s: float, *, sealed: bool) -> int | None:
        """What all consumers have that still speak; None: nobody does."""
        marks = [mark for key, mark in self._marks.items() if key[1] is sealed and self._speaks(mark, now_s)]
        return min((mark.seq for mark in marks), default=None)

    def _note(self, key: tuple[str, bool], seq: int, now_s: float) -> None:
        mark = self._marks.get(key) or Mark(seq, now_s, self._limits.repeat_s)
        if mark.seq != seq:  # it gets on, or it lost what it had
            mark = replace(mark, seq=seq, behind_s=None, pause_s=min(mark.pause_s, self._limits.repeat_s))
        self._marks[key] = replace(mark, heard_s=now_s, spoke=True)

    def _look(self, newest: Mapping[bool, int], now_s: float) -> None:
        for key, mark in self._marks.items():
            if mark.seq >= newest[key[1]]:
                self._marks[key] = replace(mark, behind_s=None, pause_s=self._limits.repeat_s)
            elif mark.behind_s is None:
                self._marks[key] = replace(mark, behind_s=now_s)

    def _is_late(self, mark: Mark, now_s: float) -> bool:
        waited = mark.behind_s is not None and now_s >= mark.behind_s + mark.pause_s
        return waited and mark.spoke and self._speaks(mark, now_s)

    def _longer(self, pause_s: float) -> float:
        first_s, longest_s = self._limits.repeat_s, self._limits.longest_repeat_s
        return first_s if pause_s < first_s else min(pause_s * 2, longest_s)

    def _speaks(self, mark: Mark, now_s: float) -> bool:
        return now_s < mark.heard_s + self._limits.consumer_silence_s


@dataclass
class Repetition:
    """One stretch on its way to the broker, few rows at a time; used by one thread."""

    stretch: Stretch
    _rows: deque[Row] = field(default_factory=deque)
    _in_flight: set[int] = field(default_factory=set)
    _read_all: bool = False

    def add(self, row: Row) -> None:
        """This is the next row of it."""
        self._rows.append(row)

    def read(self) -> None:
        """No more rows come."""
        self._read_all = True

    @property
    def waits(self) -> int:
        """How many rows were read and not sent."""
        return len(self._rows)

    def next(self, most: int, lowest: int | None) -> Row | None:
        """The row to send now, if fewer than ``most`` are in flight; everybody has the rows up to ``lowest``."""
        while self._rows and lowest is not None and self._rows[0].seq <= lowest:
            self._rows.popleft()
        if not self._rows or len(self._in_flight) >= most:
            return None
        row = self._rows.popleft()
        self._in_flight.add(row.seq)
        return row

    def settled(self, seq: int) -> None:
        """The broker took this row, or refused it: then it is for the next repetition."""
        self._in_flight.discard(seq)

    @property
    def is_over(self) -> bool:
        """Whether all of it was sent and answered."""
        return self._read_all and not self._rows and not self._in_flight
