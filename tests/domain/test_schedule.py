"""Schedules are read off the clock on the wall: through gaps and folds, leap days, year ends and holidays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keycabinet.domain.schedule import (
    ALL_DAY,
    CLOSED,
    Day,
    Hours,
    Schedule,
    Unsynced,
    When,
    day_from,
    day_text,
    holds,
    holiday_from,
    holiday_text,
)

CHICAGO = ZoneInfo("America/Chicago")
ZONES = [
    *("UTC", "America/Chicago", "Europe/London", "Australia/Sydney"),
    *("Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"),
]
"""Half an hour of daylight saving, gaps at midnight, a whole date that never was: all of them occur."""
NO_HOLIDAYS: frozenset[date] = frozenset()
MINUTE = timedelta(minutes=1)


def day(text: str) -> Day:
    return day_from(text)


def every_day(text: str, holiday: str | None = None) -> Schedule:
    return Schedule("s", (day(text),) * 7, None if holiday is None else day(holiday))


def a_week(**days: str) -> Schedule:
    """Closed, except on these days."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Schedule("s", tuple(day(days.get(name, "closed")) for name in names))


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO, fold=fold).astimezone(UTC)


NIGHT = every_day("22:00-06:00")
OPEN_AT = [
    # what it shows; schedule; wall; which of two; open
    ("begins at its begin", every_day("06:00-14:00"), "2026-03-04 06:00:00", 0, True),
    ("not before it", every_day("06:00-14:00"), "2026-03-04 05:59:59.999999", 0, False),
    ("until its end", every_day("06:00-14:00"), "2026-03-04 13:59:59.999999", 0, True),
    ("and no longer", every_day("06:00-14:00"), "2026-03-04 14:00:00", 0, False),
    ("two in a day: the first", every_day("06:00-10:00;14:00-18:00"), "2026-03-04 09:00", 0, True),
    ("two in a day: between", every_day("06:00-10:00;14:00-18:00"), "2026-03-04 12:00", 0, False),
    ("two in a day: the second", every_day("06:00-10:00;14:00-18:00"), "2026-03-04 17:00", 0, True),
    ("until the end of the day", every_day("18:00-24:00"), "2026-03-04 23:59:59", 0, True),
    ("and not the next", every_day("18:00-24:00"), "2026-03-05 00:00", 0, False),
    ("over midnight: before", NIGHT, "2026-03-04 23:00", 0, True),
    ("over midnight: at it", NIGHT, "2026-03-05 00:00", 0, True),
    ("over midnight: after", NIGHT, "2026-03-05 05:59", 0, True),
    ("over midnight: over", NIGHT, "2026-03-05 06:00", 0, False),
    ("over midnight: by day", NIGHT, "2026-03-05 12:00", 0, False),
    ("Saturday's night ends on Sunday", a_week(sat="22:00-06:00"), "2026-03-15 05:00", 0, True),
    ("Saturday's night does not begin on Saturday morning", a_week(sat="22:00-06:00"), "2026-03-14 05:00", 0, False),
    ("Sunday's night ends on Monday", a_week(sun="22:00-06:00"), "2026-03-16 05:00", 0, True),
    ("Monday alone", a_week(mon="08:00-09:00"), "2026-03-16 08:30", 0, True),
    ("not Sunday", a_week(mon="08:00-09:00"), "2026-03-15 08:30", 0, False),
    ("the leap day is a Tuesday", a_week(tue="08:00-09:00"), "2028-02-29 08:30", 0, True),
    ("its night ends in March", a_week(tue="22:00-06:00"), "2028-03-01 05:00", 0, True),
    ("without one, that of February 28 does", a_week(sat="22:00-06:00"), "2026-03-01 05:00", 0, True),
    ("the night of New Year's Eve", a_week(thu="22:00-06:00"), "2027-01-01 05:00", 0, True),
    ("New Year's Day is a Friday", a_week(fri="22:00-06:00"), "2027-01-01 05:00", 0, False),
    # 2026-03-08 02:00 CST is 03:00 CDT
    ("before the gap", every_day("01:30-03:30"), "2026-03-08 01:59:59", 0, True),
    ("after the gap", every_day("01:30-03:30"), "2026-03-08 03:00", 0, True),
    ("what begins in the gap begins with its end", every_day("02:30-04:00"), "2026-03-08 03:00", 0, True),
    ("and not before", every_day("02:30-04:00"), "2026-03-08 01:59:59", 0, False),
    ("what ends in the gap holds up to it", every_day("01:00-02:30"), "2026-03-08 01:59:59", 0, True),
    ("and ends there", every_day("01:00-02:30"), "2026-03-08 03:00", 0, False),
    ("a night across the gap", NIGHT, "2026-03-08 05:59", 0, True),
    # 2026-11-01 02:00 CDT is 01:00 CST
    ("the first time in the fold", every_day("01:00-01:30"), "2026-11-01 01:15", 0, True),
    ("over in the fold", every_day("01:00-01:30"), "2026-11-01 01:45", 0, False),
    ("the second time in the fold", every_day("01:00-01:30"), "2026-11-01 01:15", 1, True),
    ("over again", every_day("01:00-01:30"), "2026-11-01 01:45", 1, False),
    ("a night across the fold", NIGHT, "2026-11-01 01:30", 1, True),
]


