"""How a test waits: for a fact, with a deadline."""

import time
from collections.abc import Callable


class Late(AssertionError):  # noqa: N818 - what happened
    """What was waited for did not come in time. Nothing was seen that is false: that is a plain AssertionError."""


def wait_until(fact: Callable[[], object], within: float = 5.0, what: str = "the fact") -> None:
    """Wait until ``fact()`` is true, looking every 5 ms; Late after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not fact():
        if time.monotonic() >= deadline:
            raise Late(f"{what} did not come within {within} s")
        time.sleep(0.005)
