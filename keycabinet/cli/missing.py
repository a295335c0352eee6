"""``keycabinet pin issue --missing``: PINs for everybody who has none, a few at a time, each batch on paper at once.

The core has made a batch durable when it answers: SIGINT ends this command between two batches, never in one, and the
same command goes on where it stopped.
"""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final, TextIO

import typer

from keycabinet.errors import KeycabinetError

BATCH: Final = 5
"""PINs that one answer carries: some seconds of hashing on a Raspberry Pi."""
STOPPED: Final = 130
"""The exit status of a command that was interrupted."""
Tell = Callable[[int, int], None]
"""How many have a PIN now, and how many have none yet."""


@dataclass(frozen=True)
class Printing:
    """Where to and how: slips, or one JSON object a line, to standard output or to a new file."""

    slip: Path | None
    as_json: bool

    @contextmanager
    def paper(self) -> Iterator[Callable[[], TextIO]]:
        """The file to write to, asked for anew at each batch: a progress bar stands before standard output."""
        from keycabinet.cli.slips import blank

        if self.slip is None:
            yield lambda: sys.stdout
            return
        with os.fdopen(blank(self.slip), "w", encoding="utf-8") as file:
            yield lambda: file

    def text(self, given: Mapping[str, Any]) -> str:
        """One person's PIN."""
        from keycabinet.cli.slips import CUT, slip_of

        return json.dumps(given, ensure_ascii=False) + "\n" if self.as_json else slip_of(given) + CUT


def issue_missing(config: Path | None, printing: Printing, *, from_stdin: bool) -> None:
    """Give a PIN to everybody who has none. Raises KeycabinetError that says whose PINs reached no paper."""
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.session import TIMEOUT_S, logged_in
    from keycabinet.control.client import Client

    with (
        Client(socket_path(config), TIMEOUT_S) as client,
        logged_in(client, from_stdin=from_stdin) as token,
        printing.paper() as paper,
        _interruptible() as stopping,
        _progress() as tell,
    ):
        done, left = 0, 1
        while left and not stopping.is_set():
            batch = client.call("pin.issue_missing", token=token, most=BATCH)
            _print(batch["given"], printing, paper())
            done, left = done + len(batch["given"]), batch["left"]
            tell(done, left)
    _say(done, left, printing)


def _print(given: list[dict[str, Any]], printing: Printing, paper: TextIO) -> None:
    try:
        for each in given:
            paper.write(printing.text(each))
        paper.flush()
    except OSError as error:
        codes = ", ".join(each["code"] for each in given)
        if paper is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), paper.fileno())  # what is left of it must not fail again
        raise KeycabinetError(f"{codes}: new PINs that cannot be shown: {error.strerror}; reset them") from error


def _say(done: int, left: int, printing: Printing) -> None:
    where = f"; their slips are in {printing.slip}: print it, hand them over, delete it" if printing.slip else ""
    typer.echo(f"{done} {'person has' if done == 1 else 'people have'} a new PIN{where if done else ''}.", err=True)
    if left:
        typer.echo(f"Stopped: {left} have none yet; the same command goes on from here.", err=True)
        raise typer.Exit(STOPPED)


@contextmanager
def _interruptible() -> Iterator[Event]:
    """Set by SIGINT or SIGTERM, which end the command after the batch that is under way."""
    stopping = Event()
    before = {each: signal.signal(each, lambda *_: stopping.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _left: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    shown = Progress(
        "PINs", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), redirect_stdout=sys.stdout.isatty(), transient=True,
    )  # fmt: skip
    with shown:
        task = shown.add_task("", total=None)
        yield lambda done, left: shown.update(task, completed=done, total=done + left)
