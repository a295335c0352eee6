"""``keycabinet ledger export``, ``verify`` and ``rebuild``: they read the store's file themselves, core up or down."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.errors import KeycabinetError

if TYPE_CHECKING:
    from keycabinet.evidence.form import Head
    from keycabinet.evidence.report import Report

FAULTS, UNREADABLE = 1, 2


def export(
    file: Annotated[Path, typer.Argument(help="The file to make; - for standard output.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if there is one.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write the whole ledger, hidden rows too, in the form of evidence."""
    from datetime import UTC, datetime

    from keycabinet.evidence.export import export as write

    store, cabinet = _setting(config, "store", "path"), _setting(config, "cabinet", "id")
    with _unreadable_ends():
        done = write(_located(config).parent / store, file, cabinet, datetime.now(UTC), force=force)
    hidden = {name: count for name, count in sorted(done.visibilities.items()) if name != "open"}
    typer.echo(f"{done.visibilities.total()} rows, head {done.head}", err=True)
    if hidden:
        told = " and ".join(f"{count} {name}" for name, count in hidden.items())
        typer.echo(f"it holds {told} rows: give it only to those who may read them", err=True)


def verify(
    file: Annotated[Path | None, typer.Argument(help="A store or an export; else the store of the cabinet.")] = None,
    head: Annotated[str | None, typer.Option("--head", help="SEQ:HASH of a row that was witnessed elsewhere.")] = None,
    as_json: AsJson = False,
    config: ConfigOption = None,
) -> None:
    """Is the ledger whole? 0: yes, 1: no, 2: it cannot be read."""
    from keycabinet.cli.paper import say_json
    from keycabinet.evidence.report import examined

    with _unreadable_ends(as_json=as_json), _progress() as passed:
        path = file or _located(config).parent / _setting(config, "store", "path")
        report = examined(path, _head(head), passed)
    if as_json:
        say_json(report.as_json())
    else:
        _say(report)
    if report.verdict.count:
        raise typer.Exit(FAULTS)


def rebuild(
    compare: Annotated[bool, typer.Option("--compare", help="Change nothing, say what differs.")] = False,
    as_json: AsJson = False,
    config: ConfigOption = None,
) -> None:
    """Fold the books anew from the ledger, and hold them against the stored ones. 0: the same, 1: not."""
    from keycabinet.cli.paper import say_json
    from keycabinet.evidence.books import differences
    from keycabinet.store import Reader

    if not compare:
        raise typer.BadParameter("the books are only compared: say --compare")
    with _unreadable_ends(as_json=as_json):
        path = _located(config).parent / _setting(config, "store", "path")
        with Reader.open(path) as reader, reader.snapshot():
            rows = reader.head().seq
            found = differences(reader.books(), reader.rebuild(), reader.directory())
    if as_json:
        say_json({"ok": not found, "rows": rows, "differences": found})
    else:
        _say_all([*found, f"{len(found)} differences after {rows} rows" if found else f"the same after {rows} rows"])
    if found:
        raise typer.Exit(FAULTS)


def register(group: typer.Typer) -> None:
    """Add these commands to ``keycabinet ledger``."""
    for command in (export, verify, rebuild):
        group.command()(command)


def _located(config: Path | None) -> Path:
    from keycabinet.config import locate

    return locate(config)


def _setting(config: Path | None, table: str, name: str) -> str:
    """One setting, without a need for the rest of the file to be right. Raises FaultsFound."""
    from keycabinet.config import FaultsFound
    from keycabinet.config.source import Source

    source = Source.read(_located(config))
    written = source.value((table, name))
    if not isinstance(written, str):
        raise FaultsFound([source.fault((table, name), "missing", "a text")])
    return written


def _head(text: str | None) -> "Head | None":
    from keycabinet.evidence.form import Head

    try:
        return None if text is None else Head.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--head") from error


@contextmanager
def _unreadable_ends(*, as_json: bool = False) -> Iterator[None]:
    """What cannot be read or written ends the command with 2, and with the reason."""
    try:
        yield
    except (OSError, KeycabinetError) as error:
        if as_json:
            from keycabinet.cli.paper import say_json

            say_json({"ok": False, "error": str(error)})
        typer.echo(str(error), err=True)
        raise typer.Exit(UNREADABLE) from error


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar at a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _rows, _size: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rows")
        yield lambda rows, size: bar.update(task, completed=rows, total=max(rows, size))


def _say(report: "Report") -> None:
    _say_all(list(report.lines()))


def _say_all(lines: list[str]) -> None:
    from keycabinet.cli.paper import Paper

    paper = Paper()
    for line in lines:
        paper.say(line)
