"""``keycabinet export``: the roster as CSV files, which can be imported again."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from pathlib import Path
from typing import Annotated

import typer

from keycabinet.cli.check import ConfigOption
from keycabinet.errors import ConfigError


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist, or is empty.")],
    config: ConfigOption = None,
    credentials_stdin: Annotated[
        bool, typer.Option("--credentials-stdin", help="Read user code and PIN as two lines from standard input.")
    ] = False,
) -> None:
    """Write people, rings, rights and what bounds them as CSV files.

    Without PINs: whoever imports the files elsewhere draws new ones.
    """
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.session import logged_in
    from keycabinet.control.client import Client

    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ConfigError(f"{folder}: there is something already, and an export never overwrites")
    with Client(socket_path(config)) as client, logged_in(client, from_stdin=credentials_stdin) as token:
        files = client.call("roster.export", token=token)["files"]
    try:
        _write(folder, files)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from error
    typer.echo(f"wrote {', '.join(f'{name}.csv' for name in files)} to {folder}")


def _write(folder: Path, files: dict[str, str]) -> None:
    """For nobody but who asked: there are user codes and tags in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8", newline="")
