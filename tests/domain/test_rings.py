"""When a ring is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.domain.moment import Moment, utc_from, utc_text
from keycabinet.domain.rings import DueAfter, DueAt, NeverDue, due_time

CHICAGO = ZoneInfo("America/Chicago")
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(
    lambda utc: Moment(utc, timedelta(0))
)
zones = st.sampled_from([ZoneInfo(name) for name in ("America/Chicago", "Europe/Berlin", "Asia/Kathmandu", "UTC")])


def at(*when: int) -> Moment:
    """This local time in Chicago."""
    return Moment(datetime(*when, tzinfo=CHICAGO).astimezone(UTC), timedelta(0))


@pytest.mark.parametrize(
    ("taken", "due"),
    [
        (at(2026, 3, 4, 12, 0), at(2026, 3, 4, 15, 0)),
        (at(2026, 3, 4, 14, 59, 59), at(2026, 3, 4, 15, 0)),
        (at(2026, 3, 4, 15, 0), at(2026, 3, 5, 15, 0)),
        (at(2026, 12, 31, 23, 0), at(2027, 1, 1, 15, 0)),
        (at(2028, 2, 28, 16, 0), at(2028, 2, 29, 15, 0)),
        (at(2026, 3, 7, 16, 0), at(2026, 3, 8, 15, 0)),  # an hour is skipped in between
        (at(2026, 10, 31, 16, 0), at(2026, 11, 1, 15, 0)),  # an hour comes twice in between
    ],
)
def test_a_time_of_day_is_the_next_one_on_the_wall(taken, due):
    assert due_time(DueAt(time(15)), taken, CHICAGO) == due.utc


@given(moments, zones, st.times())
def test_a_time_of_day_is_later_than_the_taking_and_at_most_a_day_and_an_hour(taken, zone, time_of_day):
    due = due_time(DueAt(time_of_day), taken, zone)

    assert timedelta(0) < due - taken.utc <= timedelta(hours=25)


@given(moments, zones, st.timedeltas(timedelta(seconds=1), timedelta(days=365)))
def test_a_duration_is_elapsed_time_whatever_the_wall_shows(taken, zone, duration):
    assert due_time(DueAfter(duration), taken, zone) == taken.utc + duration


def test_a_ring_without_a_rule_is_never_due():
    assert due_time(NeverDue(), at(2026, 1, 1), CHICAGO) is None


@given(moments)
def test_an_instant_is_written_in_one_form_and_read_back(moment):
    assert utc_from(utc_text(moment.utc)) == moment.utc


def test_a_moment_is_kept_in_utc():
    with pytest.raises(ValueError, match="kept in UTC"):
        Moment(datetime(2026, 1, 1, tzinfo=CHICAGO), timedelta(0))
