"""Scenarios: files that a person can read, one sentence a line, played against a running cabinet.

The first line is the title; ``need: …`` says what the cabinet must be able to sense; ``#`` begins a comment.
"""

import re
import time
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from firmware_sim.client import Client, Refused
from firmware_sim.sentences import PATTERNS
from firmware_sim.stand import Failed, Pattern, Stand, Words

COMMENT = re.compile(r"(^|\s)#.*")
"""At the start of a line or after a blank; ``1234#`` is keys."""


class ScenarioError(ValueError):
    """A sentence that nobody knows: names file, line, and the nearest one that is known."""


class View(Protocol):
    """Where a play is shown."""

    def title(self, text: str) -> None:
        """The scenario begins."""
        ...

    def sentence(self, text: str, seconds: float, why_not: str) -> None:
        """One sentence came true, or why it did not."""
        ...


@dataclass(frozen=True)
class Sentence:
    """One line of a scenario and what it does."""

    text: str
    line: int
    pattern: Pattern
    words: Words


@dataclass(frozen=True)
class Scenario:
    """A whole file."""

    title: str
    need: tuple[str, ...]
    sentences: tuple[Sentence, ...]


def read_scenario(file: Path) -> Scenario:
    """The scenario of a file; ScenarioError where it cannot be understood."""
    try:
        lines = [COMMENT.sub("", line).strip() for line in file.read_text().splitlines()]
    except OSError as error:
        raise ScenarioError(f"{file}: {error.strerror}") from error
    written = [(number, line) for number, line in enumerate(lines, 1) if line]
    if not written:
        raise ScenarioError(f"{file}: empty; the first line is the title")
    (_, title), *rest = written
    needs = [line.removeprefix("need:") for _, line in rest if line.startswith("need:")]
    return Scenario(
        title,
        tuple(word.strip() for need in needs for word in need.split(",")),
        tuple(_sentence(file, number, line) for number, line in rest if not line.startswith("need:")),
    )


def _sentence(file: Path, number: int, text: str) -> Sentence:
    for pattern in PATTERNS:
        if found := pattern.form.fullmatch(text):
            return Sentence(text, number, pattern, found.groupdict())
    near = get_close_matches(text, [pattern.example for pattern in PATTERNS], 1, 0)[0]
    raise ScenarioError(f"{file}, line {number}: nobody knows {text!r}; the nearest known sentence is {near!r}")


def play(scenario: Scenario, client: Client, folder: Path, view: View) -> bool:
    """Play it to the end, or to the first sentence that does not come true."""
    view.title(scenario.title)
    stand = Stand(client, folder)
    stand.begin()
    for sentence in scenario.sentences:
        began = time.monotonic()
        why_not = ""
        try:
            sentence.pattern.come_true(stand, sentence.words)
        except (Refused, Failed) as failure:
            why_not = f"line {sentence.line}: {failure}"
        view.sentence(sentence.text, time.monotonic() - began, why_not)
        if why_not:
            return False
    return True
