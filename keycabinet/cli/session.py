"""Who is behind a change: whoever is logged in, or a user code and a PIN, typed unseen or piped in; the core checks."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.errors import ConfigError, KeycabinetError

if TYPE_CHECKING:
    from keycabinet.control.client import Client

CredentialsStdin = Annotated[
    bool, typer.Option("--credentials-stdin", help="Read user code and PIN as two lines from standard input.")
]
TIMEOUT_S = 120.0


def login(
    config: ConfigOption = None,
    code: Annotated[str | None, typer.Option("--code", help="Your user code; else it is asked for.")] = None,
) -> None:
    """Log in, for some minutes: user code and PIN are asked for, or read as lines from standard input."""
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.token import TokenFile
    from keycabinet.control.client import Client

    code, pin = _typed(code) if sys.stdin.isatty() else _piped(code)
    with Client(socket_path(config)) as client:
        opened = client.call("login", code=code, pin=pin)
        kept = TokenFile(client.path)
        _end(client, kept.read())
        try:
            kept.write(opened["token"])
        except ConfigError:
            _end(client, opened["token"])
            raise
    person, minutes = opened["person"], opened["expires_in_s"] // 60
    typer.echo(f"{person['name']} ({person['code']}) is logged in, until {minutes} min after the last command.")


def logout(config: ConfigOption = None) -> None:
    """Log out."""
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.token import TokenFile
    from keycabinet.control.client import CallRefused, Client

    path = socket_path(config)
    kept = TokenFile(path)
    token = kept.read()
    kept.forget()
    if token is None:
        raise nobody()
    with Client(path) as client:
        try:
            client.call("logout", token=token)
        except CallRefused:
            raise nobody() from None


def whoami(config: ConfigOption = None, as_json: AsJson = False) -> None:
    """Who is logged in here."""
    from keycabinet.cli.paper import say_json
    from keycabinet.cli.place import socket_path
    from keycabinet.control.client import Client

    with Client(socket_path(config)) as client:
        found = _known(client)
    if found is None:
        raise nobody()
    _, who = found
    person = who["person"]
    if as_json:
        say_json(who)
    else:
        typer.echo(f"{person['name']} ({person['code']}), {who['role'].replace('_', ' ')}")


def called(config: Path | None, from_stdin: bool, method: str, **params: object) -> dict[str, Any]:
    """The result of a method that needs a person. Raises as ``logged_in`` and ``Client.call`` do."""
    from keycabinet.cli.place import socket_path
    from keycabinet.control.client import Client

    with Client(socket_path(config), TIMEOUT_S) as client, logged_in(client, from_stdin=from_stdin) as token:
        return client.call(method, token=token, **params)


@contextmanager
def logged_in(client: "Client", *, from_stdin: bool) -> Iterator[str]:
    """A session for this block; its token. Whoever is logged in stays so.

    Raises CallRefused if the core does not accept code and PIN, KeycabinetError if nobody is there to be asked.
    """
    known = None if from_stdin else _known(client)
    if known is not None:
        yield known[0]
        return
    code, pin = _piped(None) if from_stdin else _asked()
    token: str = client.call("login", code=code, pin=pin)["token"]
    try:
        yield token
    finally:
        _end(client, token)


def token_if_any(client: "Client") -> dict[str, str]:
    """The token of whoever is logged in, as a parameter; nothing if nobody is: then less is shown."""
    known = _known(client)
    return {"token": known[0]} if known is not None else {}


def nobody() -> KeycabinetError:
    """Nobody is logged in here."""
    return KeycabinetError("nobody is logged in: `keycabinet login`")


def _known(client: "Client") -> tuple[str, dict[str, Any]] | None:
    """The token that is kept, and whose it is, if the core knows it still."""
    from keycabinet.cli.token import TokenFile
    from keycabinet.control.client import CallRefused

    kept = TokenFile(client.path)
    token = kept.read()
    if token is None:
        return None
    try:
        return token, client.call("whoami", token=token)
    except CallRefused:
        kept.forget()
        return None


def _end(client: "Client", token: str | None) -> None:
    from keycabinet.control.client import CallRefused, CoreUnreachable

    if token is not None:
        with suppress(CallRefused, CoreUnreachable):  # it ends by itself, too
            client.call("logout", token=token)


def _asked() -> tuple[str, str]:
    if not sys.stdin.isatty():
        raise KeycabinetError("nobody is logged in: `keycabinet login`, or give --credentials-stdin")
    return _typed(None)


def _typed(code: str | None) -> tuple[str, str]:
    code = code or typer.prompt("User code", err=True, hide_input=True)
    pin: str = typer.prompt("PIN", err=True, hide_input=True)
    return code, pin


def _piped(code: str | None) -> tuple[str, str]:
    code = code or sys.stdin.readline().rstrip("\r\n")
    pin = sys.stdin.readline().rstrip("\r\n")
    if not code or not pin:
        raise ConfigError("standard input: expected a user code and its PIN, each on a line of its own")
    return code, pin
