"""What an import would change, in words: cell by cell, in the words of the files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from keycabinet.domain.directory import ALWAYS, Directory, Right
from keycabinet.roster.bounds import limit_cells, pair_cells, schedule_cells

IN_THE_NAME: Final = frozenset({"code", "number", "name"})
"""Columns that ``Difference.what`` says already."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is other than before; both texts are as in a file."""

    column: str
    before: str
    after: str

    def __str__(self) -> str:
        """``role staff -> supervisor``, or with nothing before ``role supervisor``."""
        return f"{self.column} {self.before or 'nothing'} -> {self.after or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A person, ring or right that is ``added``, ``changed`` or ``removed``."""

    act: str
    what: str
    cells: tuple[Cell, ...] = ()

    def __str__(self) -> str:
        """``changed person 1002 Ann Lee: role staff -> supervisor``."""
        if self.act == "changed":
            return f"changed {self.what}: {'; '.join(map(str, self.cells))}"
        told = ", ".join(f"{cell.column} {cell.after}" for cell in self.cells if cell.column not in IN_THE_NAME)
        return f"{self.act} {self.what}" + (f": {told}" if told else "")


def difference(what: str, before: Mapping[str, str] | None, after: Mapping[str, str]) -> Difference | None:
    """How these cells differ from those before (None: there was nothing); None if they do not."""
    if before is None:
        filled = tuple(Cell(column, "", text) for column, text in after.items() if text and text != "no")
        return Difference("added", what, filled)
    cells = tuple(Cell(column, before[column], text) for column, text in after.items() if before[column] != text)
    return Difference("changed", what, cells) if cells else None


def rights_differences(before: Iterable[Right], after: Iterable[Right]) -> Iterator[Difference]:
    """The rights that are new, and those that are gone."""
    old, new = frozenset(before), frozenset(after)
    for act, rights in (("added", new - old), ("removed", old - new)):
        yield from (Difference(act, f"right: {_right(right)}") for right in sorted(rights))


def bounds_differences(before: Directory, after: Directory) -> Iterator[Difference]:
    """Schedules, holidays, limits and pairs that are new, changed or gone."""
    old, new = _bounds(before), _bounds(after)
    for what, cells in new.items():
        if (changed := difference(what, old.get(what), cells)) is not None:
            yield changed
    yield from (Difference("removed", what) for what in old if what not in new)


def _right(right: Right) -> str:
    by = f" by {right.schedule}" if right.schedule != ALWAYS else ""
    return f"{right.people} may take {right.rings}{by}"


def _bounds(directory: Directory) -> dict[str, Mapping[str, str]]:
    """What it is -> the cells that may differ, in a lasting order."""
    bounds = directory.bounds
    found: dict[str, Mapping[str, str]] = {}
    found |= {f"schedule {each.name}": schedule_cells(each) for each in bounds.schedules}
    found |= {f"holiday {each.day.isoformat()}": {"called": each.name} for each in bounds.holidays}
    for limit in bounds.limits:
        cells = limit_cells(limit, directory)
        found[f"limit on {cells['applies_to']} {cells['who']}"] = {"rings": cells["rings"]}
    for pair in bounds.pairs:
        cells = pair_cells(pair, directory)
        found[f"pair: ring {cells['ring']} never with ring {cells['other_ring']}"] = {}
    return dict(sorted(found.items()))
