"""``keycabinet import``: people, rings, rights and what bounds them from CSV, all or nothing."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.cli.session import CredentialsStdin, logged_in
from keycabinet.errors import KeycabinetError

if TYPE_CHECKING:
    from keycabinet.config import Fault

TIMEOUT_S = 600.0
"""Tens of thousands of rows are read, compared and committed in seconds; a Raspberry Pi takes its time."""


def import_roster(
    *,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Import every file of these names that is in this folder.")
    ] = None,
    config: ConfigOption = None,
    people: Annotated[Path | None, typer.Option("--people", metavar="FILE", help="people.csv")] = None,
    rings: Annotated[Path | None, typer.Option("--rings", metavar="FILE", help="rings.csv")] = None,
    rights: Annotated[Path | None, typer.Option("--rights", metavar="FILE", help="rights.csv; replaces all")] = None,
    schedules: Annotated[
        Path | None, typer.Option("--schedules", metavar="FILE", help="schedules.csv; replaces all")
    ] = None,
    holidays: Annotated[
        Path | None, typer.Option("--holidays", metavar="FILE", help="holidays.csv; replaces all")
    ] = None,
    limits: Annotated[Path | None, typer.Option("--limits", metavar="FILE", help="limits.csv; replaces all")] = None,
    pairs: Annotated[Path | None, typer.Option("--pairs", metavar="FILE", help="pairs.csv; replaces all")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Import people, rings, rights and what bounds them.

    From CSV files, all or nothing. New people have no PIN until `keycabinet pin issue` gives them one.
    """
    from keycabinet.cli.place import socket_path
    from keycabinet.control.client import CallRefused, Client
    from keycabinet.roster import Files, files_of

    named = {"people": people, "rings": rings, "rights": rights, "schedules": schedules, "holidays": holidays}
    named |= {"limits": limits, "pairs": pairs}
    paths = {**(files_of(folder) if folder else {}), **{name: path for name, path in named.items() if path}}
    if not paths:
        raise typer.BadParameter(f"name a folder or a file: {', '.join(f'--{name}' for name in named)}")
    files = Files.read(paths)
    texts = {name: file.text for name, file in vars(files).items() if file is not None}
    with Client(socket_path(config), TIMEOUT_S) as client, logged_in(client, from_stdin=credentials_stdin) as token:
        try:
            done = client.call("roster.import", token=token, dry_run=dry_run, **texts)
        except CallRefused as refused:
            _raise_faults(refused.details.get("faults", ()), paths)
            raise
    try:
        _show(done, paths, dry_run=dry_run, as_json=as_json)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left of it must not fail again
        raise KeycabinetError(f"the import is done, but its outcome cannot be shown: {error.strerror}") from error


def _raise_faults(faults: Iterable[Mapping[str, Any]], paths: Mapping[str, Path]) -> None:
    from keycabinet.config import FaultsFound

    if faults:
        raise FaultsFound(_fault(each, paths) for each in faults)


def _fault(told: Mapping[str, Any], paths: Mapping[str, Path]) -> "Fault":
    """A fault under the name that the caller gave the file; the core does not know it."""
    from keycabinet.config import Fault

    return Fault(**{**told, "file": str(paths[told["file"]])})


def _show(done: Mapping[str, Any], paths: Mapping[str, Path], *, dry_run: bool, as_json: bool) -> None:
    from keycabinet.cli.paper import Paper, say_json

    warnings = [str(_fault(each, paths)) for each in done["warnings"]]
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)
    if as_json:
        say_json({**done, "warnings": warnings, "dry_run": dry_run}, indent=2)
        return
    paper = Paper()
    for difference in done["difference"]:
        paper.say(difference)
    paper.say(_summary(done, dry_run=dry_run), "bold")
    if done["without_pin"] and not dry_run:
        paper.say(f"Without a PIN: {done['without_pin']}. `keycabinet pin issue --missing` gives them one each.")


def _summary(done: Mapping[str, Any], *, dry_run: bool) -> str:
    changes = len(done["difference"])
    if not changes:
        return f"Nothing to change: all {done['unchanged']} people and rings are as in the files."
    told = f"{changes} change{'s' if changes > 1 else ''}, {done['unchanged']} people and rings as before"
    return f"Dry run: {told}. Nothing was changed." if dry_run else f"Done: {told}."
