"""schedules.csv, holidays.csv, limits.csv and pairs.csv: what bounds the rights. Each file replaces all of its kind."""

from datetime import date
from typing import Final

from keycabinet.config.faults import Fault, nearest, quoted
from keycabinet.domain.bounds import Limit, LimitOn, Pair
from keycabinet.domain.directory import Directory
from keycabinet.domain.people import PersonClass
from keycabinet.domain.schedule import CLOSED, Day, Holiday, Schedule, day_from, day_text, holiday_from, holiday_text
from keycabinet.roster import cells
from keycabinet.roster.table import CsvFile, Row, Tell, rows_of, unique

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCHEDULES: Final = ("name", *WEEKDAYS, "holiday")
HOLIDAYS: Final = ("date", "name")
LIMITS: Final = ("applies_to", "who", "rings")
PAIRS: Final = ("ring", "other_ring")
MOST_RINGS: Final = 999
A_DATE: Final = "a date as 2026-12-25"
HOURS: Final = "hours as 06:00-14:00 with ; between, 22:00-06:00 over midnight, 18:00-24:00, all_day or closed"


def schedules_in(file: CsvFile, tell: Tell) -> list[tuple[Row, Schedule]]:
    """Every schedule in the file. Names are unique within it."""
    found = [(row, _schedule(row, tell)) for row in rows_of(file, SCHEDULES, tell)]
    unique([row for row, _ in found], "name", str, tell)
    return found


def schedule_cells(schedule: Schedule) -> dict[str, str]:
    """The cells that are read as this schedule."""
    week = dict(zip(WEEKDAYS, map(day_text, schedule.week), strict=True))
    return {"name": schedule.name, **week, "holiday": holiday_text(schedule.on_holiday)}


def holidays_in(file: CsvFile, tell: Tell) -> list[tuple[Row, Holiday]]:
    """Every holiday in the file. Dates are unique within it."""
    found = [(row, Holiday(_date(row, tell), cells.text(row, "name", tell))) for row in rows_of(file, HOLIDAYS, tell)]
    unique([row for row, _ in found], "date", str, tell)
    return found


def holiday_cells(holiday: Holiday) -> dict[str, str]:
    """The cells that are read as this holiday."""
    return {"date": holiday.day.isoformat(), "name": holiday.name}


def limits_in(file: CsvFile, after: Directory, tell: Tell) -> list[tuple[Row, Limit]]:
    """Every limit in the file, on people by their code. There is one for each person, class or group."""
    found = [(row, _limit(row, after, tell)) for row in rows_of(file, LIMITS, tell)]
    first: dict[tuple[LimitOn, str], int] = {}
    for row, limit in found:
        if (line := first.setdefault((limit.on, limit.who), row.line)) != row.line:
            told = f"{limit.on.value} {quoted(row.cells['who'])} is in line {line} already"
            tell(row.fault("who", told, "one limit for each"))
    return found


def limit_cells(limit: Limit, directory: Directory) -> dict[str, str]:
    """The cells that are read as this limit."""
    person = directory.people.get(limit.who) if limit.on is LimitOn.PERSON else None
    return {
        "applies_to": limit.on.value,
        "who": person.code if person is not None else limit.who,
        "rings": str(limit.rings),
    }


def pairs_in(file: CsvFile, after: Directory, tell: Tell) -> list[tuple[Row, Pair]]:
    """Every pair in the file; one that is written twice, or the other way round, is one."""
    return [(row, _pair(row, after, tell)) for row in rows_of(file, PAIRS, tell)]


def pair_cells(pair: Pair, directory: Directory) -> dict[str, str]:
    """The cells that are read as this pair."""
    numbers = sorted(directory.rings[ring].number for ring in (pair.first, pair.second))
    return dict(zip(PAIRS, numbers, strict=True))


def _schedule(row: Row, tell: Tell) -> Schedule:
    name = cells.check_group(row, "name", row.cells["name"], tell)
    mon, tue, wed, thu, fri, sat, sun = (_day(row, weekday, tell) for weekday in WEEKDAYS)
    return Schedule(name, (mon, tue, wed, thu, fri, sat, sun), _holiday(row, tell))


def _day(row: Row, column: str, tell: Tell) -> Day:
    try:
        return day_from(row.cells[column])
    except ValueError:
        tell(_no_hours(row, column, HOURS, ("all_day", "closed")))
        return CLOSED


def _holiday(row: Row, tell: Tell) -> Day | None:
    try:
        return holiday_from(row.cells["holiday"])
    except ValueError:
        tell(_no_hours(row, "holiday", f"as_usual, or {HOURS}", ("as_usual", "all_day", "closed")))
        return CLOSED


def _no_hours(row: Row, column: str, expected: str, words: tuple[str, ...]) -> Fault:
    written = row.cells[column]
    return row.fault(column, f"{quoted(written)} found" if written else "empty", expected, nearest(written, words))


def _date(row: Row, tell: Tell) -> date:
    written = row.cells["date"]
    try:
        return _date_from(written)
    except ValueError:
        tell(row.fault("date", f"{quoted(written)} found" if written else "empty", A_DATE))
        return date.min


def _date_from(text: str) -> date:
    found = date.fromisoformat(text)
    if found.isoformat() != text:
        raise ValueError(f"{text} is a date in another form")
    return found


def _limit(row: Row, after: Directory, tell: Tell) -> Limit:
    on = cells.one_of(row, "applies_to", tell, LimitOn)
    is_known = on.value == row.cells["applies_to"]
    who = _who(row, on, after, tell) if is_known else row.cells["who"]
    return Limit(on, who, cells.number(row, "rings", tell, 0, MOST_RINGS))


def _who(row: Row, on: LimitOn, after: Directory, tell: Tell) -> str:
    written = row.cells["who"]
    match on:
        case LimitOn.GROUP:
            return cells.check_group(row, "who", written, tell)
        case LimitOn.CLASS:
            return str(cells.one_of(row, "who", tell, PersonClass).value)
        case LimitOn.PERSON:
            person = after.person_of_code.get(written)
            if person is None:
                tell(row.fault("who", f"nobody has the user code {quoted(written)}", "the user code of a person"))
            return person.id if person is not None else written


def _pair(row: Row, after: Directory, tell: Tell) -> Pair:
    found = [_ring(row, column, after, tell) for column in PAIRS]
    if row.cells["ring"] == row.cells["other_ring"]:
        tell(row.fault("other_ring", f"ring {row.cells['ring']} is paired with itself", "the number of another ring"))
    return Pair.of(*found)


def _ring(row: Row, column: str, after: Directory, tell: Tell) -> str:
    written = row.cells[column]
    ring = after.ring_of_number.get(written)
    if ring is None:
        tell(row.fault(column, f"there is no ring {quoted(written)}", "the number of a ring"))
    return ring.id if ring is not None else written
