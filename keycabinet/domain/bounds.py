"""What bounds the rights: when they hold, how many rings at once, which rings never together (R24, R25, R26)."""

from dataclasses import dataclass, replace
from enum import Enum, unique

from keycabinet.domain.schedule import Holiday, Schedule


@unique
class LimitOn(Enum):
    """Whose rings are counted."""

    PERSON = "person"
    CLASS = "class"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Limit:
    """Each person meant holds at most so many rings at once; of several limits the tightest counts (R25).

    ``who`` is the id of a person, the value of a person class, or the name of a group.
    """

    on: LimitOn
    who: str
    rings: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rings (ids) that nobody may hold together (R26); the order does not matter."""

    first: str
    second: str

    @classmethod
    def of(cls, one: str, other: str) -> "Pair":
        """The pair of these two, in the one order in which it is kept."""
        return cls(*sorted((one, other)))


@dataclass(frozen=True, slots=True)
class Bounds:
    """All of them. Names of schedules and dates of holidays are unique."""

    schedules: frozenset[Schedule] = frozenset()
    holidays: frozenset[Holiday] = frozenset()
    limits: frozenset[Limit] = frozenset()
    pairs: frozenset[Pair] = frozenset()

    def without_ring(self, ring: str) -> "Bounds":
        """The same without the pairs that name this ring."""
        pairs = frozenset(pair for pair in self.pairs if ring not in {pair.first, pair.second})
        return self if pairs == self.pairs else replace(self, pairs=pairs)


BOUNDLESS = Bounds()