@pytest.mark.parametrize(
    ("schedule", "wall", "fold", "expected"), [row[1:] for row in OPEN_AT], ids=[row[0] for row in OPEN_AT]
)
def test_hours_hold_while_the_wall_shows_them(schedule: Schedule, wall: str, fold: int, expected: bool) -> None:
    assert schedule.is_open(local(wall, fold), CHICAGO, NO_HOLIDAYS) is expected


def test_hours_inside_the_gap_do_not_come_on_that_day() -> None:
    inside, start = every_day("02:10-02:50"), local("2026-03-08 00:00")

    assert not any(inside.is_open(start + n * MINUTE, CHICAGO, NO_HOLIDAYS) for n in range(23 * 60))
    assert inside.is_open(local("2026-03-09 02:30"), CHICAGO, NO_HOLIDAYS)


@pytest.mark.parametrize(
    ("usual", "holiday", "wall", "expected"),
    [
        # Friday 2026-07-03 is the holiday
        ("06:00-14:00", None, "2026-07-03 08:00", True),
        ("06:00-14:00", "closed", "2026-07-03 08:00", False),
        ("06:00-14:00", "closed", "2026-07-02 08:00", True),
        ("06:00-14:00", "18:00-20:00", "2026-07-03 08:00", False),
        ("06:00-14:00", "18:00-20:00", "2026-07-03 19:00", True),
        ("06:00-14:00", "18:00-20:00", "2026-07-02 19:00", False),
        ("22:00-06:00", "closed", "2026-07-03 05:00", True),  # the night before began on a usual day
        ("22:00-06:00", "closed", "2026-07-03 23:00", False),
        ("22:00-06:00", "closed", "2026-07-04 05:00", False),  # the night of the holiday
        ("closed", "22:00-06:00", "2026-07-04 05:00", True),
        ("closed", "all_day", "2026-07-03 23:59", True),
        ("closed", "all_day", "2026-07-04 00:00", False),
    ],
)
def test_a_schedule_says_what_it_does_on_a_holiday(usual: str, holiday: str | None, wall: str, expected: bool) -> None:
    schedule = every_day(usual, holiday)

    assert schedule.is_open(local(wall), CHICAGO, {date(2026, 7, 3)}) is expected


# ---- the same, minute by minute, worked out another way ----

minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    opens, closes = draw(minutes), draw(minutes)
    if opens == closes:
        return Hours(time(0), time(0))
    return Hours(time(*divmod(opens, 60)), time(*divmod(closes, 60)))


days = st.frozensets(hours(), max_size=3)
weeks = st.builds(Schedule, st.just("s"), st.tuples(*[days] * 7), st.none() | days)


