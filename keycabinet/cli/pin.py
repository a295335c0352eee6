"""``keycabinet pin``: an administrator gives PINs to others, and takes them away. A PIN is shown this once."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.errors import KeycabinetError

pin = typer.Typer(help="PINs of others: issue, reset, disable, and for duress.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="CODE", help="The user code of the person.")]
Slip = Annotated[
    Path | None, typer.Option("--slip", metavar="FILE", help="Write a slip to print and hand over instead; a new file.")
]
FromStdin = Annotated[
    bool, typer.Option("--credentials-stdin", help="Read user code and PIN as two lines from standard input.")
]


@pin.command()
def issue(
    *,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="The user code of the person.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Everybody who has none; may be interrupted.")] = False,
    config: ConfigOption = None,
    slip: Slip = None,
    credentials_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Draw a PIN for somebody who has none, or for everybody who has none."""
    from keycabinet.cli.missing import Printing, issue_missing

    if missing is (code is not None):
        raise typer.BadParameter("name one user code, or --missing for everybody who has no PIN")
    if code is not None:
        _give("pin.issue", code, config, (slip, credentials_stdin, as_json))
    else:
        issue_missing(config, Printing(slip, as_json), from_stdin=credentials_stdin)


@pin.command()
def reset(
    code: Code, config: ConfigOption = None, slip: Slip = None, credentials_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Draw a new PIN in place of the old one.

    The old one opens nothing any more, wrong tries are forgiven, and a PIN for duress has to be issued anew.
    """
    _give("pin.reset", code, config, (slip, credentials_stdin, as_json))


@pin.command()
def duress(
    code: Code, config: ConfigOption = None, slip: Slip = None, credentials_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Draw a second PIN that opens everything as the first does, and tells the watch commander."""
    _give("pin.duress", code, config, (slip, credentials_stdin, as_json))


@pin.command()
def disable(code: Code, config: ConfigOption = None, credentials_stdin: FromStdin = False) -> None:
    """Shut somebody's PIN until it is reset."""
    _call("pin.disable", code, config, from_stdin=credentials_stdin)
    typer.echo(f"The PIN of {code} opens nothing any more, until it is reset.")


def _give(method: str, code: str, config: Path | None, how: tuple[Path | None, bool, bool]) -> None:
    from keycabinet.cli.slips import blank, slip_of

    slip, from_stdin, as_json = how
    paper = blank(slip) if slip is not None else None
    try:
        given = _call(method, code, config, from_stdin=from_stdin)
    except BaseException:
        if slip is not None and paper is not None:
            os.close(paper)
            slip.unlink(missing_ok=True)
        raise
    try:
        if slip is not None and paper is not None:
            _print(paper, slip_of(given, duress=method == "pin.duress"))
            typer.echo(f"The slip for {given['name']} ({code}) is in {slip}: print it, hand it over, delete it.")
        else:
            _show(method, given, as_json=as_json)
            sys.stdout.flush()
    except OSError as error:
        told = f"{code} has a new PIN, but it cannot be shown: {error.strerror}; reset it"
        raise KeycabinetError(told) from error


def _call(method: str, code: str, config: Path | None, *, from_stdin: bool) -> dict[str, Any]:
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.session import logged_in
    from keycabinet.control.client import Client

    with Client(socket_path(config)) as client, logged_in(client, from_stdin=from_stdin) as token:
        return client.call(method, token=token, code=code)


def _print(paper: int, text: str) -> None:
    with os.fdopen(paper, "w", encoding="utf-8") as file:
        file.write(text)


def _show(method: str, given: Mapping[str, Any], *, as_json: bool) -> None:
    from keycabinet.cli.paper import Line, Paper, Sheet, say_json

    if as_json:
        say_json(given)
        return
    what = "PIN FOR DURESS" if method == "pin.duress" else "PIN"
    line = Line((given["code"], given["name"], given["pin"]))
    Paper().show(Sheet("Shown this once, and kept nowhere", ("CODE", "NAME", what), (line,)))
