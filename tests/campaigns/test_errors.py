"""A disk that fails now and then: no latch on a failed commit, nothing acknowledged lost, recovery by itself."""

import sys

import pytest

from tests.campaigns import errors

pytestmark = pytest.mark.campaign

SECONDS = 120


@pytest.mark.timeout(SECONDS + 90)
def test_a_disk_that_fails_now_and_then_loses_nothing_and_opens_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    done = errors.campaign(SECONDS, seed=1)
    with capsys.disabled():
        sys.stdout.write("\n" + done.report())

    assert done.findings == []
    assert done.failures >= 10
    assert done.tries["taken"] >= 3
