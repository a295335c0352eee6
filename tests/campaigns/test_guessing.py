"""Whoever guesses at the keypad and cuts the power between guesses gets no try more than the limits allow (R4, G16).

A kill between the count and the comparison uses a try up, so that fewer may be compared than were counted; never more.
"""

import threading
import time
from enum import Enum
from random import Random

import pytest

from keycabinet.domain.guard import Limits
from tests.campaigns.odd_cores import compared
from tests.campaigns.panel import Panel
from tests.waiting import wait_until

pytestmark = pytest.mark.campaign

VICTIM = "1042"
WRONG = "000000"
LIFE_S = (0.02, 0.25)
"""A key takes up to 50 ms to the core and a comparison as long: the kill falls before, between or after them."""
PAUSED = "TOO MANY WRONG PINS"
PER_KEYPAD, PER_PERSON = Limits().pause_at, Limits().disable_at
MOST = 4 * PER_PERSON
PAUSES_S = 45
"""The first pause (30 s), with some time to spare."""


class Shut(Enum):
    """What the core says has ended the guessing."""

    KEYPAD_PAUSED = "keypad_paused"
    PIN_DISABLED = "pin_disabled"


def guess(panel: Panel, random: Random) -> None:
    """One wrong PIN, and a SIGKILL at some moment after its last key, also where the keypad takes no key."""
    panel.type(f"{VICTIM}#{WRONG}")
    wait_until(lambda: _is_typed(panel.simulator.text()), 10, "the PIN on the display, or the pause")
    panel.type("#")
    timer = threading.Timer(random.uniform(*LIFE_S), panel.kill)
    timer.start()
    timer.join()
    panel.start_core()


def _is_typed(text: str) -> bool:
    return "*" * len(WRONG) in text or PAUSED in text


def guess_until(panel: Panel, random: Random, *ends: Shut) -> int:
    """Guess until the core says that it takes no more; how many guesses that were."""
    for count in range(MOST):
        if {end.value for end in ends} & panel.alarms():
            return count
        guess(panel, random)
    raise AssertionError(f"{MOST} guesses, and nothing is shut: {panel.alarms()}, {compared(panel.folder)} compared")


def wait_out_the_pause(panel: Panel) -> None:
    panel.simulator.wait_for_text("TYPE YOUR CODE", PAUSES_S)


@pytest.mark.timeout(300)
def test_kills_between_guesses_buy_no_guess():
    random, began = Random(7), time.monotonic()
    with Panel("telling") as panel:
        after_setup = compared(panel.folder)
        guesses = guess_until(panel, random, Shut.KEYPAD_PAUSED)
        before_the_pause = compared(panel.folder) - after_setup
        assert 0 < before_the_pause <= PER_KEYPAD <= guesses

        for _ in range(3):
            guess(panel, random)
        assert compared(panel.folder) - after_setup == before_the_pause

        wait_out_the_pause(panel)
        guesses += guess_until(panel, random, Shut.PIN_DISABLED)
        in_all = compared(panel.folder) - after_setup
        assert 0 < in_all - before_the_pause <= PER_KEYPAD
        assert in_all <= PER_PERSON <= guesses
        assert not panel.lets_in(VICTIM, panel.pins[VICTIM])
        assert panel.lets_in("1000", panel.pins["1000"])
    print(f"{guesses} guesses with kills, {in_all} compared, in {time.monotonic() - began:.0f} s")  # noqa: T201


@pytest.mark.timeout(120)
def test_the_campaign_finds_a_core_that_counts_in_memory_only():
    random = Random(7)
    with Panel("forgetting") as panel:
        after_setup = compared(panel.folder)
        for _ in range(MOST):
            if compared(panel.folder) - after_setup > PER_PERSON:
                break
            guess(panel, random)

        assert compared(panel.folder) - after_setup > PER_PERSON
        assert not panel.alarms() & {shut.value for shut in Shut}
