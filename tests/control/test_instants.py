"""Times as people say them."""

from datetime import UTC, datetime

import pytest

from keycabinet.control.instants import instant_said
from tests.builders import ZONE

NOW = datetime(2026, 3, 4, 18, 0, 30, tzinfo=UTC)  # a Wednesday, 12:00:30 on the wall
SAID = {
    "12:00": "2026-03-04 18:00",
    "12:01": "2026-03-04 18:01",
    "11:59": "2026-03-05 17:59",
    "Wed 12:00": "2026-03-04 18:00",
    "wednesday 11:00": "2026-03-11 16:00",  # after the change to daylight saving
    "Thu 02:00": "2026-03-05 08:00",
    "  SUN   01:59 ": "2026-03-08 07:59",
    "Sun 02:00": "2026-03-08 08:00",  # not on the wall that night: 03:00 is
    "2026-11-01 01:30": "2026-11-01 06:30",  # the first of two
    "2026-11-01T01:30-06:00": "2026-11-01 07:30",
    "2026-03-08": "2026-03-08 06:00",
}


@pytest.mark.parametrize("text", SAID)
def test_a_time_is_the_next_one_that_fits(text: str) -> None:
    assert instant_said(text, NOW, ZONE) == datetime.fromisoformat(SAID[text]).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "noon", "Sun", "Xyz 02:00", "Sun 24:00", "Su 02:00", "2:00", "2026-02-30 02:00"])
def test_what_is_no_time_is_not_guessed_at(text: str) -> None:
    assert instant_said(text, NOW, ZONE) is None
