"""No alarm without a receipt is closed: a broker that forgets what it has acknowledged loses none for good."""

import sys

import pytest

from tests.campaigns import receipts


@pytest.mark.timeout(180)
def test_an_alarm_that_the_broker_acknowledged_and_forgot_arrives_all_the_same() -> None:
    tally = receipts.campaign(5, seed=4)

    assert (tally.kills, tally.lost, tally.unconfirmed) == (5, [], [])
    assert tally.away >= 2, tally.report()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("closes", ["puback", "highest"])
def test_where_a_puback_or_the_highest_number_closes_an_alarm_is_lost(closes: str) -> None:
    tally = receipts.campaign(3, closes)

    assert len(tally.lost) == 1, tally.report()


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_a_hundred_kills_right_after_the_puback_lose_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tally = receipts.campaign(100)
    with capsys.disabled():
        sys.stdout.write("\n" + tally.report())

    assert (tally.kills, tally.lost, tally.unconfirmed) == (100, [], [])