def shown_minutes(schedule: Schedule, first: date, holidays: frozenset[date]) -> set[datetime]:
    """Every minute of the wall, from this date on and for three days, at which the schedule is open."""
    found: set[datetime] = set()
    for offset in range(-1, 3):
        begin = first + timedelta(days=offset)
        on = schedule.week[begin.weekday()]
        if begin in holidays and schedule.on_holiday is not None:
            on = schedule.on_holiday
        for each in on:
            start = datetime.combine(begin, each.opens)
            end = datetime.combine(begin + timedelta(days=each.closes <= each.opens), each.closes)
            found |= {start + n * MINUTE for n in range((end - start) // MINUTE)}
    return found


def turns_of(zone: ZoneInfo, year: int) -> list[datetime]:
    """The hours of a year in which the offset changes."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(hours=n) for n in range(366 * 24)]
    offsets = [instant.astimezone(zone).utcoffset() for instant in instants]
    return [at for at, before, after in zip(instants, offsets, offsets[1:], strict=False) if before != after]


TURNS = [(name, turn) for name in ZONES for year in (2011, 2018, 2026, 2028) for turn in turns_of(ZoneInfo(name), year)]


@st.composite
def instants(draw: st.DrawFn) -> tuple[str, datetime]:
    """Anywhere, or within a day and a half of a change of offset, a leap day or the end of a year."""
    name, turn = draw(st.sampled_from(TURNS))
    edges = [turn, datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
    near = st.timedeltas(timedelta(hours=-36), timedelta(hours=36)).map(lambda by: draw(st.sampled_from(edges)) + by)
    anywhere = st.datetimes(datetime(2000, 1, 2), datetime(2060, 1, 1), timezones=st.just(UTC))
    return name, draw(near | anywhere)


@given(weeks, instants(), st.booleans(), st.booleans())
@example(every_day("22:00-06:00"), ("Pacific/Apia", datetime(2011, 12, 30, 14, tzinfo=UTC)), False, False)
def test_it_is_open_exactly_at_the_minutes_that_its_days_unfold_to(
    schedule: Schedule, at: tuple[str, datetime], today_is_one: bool, yesterday_was_one: bool
) -> None:
    zone, instant = ZoneInfo(at[0]), at[1]
    wall = instant.astimezone(zone)
    free = [wall.date()] * today_is_one + [wall.date() - timedelta(days=1)] * yesterday_was_one
    holidays = frozenset(free)

    shown = wall.replace(tzinfo=None, fold=0, second=0, microsecond=0)

    assert schedule.is_open(instant, zone, holidays) is (shown in shown_minutes(schedule, wall.date(), holidays))


@given(instants())
def test_all_day_every_day_is_always_open_and_closed_never(at: tuple[str, datetime]) -> None:
    zone = ZoneInfo(at[0])

    assert Schedule("s", (ALL_DAY,) * 7).is_open(at[1], zone, {at[1].astimezone(zone).date()})
    assert not Schedule("s", (CLOSED,) * 7, CLOSED).is_open(at[1], zone, NO_HOLIDAYS)


# ---- while the clock is not trusted ----

SHIFT = every_day("06:00-14:00")
ONLY_HOLIDAYS = replace(every_day("closed"), on_holiday=day("06:00-14:00"))


@pytest.mark.parametrize(
    ("schedule", "hour", "synced", "unsynced", "expected"),
    [
        (SHIFT, 8, True, Unsynced.REFUSE, True),
        (SHIFT, 20, True, Unsynced.GO_ON, False),
        (SHIFT, 8, False, Unsynced.APPLY, True),
        (SHIFT, 20, False, Unsynced.APPLY, False),
        (SHIFT, 8, False, Unsynced.GO_ON, True),
        (SHIFT, 20, False, Unsynced.GO_ON, True),
        (SHIFT, 8, False, Unsynced.REFUSE, False),
        (every_day("closed"), 8, False, Unsynced.GO_ON, False),
        (ONLY_HOLIDAYS, 20, False, Unsynced.GO_ON, True),
        (a_week(mon="06:00-14:00"), 20, False, Unsynced.GO_ON, True),
    ],
)
def test_a_site_says_what_schedules_are_worth_while_the_clock_is_not_trusted(
    schedule: Schedule, hour: int, synced: bool, unsynced: Unsynced, expected: bool
) -> None:
    when = When(local(f"2026-03-04 {hour:02}:00"), CHICAGO, synced, unsynced)

    assert holds(schedule, when, NO_HOLIDAYS) is expected


def test_releases_go_on_unless_a_site_says_otherwise() -> None:
    assert When(local("2026-03-04 20:00"), CHICAGO) == When(
        local("2026-03-04 20:00"), CHICAGO, clock_synced=True, unsynced=Unsynced.GO_ON
    )


# ---- as text ----


@given(days)
def test_a_day_is_read_again_as_it_was_written(written: Day) -> None:
    assert day_from(day_text(written)) == holiday_from(holiday_text(written)) == written


def test_a_holiday_may_be_a_day_as_usual() -> None:
    assert (holiday_text(None), holiday_from("as_usual")) == ("as_usual", None)


def test_days_without_an_end_and_without_hours_are_words() -> None:
    assert (day_text(ALL_DAY), day_text(CLOSED)) == ("all_day", "closed")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("closed", CLOSED),
        ("all_day", ALL_DAY),
        ("00:00-24:00", ALL_DAY),
        ("22:00-06:00 ; 08:00-24:00", {Hours(time(22), time(6)), Hours(time(8), time(0))}),
    ],
)
def test_a_day_is_read(text: str, found: Day) -> None:
    assert day_from(text) == found


@pytest.mark.parametrize(
    "text", ["", "open", "6:00-14:00", "06:00", "06:00-", "06:00-14:00;", "25:00-26:00", "06:00-24:01", "0600-1400",
             "08:00-08:00", "00:00-00:00", "24:00-06:00", "06:60-07:00", "06:00-14:00-15:00"],
)  # fmt: skip
def test_what_is_not_a_day_is_not_guessed_at(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a|all day or not"):
        day_from(text)
