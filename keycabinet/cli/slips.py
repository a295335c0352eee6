"""Slips: a PIN on a piece of paper, to be printed and handed over. Whoever holds the file holds the PIN."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from keycabinet.errors import KeycabinetError

CUT: Final = "- " * 36 + "\n\n"
"""Between two slips that are printed on one sheet."""


def slip_of(given: Mapping[str, Any], *, duress: bool = False) -> str:
    """The slip for a PIN that was given to somebody."""
    what = "PIN FOR DURESS" if duress else "PIN"
    lines = ("KEY CABINET", "", given["name"], f"USER CODE  {given['code']}", f"{what}  {given['pin']}", "")
    return "\n".join((*lines, "Learn it, and destroy this slip. Nobody else knows it, and nobody will ask for it.", ""))


def blank(slip: Path) -> int:
    """A new empty file that only its owner reads, made before the PIN is drawn: a PIN without paper would be lost."""
    try:
        return os.open(slip, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise KeycabinetError(f"the slip {slip} cannot be written: {error.strerror}") from error
