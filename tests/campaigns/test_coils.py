"""No coil is on for longer than its one-shot says, and no latch line rises without a row, whatever ends the core."""

import sys

import pytest

from tests.campaigns import coils

pytestmark = pytest.mark.campaign

SECONDS = 300
"""Far more than it takes, unless the machine is busy."""


@pytest.mark.timeout(SECONDS + 60)
def test_whatever_ends_the_core_no_coil_stays_on_and_no_latch_moves_unexplained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tally = coils.campaign(coils.Tally(4, 4, SECONDS))
    with capsys.disabled():
        sys.stdout.write("\n" + tally.report())

    assert tally.findings == []
    assert tally.is_complete, "not enough blows of every kind: see the table"
    assert tally.is_in_time, "too many blows were late: see the table"


@pytest.mark.timeout(120)
def test_the_campaign_finds_a_coil_without_a_one_shot(capsys: pytest.CaptureFixture[str]) -> None:
    tally = coils.campaign(coils.Tally(1, 0, 60), lanes=1, faults=("no_one_shot",))
    with capsys.disabled():
        sys.stdout.write("\nthe one-shots bridged, " + tally.report())

    assert any(each.startswith("coil:") for each in tally.findings)
