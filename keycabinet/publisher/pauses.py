"""Growing pauses with jitter, so that a site full of cabinets does not come back in one instant."""

import random


class Pauses:
    """Pauses that double from the first to the longest; each is shortened at random by up to a half. Seconds."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def next(self) -> float:
        """The pause to make now."""
        pause_s = self._next_s
        self._next_s = min(pause_s * 2, self._longest_s)
        return pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    def reset(self) -> None:
        """It went well: begin with the first again."""
        self._next_s = self._first_s
