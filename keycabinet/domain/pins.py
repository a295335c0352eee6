"""Which PINs a site has, and which of them a person may not choose (R3)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from keycabinet.domain.people import Pin

COMMON = frozenset(
    {
        "0007", "1004", "1379", "2468", "2580", "4711", "0852", "1357", "6969", "7410", "9630",
        "112233", "121314", "123654", "147258", "159753", "258000", "332211", "789456", "741852", "963852", "102030",
        "11223344", "12344321", "14725836", "87654320", "1029384756", "1234567891",
    }
)  # fmt: skip
"""What people choose most, beyond the patterns below: digits in a line on the keypad, pairs, even and odd digits."""

_DAY, _MONTH, _YEAR, _LONG_YEAR = r"(0[1-9]|[12]\d|3[01])", r"(0[1-9]|1[0-2])", r"\d\d", r"(19|20)\d\d"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        _LONG_YEAR, _DAY + _MONTH, _MONTH + _DAY,
        _DAY + _MONTH + _YEAR, _MONTH + _DAY + _YEAR, _YEAR + _MONTH + _DAY,
        _DAY + _MONTH + _LONG_YEAR, _MONTH + _DAY + _LONG_YEAR, _LONG_YEAR + _MONTH + _DAY,
    )
)  # fmt: skip
SHORTEST_CODE = 3
"""A code shorter than this is found in many PINs by chance."""


@dataclass(frozen=True, slots=True)
class PinRules:
    """A site's choice: how many digits, for how many days (None: for ever), to be changed at first use or not."""

    digits: int = 6
    days: int | None = None
    first_use_change: bool = False

    def expiry(self, issued: datetime) -> datetime | None:
        """Until when (UTC) a PIN is good that somebody gets at this instant."""
        return None if self.days is None else issued + timedelta(days=self.days)

    def allows(self, pin: Pin, code: str) -> bool:
        """Whether the person with this user code may choose this PIN."""
        easy = is_trivial(pin) or pin.digits in COMMON or _is_a_date(pin.digits) or _is_the_code(pin.digits, code)
        return len(pin) == self.digits and not easy


def is_trivial(pin: Pin) -> bool:
    """Whether a PIN is what people try first: a digit or a group repeated, or a run up or down (9 is beside 0)."""
    digits = pin.digits
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return steps <= {1} or steps <= {9} or _repeats(digits)


def _repeats(digits: str) -> bool:
    length = len(digits)
    return any(digits == digits[:size] * (length // size) for size in range(1, length // 2 + 1))


def _is_a_date(digits: str) -> bool:
    return any(pattern.fullmatch(digits) for pattern in _DATES)


def _is_the_code(digits: str, code: str) -> bool:
    """Whether the PIN is the user code, or has it in it, forwards or backwards."""
    return digits == code or (len(code) >= SHORTEST_CODE and (code in digits or code[::-1] in digits))
