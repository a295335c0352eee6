"""Sensing lines: mechanical contacts bounce a few times on each change before they rest."""

from collections.abc import Mapping
from random import Random

from firmware_sim.facts import MS, Fact, Line, Tell, parts

LONG_BOUNCE_NS = 1_000 * MS
"""How long a worn contact bounces."""


class Contacts:
    """The levels of all sensing lines, and the bounces still to come."""

    def __init__(self, tell: Tell, random: Random, levels: Mapping[Line, bool]) -> None:
        self._tell = tell
        self._random = random
        self.levels = dict(levels)
        self._coming: list[tuple[int, Line, bool]] = []
        """Edges to come, each with its moment and the level that it leads to."""

    def become(self, line: Line, level: bool, now: int, *, clean: bool, worn: bool = False) -> None:  # noqa: FBT001
        """The line comes to rest at this level: at once, then two to six further edges within 5-15 ms unless clean.

        A worn contact makes a hundred edges in a second.
        """
        if line not in self.levels or self._rests_at(line) == level:
            return
        self._coming = [edge for edge in self._coming if edge[1] != line]
        changed = self.levels[line] != level
        self._edge(line, level, now)
        if changed and not clean:
            self._coming += self._bounces(line, level, now, worn=worn)

    def next_due(self) -> int | None:
        """The moment of the next edge."""
        return min((edge[0] for edge in self._coming), default=None)

    def advance(self, now: int) -> None:
        """Let the edges come that are due."""
        due = sorted((edge for edge in self._coming if edge[0] <= now), key=lambda edge: edge[0])
        self._coming = [edge for edge in self._coming if edge[0] > now]
        for at, line, level in due:
            self._edge(line, level, at)

    def _rests_at(self, line: Line) -> bool:
        ahead = [edge for edge in self._coming if edge[1] == line]
        return max(ahead, key=lambda edge: edge[0])[2] if ahead else self.levels[line]

    def _bounces(self, line: Line, level: bool, now: int, *, worn: bool) -> list[tuple[int, Line, bool]]:  # noqa: FBT001
        span = LONG_BOUNCE_NS if worn else self._random.randint(5 * MS, 15 * MS)
        count = 100 if worn else 2 * self._random.randint(1, 3)
        moments = sorted({*self._random.sample(range(1, span), count - 1), span})
        return [(now + moment, line, level == bool(index % 2)) for index, moment in enumerate(moments)]

    def _edge(self, line: Line, level: bool, at: int) -> None:  # noqa: FBT001 - a level is a bool
        if self.levels[line] != level:
            self.levels[line] = level
            self._tell(Fact(at, "line_high" if level else "line_low", parts(line)))
