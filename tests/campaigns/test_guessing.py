"""Whoever guesses at the keypad and cuts the power between guesses gets no try more than the limits allow (R4, G16)."""

import threading
import time
from random import Random

import pytest

from tests.campaigns.odd_cores import compared
from tests.campaigns.panel import Panel

pytestmark = pytest.mark.campaign

VICTIM = "1042"
WRONG = "000000"
LIFE_S = (0.02, 0.25)
"""A key takes up to 50 ms to the core and a comparison as long: the kill falls before, between or after them."""


def guess(panel: Panel, random: Random, *, paused: bool = False) -> None:
    """One wrong PIN, and a SIGKILL at some moment after its last key."""
    panel.type(f"{VICTIM}#{WRONG}")
    if not paused:
        panel.simulator.wait_for_text("*" * len(WRONG))
    panel.type("#")
    timer = threading.Timer(random.uniform(*LIFE_S), panel.kill)
    timer.start()
    timer.join()
    panel.start_core()


def guess_until(panel: Panel, random: Random, comparisons: int, most: int = 40) -> None:
    for _ in range(most):
        if compared(panel.folder) >= comparisons:
            return
        guess(panel, random)


@pytest.mark.timeout(150)
def test_kills_between_guesses_buy_no_guess():
    random, began = Random(7), time.monotonic()
    with Panel("telling") as panel:
        after_setup = compared(panel.folder)
        guess_until(panel, random, after_setup + 5)
        assert "keypad_paused" in panel.alarms()

        for _ in range(3):
            guess(panel, random, paused=True)
        assert compared(panel.folder) == after_setup + 5

        panel.simulator.wait_for_text("TYPE YOUR CODE", 40)
        guess_until(panel, random, after_setup + 10)
        assert "pin_disabled" in panel.alarms()
        assert not panel.lets_in(VICTIM, panel.pins[VICTIM])
        assert panel.lets_in("1000", panel.pins["1000"])
    print(f"10 guesses with kills in {time.monotonic() - began:.0f} s")  # noqa: T201 - the figure is the point


@pytest.mark.timeout(120)
def test_the_campaign_finds_a_core_that_counts_in_memory_only():
    with Panel("forgetting") as panel:
        after_setup = compared(panel.folder)
        guess_until(panel, Random(7), after_setup + 11)

        assert compared(panel.folder) > after_setup + 10
        assert not panel.alarms() & {"keypad_paused", "pin_disabled"}
