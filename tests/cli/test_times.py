"""Times as people read them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from keycabinet.cli.times import local, short, span, stamp

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=ZONE)


def test_instants_are_shown_local_with_their_offset() -> None:
    assert stamp(local("2026-07-01T00:00:00Z", ZONE)) == "2026-06-30 19:00:00 -05:00"
    assert stamp(local("2026-01-01T00:00:00.5Z", ZONE)) == "2025-12-31 18:00:00 -06:00"


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (timedelta(hours=2), "14:00"),
        (timedelta(hours=13), "Thu 05 01:00"),
        (timedelta(days=-2), "Mon 02 12:00"),
        (timedelta(days=40), "2026-04-13 12:00"),
    ],
)
def test_the_day_is_told_only_where_it_is_not_today(by: timedelta, told: str) -> None:
    assert short(NOW + by, NOW) == told


@pytest.mark.parametrize(
    ("duration", "told"),
    [
        (timedelta(seconds=59), "< 1 min"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=5, seconds=9), "1 h 5 min"),
        (timedelta(days=2, hours=3, minutes=4), "2 d 3 h"),
        (timedelta(days=2, minutes=4), "2 d"),
        (-timedelta(minutes=3), "3 min"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(duration: timedelta, told: str) -> None:
    assert span(duration) == told
