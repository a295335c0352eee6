"""What single cells mean. A reader of a cell returns something harmless when it has told a fault."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Final, TypeVar

from keycabinet.config.faults import nearest, quoted
from keycabinet.domain.moment import utc_from, utc_text
from keycabinet.roster.table import Row, Tell

E = TypeVar("E", bound=Enum)

LONGEST_TEXT: Final = 60
LONGEST_GROUP: Final = 40
_GROUP: Final = re.compile(rf"[\w][\w .&/+-]{{0,{LONGEST_GROUP - 1}}}")
_INSTANT: Final = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?")
_SWITCH: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


def text(row: Row, column: str, tell: Tell, *, empty: bool = False) -> str:
    """A short text that can be shown on one line."""
    value = row.cells[column]
    if not value and not empty:
        tell(row.fault(column, "empty", f"a text of 1 to {LONGEST_TEXT} characters"))
    if len(value) > LONGEST_TEXT:
        tell(row.fault(column, f"{len(value)} characters", f"at most {LONGEST_TEXT}"))
    if not value.isprintable():
        tell(row.fault(column, f"{quoted(value)} has a character that cannot be shown", "one line of plain text"))
    return value


def matching(row: Row, column: str, tell: Tell, pattern: str, expected: str) -> str:
    """A text of this pattern, which ``expected`` describes."""
    value = row.cells[column]
    if not re.fullmatch(pattern, value):
        tell(row.fault(column, f"{quoted(value)} found" if value else "empty", expected))
    return value


def number(row: Row, column: str, tell: Tell, least: int, most: int) -> int:
    """A whole number within these bounds."""
    value = row.cells[column]
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        found = f"{quoted(value)} found" if value else "empty"
        tell(row.fault(column, found, f"a whole number from {least} to {most}"))
        return least
    return int(value)


def one_of(row: Row, column: str, tell: Tell, choices: type[E]) -> E:
    """One of the values of this enumeration."""
    value = row.cells[column]
    known = {str(each.value): each for each in choices}
    if value not in known:
        found = f"{quoted(value)} found" if value else "empty"
        tell(row.fault(column, found, f"one of {', '.join(known)}", nearest(value, known)))
        return next(iter(choices))
    return known[value]


def switch(row: Row, column: str, tell: Tell) -> bool:
    """``yes`` or ``no``; empty is no."""
    value = row.cells[column].casefold()
    if value not in _SWITCH:
        tell(row.fault(column, f"{quoted(row.cells[column])} found", "yes or no", nearest(value, ("yes", "no"))))
    return _SWITCH.get(value, False)


def groups(row: Row, column: str, tell: Tell) -> frozenset[str]:
    """Names of groups with semicolons between them; empty is none."""
    value = row.cells[column]
    names = [name.strip() for name in value.split(";")] if value else []
    for name in names:
        check_group(row, column, name, tell)
    return frozenset(names)


def check_group(row: Row, column: str, name: str, tell: Tell) -> str:
    """This name of a group, told as a fault if it cannot be one."""
    if not _GROUP.fullmatch(name):
        found = f"{quoted(name)} found" if name else "an empty name"
        told = f"a name of 1 to {LONGEST_GROUP} letters, digits, spaces or any of _ . & / + -"
        tell(row.fault(column, found, told + (", with ; between names" if column.endswith("groups") else "")))
    return name


def instant(row: Row, column: str, tell: Tell, zone: tzinfo, *, end: bool = False) -> datetime | None:
    """A local date, or a local date and time, in UTC; None if empty. ``end``: a date counts to the end of its day."""
    value = row.cells[column]
    if not value:
        return None
    try:
        return _utc(_local(value, zone, end=end))
    except ValueError:
        expected = "a date as 2027-12-31, or a date and time as 2027-12-31T15:00, or nothing"
        tell(row.fault(column, f"{quoted(value)} found", expected))
        return None


def instant_cell(when: datetime | None, zone: tzinfo, *, end: bool = False) -> str:
    """The cell that ``instant`` reads as this instant (UTC, to the second)."""
    if when is None:
        return ""
    local = when.astimezone(zone)
    if local.time() == time():
        day = local.date() - timedelta(days=1 if end else 0)
        if _utc(_local(day.isoformat(), zone, end=end)) == when:
            return day.isoformat()
    return local.isoformat(timespec="seconds")


def _local(value: str, zone: tzinfo, *, end: bool) -> datetime:
    if not _INSTANT.fullmatch(value):
        raise ValueError(value)
    if len(value) == len("2027-12-31"):
        day = date.fromisoformat(value) + timedelta(days=1 if end else 0)
        return datetime.combine(day, time(), zone)
    found = datetime.fromisoformat(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _utc(when: datetime) -> datetime:
    return utc_from(utc_text(when))
