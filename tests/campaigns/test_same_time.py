"""Right, wrong, unknown, disabled, suspended, expired, duress: the same time, text and tone (R5, R6, G18, G30)."""

import sys

import pytest

from tests.campaigns.same_time import Paths, at_the_keypad_ms, in_the_core_ms, measure, report

pytestmark = pytest.mark.campaign

TRIES, MOST = 8, 48
"""The least times of so few tries lie apart by some milliseconds where each key waits up to 50 ms to be fetched, and by
more while a machine is busy: then there are more tries, which bring together what is equal and nothing else."""
IN_THE_CORE_MS, AT_THE_KEYPAD_MS = 10.0, 25.0
"""A hash that is left out saves 20 ms at least, in the core; the keypad, which hides so little, shows whether a path
waits for anything else. The long form (500 tries) holds the medians of both to 5 ms."""


def are_equal(paths: Paths) -> bool:
    return in_the_core_ms(paths, min) < IN_THE_CORE_MS and at_the_keypad_ms(paths, min) < AT_THE_KEYPAD_MS


@pytest.mark.timeout(600)
def test_no_path_can_be_told_from_another_by_its_time_its_text_or_its_tone(capsys):
    paths = measure(TRIES, most=MOST, until=are_equal)
    with capsys.disabled():
        sys.stdout.write("\n" + report(paths))

    assert are_equal(paths)
    refused = [path for path in paths.values() if not path.lets_in]
    assert all(path.seen == refused[0].seen and path.heard == refused[0].heard for path in refused)
    assert all(len(path.heard) == 1 for path in paths.values())
    assert (paths["right"].seen, paths["right"].heard) == (paths["duress"].seen, paths["duress"].heard)


@pytest.mark.timeout(240)
def test_the_campaign_finds_a_core_that_compares_nothing_for_a_code_of_nobody(capsys):
    paths = measure(TRIES, "telltale")
    with capsys.disabled():
        sys.stdout.write("\na core that compares nothing for a code of nobody, " + report(paths))

    assert in_the_core_ms(paths, min) > IN_THE_CORE_MS
    assert not are_equal(paths)
