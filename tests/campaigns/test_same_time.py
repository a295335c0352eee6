"""Right, wrong, unknown, disabled, suspended, expired, duress: the same time, text and tone (R5, R6, G18, G30)."""

import sys

import pytest

from tests.campaigns.same_time import measure, report, spread_ms

pytestmark = pytest.mark.campaign

TRIES = 12
SHORT_FORM_MS = 15.0
"""So few medians scatter by some milliseconds, for a key waits up to 50 ms to be fetched; a hash that is left out saves
25 ms at least. The long form (500 tries) holds them to 5 ms."""


@pytest.mark.timeout(240)
def test_no_path_can_be_told_from_another_by_its_time_its_text_or_its_tone(capsys):
    paths = measure(TRIES)
    with capsys.disabled():
        sys.stdout.write("\n" + report(paths))

    assert spread_ms(paths) < SHORT_FORM_MS
    refused = [path for path in paths.values() if not path.lets_in]
    assert all(path.seen == refused[0].seen and path.heard == refused[0].heard for path in refused)
    assert all(len(path.heard) == 1 for path in paths.values())
    assert (paths["right"].seen, paths["right"].heard) == (paths["duress"].seen, paths["duress"].heard)


@pytest.mark.timeout(240)
def test_the_campaign_finds_a_core_that_compares_nothing_for_a_code_of_nobody():
    paths = measure(5, core="telltale")

    assert spread_ms(paths) > SHORT_FORM_MS
