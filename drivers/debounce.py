"""What counts as a reading: pure judges over raw samples. Time is passed in (monotonic nanoseconds)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from keycabinet.domain.events import Tag

EQUAL_READS = 2
MISSES = 3
GONE_NS = 1_000_000_000


class StableLevel:
    """A line with two levels: a level counts once it has been kept, without an edge, for ``stable_ns``."""

    def __init__(self, stable_ns: int) -> None:
        self._stable_ns = stable_ns
        self._candidate: bool | None = None
        self._since_ns = 0
        self.level: bool | None = None
        """The level that counts; None as long as the line has not been stable once."""

    def see(self, level: bool, now_ns: int, *, edge: bool = False) -> bool:  # noqa: FBT001 - a level is a bool
        """Take one sample (``edge``: the line has moved meanwhile); True when the level that counts has changed."""
        if level is not self._candidate or (edge and level is not self.level):
            self._candidate, self._since_ns = level, now_ns
        if self._candidate is self.level or now_ns - self._since_ns < self._stable_ns:
            return False
        self.level = self._candidate
        return True

    @property
    def due_ns(self) -> int | None:
        """When the line has to be looked at again, because it may count then."""
        return None if self._candidate is self.level else self._since_ns + self._stable_ns


@dataclass(slots=True)
class _Sighting:
    seen_ns: int
    reads: int = 1
    misses: int = 0
    present: bool = False

    def read(self, now_ns: int) -> None:
        self.seen_ns, self.misses = now_ns, 0
        self.reads += 1
        self.present = self.present or self.reads >= EQUAL_READS

    def miss(self, now_ns: int) -> None:
        self.misses += 1
        self.reads = 0
        gone = self.misses >= MISSES or now_ns - self.seen_ns >= GONE_NS
        self.present = self.present and not gone


class TagWatch:
    """The tags of one reader: a tag counts after two reads in a row, and is gone after three misses or 1 s."""

    def __init__(self) -> None:
        self._sightings: dict[Tag, _Sighting] = {}

    def see(self, tags: AbstractSet[Tag], now_ns: int) -> frozenset[Tag]:
        """Take one complete round over the reader; the tags that count after it."""
        for tag in tags - self._sightings.keys():
            self._sightings[tag] = _Sighting(now_ns, reads=0)
        for tag, sighting in self._sightings.items():
            sighting.read(now_ns) if tag in tags else sighting.miss(now_ns)
        self._sightings = {tag: each for tag, each in self._sightings.items() if each.present or each.reads}
        return self.present

    @property
    def present(self) -> frozenset[Tag]:
        """The tags that count."""
        return frozenset(tag for tag, sighting in self._sightings.items() if sighting.present)

    @property
    def unconfirmed(self) -> bool:
        """Whether a tag waits for its second read: another round should follow at once."""
        return any(not sighting.present for sighting in self._sightings.values())
