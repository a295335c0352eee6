"""What was acknowledged, shown or done outlives a power cut, on a disk that keeps nothing that was not synced."""

import sys

import pytest

from tests.campaigns import cuts, kills

pytestmark = pytest.mark.campaign

SECONDS = 240
"""Far more than it takes, unless the machine is busy."""


@pytest.mark.timeout(SECONDS + 60)
def test_a_power_cut_loses_nothing_that_was_acknowledged_or_done(capsys: pytest.CaptureFixture[str]) -> None:
    done = cuts.campaign(100, SECONDS, seed=1)
    with capsys.disabled():
        sys.stdout.write("\n" + done.report())

    assert done.findings == []
    assert done.cuts == 100
    assert done.acknowledged > 1000
    assert done.coils > 200


@pytest.mark.timeout(90)
def test_the_same_cuts_lose_rows_with_synchronous_normal(capsys: pytest.CaptureFixture[str]) -> None:
    done = cuts.campaign(10, 60, seed=1, normal=True)
    with capsys.disabled():
        sys.stdout.write("\n" + done.report())

    assert done.lossy >= 5
    assert any(each.startswith("latch:") for each in done.findings)
    assert not any("integrity_check" in each or "chain" in each for each in done.findings)


@pytest.mark.timeout(300)
def test_a_whole_core_whose_power_is_cut_forgets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tally = kills.campaign(kills.Tally(1, 5, 240), lanes=2, on_forgetful_disk=True)
    with capsys.disabled():
        sys.stdout.write("\npower cuts of a whole core, as " + tally.report())

    assert tally.findings == []
    assert tally.is_complete
    assert tally.forgotten > 0
