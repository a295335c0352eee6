"""What a play stands on: the simulator that it acts on, the core whose ledger it reads, and what was found already."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.client import Client, Row
from firmware_sim.ledger_client import CoreSilent, ask, read_ledger

Words = Mapping[str, str | None]
"""The parts of a sentence that differ, by name."""
LOOK_S = 0.1
WAIT_S = 5.0
TIME = r"(?: within (?P<within>[\d.]+) s)?"
"""At the end of a sentence that waits."""


class Failed(Exception):  # noqa: N818 - what the view shows
    """A sentence did not come true; the message says what was instead."""


@dataclass
class Stand:
    """Where a play stands: whom it acts on, and what it has already found."""

    client: Client
    folder: Path
    since: int = 0
    """First row of the simulator's journal after the latest act."""
    told: set[int] = field(default_factory=set)
    """Rows of the ledger that a sentence has found: each is found once."""
    ledger_from: int = 1

    def begin(self) -> None:
        """What the ledger has told until now belongs to no sentence of this play."""
        try:
            rows = read_ledger(self.folder, 1)
            self.ledger_from = rows[-1]["seq"] + 1 if rows else 1
        except CoreSilent:  # not up yet: all that it will tell belongs to the play
            self.ledger_from = 1

    def act(self, command: str, **fields: object) -> None:
        """Let a hand do something."""
        self.since = self.client.ask(command, **fields)["since"]

    def core(self, method: str) -> Row:
        """What the core answers to a question without parameters. Raises CoreSilent."""
        return ask(self.folder, method)

    def ledger(self) -> list[Row]:
        """What the ledger has told since the play began."""
        return read_ledger(self.folder, self.ledger_from)


@dataclass(frozen=True)
class Pattern:
    """A kind of sentence: its form, an example, and how it comes true."""

    example: str
    form: re.Pattern[str]
    come_true: Callable[[Stand, Words], None]


def wait(fact: Callable[[], bool], within: float, instead: Callable[[], str]) -> None:
    """Look until the fact is there; Failed, with what is instead, when the time is over."""
    deadline = time.monotonic() + within
    while not fact():
        if time.monotonic() > deadline:
            raise Failed(f"after {within:g} s {instead()}")
        time.sleep(LOOK_S)


def within(words: Words) -> float:
    """How long this sentence waits."""
    return float(words["within"] or WAIT_S)


def pattern(example: str, form: str, come_true: Callable[[Stand, Words], None]) -> Pattern:
    """A kind of sentence, its form as a regular expression."""
    return Pattern(example, re.compile(form), come_true)
