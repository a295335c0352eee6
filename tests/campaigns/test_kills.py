"""Nothing is lost, nothing invented, and no latch opens without a committed intent, wherever a process is killed."""

import sys

import pytest

from tests.campaigns import kills

pytestmark = pytest.mark.campaign

SECONDS = 480
"""Far more than it takes, unless the machine is busy."""


@pytest.mark.timeout(SECONDS + 60)
def test_a_kill_at_any_moment_loses_nothing_and_invents_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tally = kills.campaign(kills.Tally(15, 100, SECONDS), lanes=kills.LANES)
    with capsys.disabled():
        sys.stdout.write("\n" + tally.report())

    assert tally.findings == []
    assert tally.is_complete, "not enough kills in every interval: see the histogram"
    assert tally.is_in_time, "too many stories were late: see the report"


@pytest.mark.timeout(120)
def test_the_campaign_finds_a_core_that_acts_before_it_records(capsys: pytest.CaptureFixture[str]) -> None:
    tally = kills.campaign(kills.Tally(3, 0, 60), lanes=2, core="hasty")
    with capsys.disabled():
        sys.stdout.write("\na core that acts before it records, " + tally.report())

    assert any(each.startswith("latch:") for each in tally.findings)
