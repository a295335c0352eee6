"""rings.csv: the key rings, their tags and their home slots."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Final

from keycabinet.config.faults import quoted
from keycabinet.domain.rings import UNAIDED, Category, DueAfter, DueAt, DueRule, NeverDue, Ring
from keycabinet.roster import approval, cells, tags
from keycabinet.roster.table import CsvFile, Row, Tell, rows_of, unique

COLUMNS: Final = ("number", "name", "category", "tag", "home_slot", "groups", "due", "keys", "seal")
MOST_KEYS: Final = 999
LONGEST_DUE: Final = timedelta(days=31)
_UNITS: Final = {"h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


def rings_in(file: CsvFile, slots: int, known: Mapping[str, Ring], tell: Tell) -> list[tuple[Row, Ring]]:
    """Every ring in the file, without an id. Numbers, tags and home slots (1 to ``slots``) are unique within it.

    Of a column that may be left out and is, a ring that is ``known`` by its number keeps what it has.
    """
    rows = [_completed(row, known.get(row.cells["number"])) for row in rows_of(file, COLUMNS, tell, approval.COLUMNS)]
    found = [(row, _ring(row, slots, tell)) for row in rows]
    unique(rows, "number", str, tell)
    unique(rows, "tag", str.upper, tell)
    unique(rows, "home_slot", lambda written: written.lstrip("0"), tell)
    return found


def ring_cells(ring: Ring) -> dict[str, str]:
    """The cells that are read as this ring."""
    return {
        "number": ring.number,
        "name": ring.name,
        "category": ring.category.value,
        "tag": ring.tag,
        "home_slot": str(ring.home_slot),
        "groups": ";".join(sorted(ring.groups)),
        "due": due_cell(ring.due),
        "keys": str(ring.key_count),
        "seal": ring.seal,
        **approval.approval_cells(ring.approval),
    }


def due_cell(due: DueRule) -> str:
    """The cell that is read as this rule (whole seconds, whole minutes of the day)."""
    match due:
        case NeverDue():
            return "none"
        case DueAt(time_of_day):
            return time_of_day.isoformat(timespec="minutes")
        case DueAfter(duration):
            unit = next(name for name, length in _UNITS.items() if name == "s" or duration % length == timedelta(0))
            return f"{duration // _UNITS[unit]}{unit}"


def _completed(row: Row, known: Ring | None) -> Row:
    kept = approval.approval_cells(known.approval if known is not None else UNAIDED)
    return replace(row, cells={**kept, **row.cells})


def _ring(row: Row, slots: int, tell: Tell) -> Ring:
    return Ring(
        id="",
        number=cells.matching(row, "number", tell, "[A-Za-z0-9-]{1,12}", "1 to 12 letters, digits or hyphens"),
        name=cells.text(row, "name", tell),
        category=cells.one_of(row, "category", tell, Category),
        tag=_tag(row, tell),
        home_slot=cells.number(row, "home_slot", tell, 1, slots),
        groups=cells.groups(row, "groups", tell),
        due=_due(row, tell),
        key_count=cells.number(row, "keys", tell, 0, MOST_KEYS),
        seal=cells.text(row, "seal", tell, empty=True),
        approval=approval.approval(row, tell),
    )


def _tag(row: Row, tell: Tell) -> str:
    """The tag in this row; an empty cell is a ring whose tag is still to be learned."""
    expected = "the 16 hex digits of an iButton, as 013D2C1B0A000085 (family, serial number, check byte)"
    tag = row.cells["tag"].upper()
    if not tag:
        return ""
    if not re.fullmatch("[0-9A-F]{16}", tag):
        tell(row.fault("tag", f"{quoted(row.cells['tag'])} found", expected))
        return tag
    wrong, meant = tags.complaint(tag)
    if wrong:
        tell(row.fault("tag", wrong, expected, meant))
    return tag


def _due(row: Row, tell: Tell) -> DueRule:
    written = row.cells["due"]
    if written == "none":
        return NeverDue()
    if after := re.fullmatch(r"([0-9]{1,7})([hms])", written):
        duration = int(after[1]) * _UNITS[after[2]]
        if timedelta(0) < duration <= LONGEST_DUE:
            return DueAfter(duration)
    elif re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", written):
        return DueAt(time.fromisoformat(written))
    found = f"{quoted(written)} found" if written else "empty"
    tell(row.fault("due", found, "8h, 45m or 30s (at most 31 days), a time of day as 15:00, or none"))
    return NeverDue()
