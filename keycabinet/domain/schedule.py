"""Weekly schedules and holidays: at which hours a right holds (R24).

A schedule is read off the clock on the wall, and nothing else. At any instant only two things count: the date and the
time of day that the wall shows then, in the zone that is passed in. Hours belong to the day on which they begin: those
of a Saturday that run over midnight still hold early on Sunday, also if Sunday is a holiday; and do not if Saturday is
a holiday on which the schedule is closed. The begin counts, the end does not: ``06:00-14:00`` is over at 14:00:00.

When clocks go forward, the wall never shows the times in the gap: hours that begin there begin with its end, hours that
end there end with its begin, and hours inside it do not come on that day. When clocks go back, the wall shows the times
in the fold twice, and they hold both times: hours that end at 01:30 are closed from the first 01:30 on, and hold again
from the second 01:00 to the second 01:30. So one look at the wall tells who may take what, on every day of the year.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum, unique

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """From one time of day until another; one that is not later is that of the next day, and 00:00 the day's end."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens == self.closes != MIDNIGHT:
            raise ValueError(f"hours begin and end at {self.opens:%H:%M}: all day or not at all?")

    def hold_at(self, shown: time) -> bool:
        """Whether they hold at this time of the day on which they begin."""
        return self.opens <= shown and (shown < self.closes or self.closes <= self.opens)

    def last_until(self, shown: time) -> bool:
        """Whether they still hold at this time of the day after."""
        return self.closes <= self.opens and shown < self.closes


Day = frozenset[Hours]
CLOSED: Day = frozenset()
ALL_DAY: Day = frozenset({Hours(MIDNIGHT, MIDNIGHT)})


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date on which schedules may differ."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours for each day of the week, Monday first, and for holidays; None: a holiday is a day as usual."""

    name: str
    week: tuple[Day, Day, Day, Day, Day, Day, Day]
    on_holiday: Day | None = None

    @property
    def ever_opens(self) -> bool:
        """Whether there is any day with hours."""
        return any(self.week) or bool(self.on_holiday)

    def hours_of(self, day: date, holidays: Container[date]) -> Day:
        """The hours that begin on this date."""
        if self.on_holiday is not None and day in holidays:
            return self.on_holiday
        return self.week[day.weekday()]

    def is_open(self, instant: datetime, zone: tzinfo, holidays: Container[date]) -> bool:
        """Whether it is open at this instant (aware), by the clock on the wall of this zone."""
        wall = instant.astimezone(zone)
        today, shown = wall.date(), wall.time()
        if any(hours.hold_at(shown) for hours in self.hours_of(today, holidays)):
            return True
        yesterday = today - timedelta(days=1)
        return any(hours.last_until(shown) for hours in self.hours_of(yesterday, holidays))


@unique
class Unsynced(Enum):
    """What a site makes of schedules while the clock is not trusted (no RTC, no NTP yet)."""

    GO_ON = "go_on"
    """Releases go on: the hours do not count, except that a schedule without any opens to nobody."""
    APPLY = "apply"
    """By the time that the clock shows, right or wrong."""
    REFUSE = "refuse"
    """What has a schedule is closed; rights without one hold."""


@dataclass(frozen=True, slots=True)
class When:
    """An instant (UTC) at the cabinet, and what it is worth there."""

    utc: datetime
    zone: tzinfo
    clock_synced: bool = True
    unsynced: Unsynced = Unsynced.GO_ON

    @property
    def applies(self) -> bool:
        """Whether schedules are to be read off the clock now."""
        return self.clock_synced or self.unsynced is Unsynced.APPLY


def holds(schedule: Schedule, when: When, holidays: Container[date]) -> bool:
    """Whether a right with this schedule holds, also while the clock is not trusted."""
    if when.applies:
        return schedule.is_open(when.utc, when.zone, holidays)
    return when.unsynced is Unsynced.GO_ON and schedule.ever_opens


def day_text(day: Day) -> str:
    """The one form of a day in files and in the store: ``06:00-14:00;22:00-06:00``, ``all_day`` or ``closed``."""
    if day == ALL_DAY:
        return "all_day"
    return ";".join(_hours_text(hours) for hours in sorted(day)) or "closed"


def day_from(text: str) -> Day:
    """The day that is written so; ``24:00`` is its end. Raises ValueError for anything else."""
    if text in {"all_day", "closed"}:
        return ALL_DAY if text == "all_day" else CLOSED
    return frozenset(_hours_from(part.strip()) for part in text.split(";"))


def holiday_text(day: Day | None) -> str:
    """The one form of what a schedule does on holidays: as ``day_text``, or ``as_usual``."""
    return "as_usual" if day is None else day_text(day)


def holiday_from(text: str) -> Day | None:
    """What ``holiday_text`` wrote. Raises ValueError for anything else."""
    return None if text == "as_usual" else day_from(text)


def _hours_text(hours: Hours) -> str:
    return f"{hours.opens:%H:%M}-" + (f"{hours.closes:%H:%M}" if hours.closes != MIDNIGHT else "24:00")


def _hours_from(text: str) -> Hours:
    opens, _, closes = text.partition("-")
    if closes == "00:00":
        raise ValueError(f"{text!r} is not a pair of times: the end of a day is 24:00")
    return Hours(_time_from(opens), MIDNIGHT if closes == "24:00" else _time_from(closes))


def _time_from(text: str) -> time:
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text!r} is not a time of day")
    return time.fromisoformat(text)
