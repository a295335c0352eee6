"""How a test waits: for a fact, with a deadline."""

import time
from collections.abc import Callable


def wait_until(fact: Callable[[], object], within: float = 5.0, what: str = "the fact") -> None:
    """Wait until ``fact()`` is true, looking every 5 ms; AssertionError after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not fact():
        assert time.monotonic() < deadline, f"{what} did not come within {within} s"
        time.sleep(0.005)
