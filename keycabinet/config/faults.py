"""What is wrong with a file that a person prepared: all of it at once, each with its place and what was expected."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from keycabinet.errors import ConfigError

LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake. ``line`` counts from 1; 0 means the file as a whole. Empty texts are left out when it is shown."""

    file: str
    line: int
    field: str
    found: str
    expected: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        """``cabinet.toml:12: devices.pins.pulse_ms: 20 found, expected a whole number from 50 to 1000``."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        told = f"{self.found}, expected {self.expected}" if self.expected else self.found
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        return _printable(": ".join(part for part in (place, self.field, told) if part) + hint)


class FaultsFound(ConfigError):  # noqa: N818 - several
    """Raised with every fault of the files that were read; its message lists them, one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__("\n".join(map(str, self.faults)))


def _printable(text: str) -> str:
    """With what could move a cursor or change a colour spelled out: it may be from a file that somebody sent."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


def nearest(found: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty text."""
    by_fold = {word.casefold(): word for word in known}
    matches = get_close_matches(found.casefold(), by_fold, n=1)
    return by_fold[matches[0]] if matches else ""


def quoted(value: object) -> str:
    """A value as a person wrote it, cut to a readable length."""
    if isinstance(value, dict):
        return "a table" if value else "an empty table"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
