"""Who is behind a change: a user code and a PIN, typed unseen or piped in; the core checks them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from keycabinet.errors import ConfigError

if TYPE_CHECKING:
    from keycabinet.control.client import Client


@contextmanager
def logged_in(client: "Client", *, from_stdin: bool) -> Iterator[str]:
    """A session for this block; its token. Raises CallRefused if the core does not accept code and PIN."""
    from keycabinet.control.client import CallRefused, CoreUnreachable  # noqa: PLC0415 - only who logs in needs it

    code, pin = _piped() if from_stdin else _typed()
    token: str = client.call("login", code=code, pin=pin)["token"]
    try:
        yield token
    finally:
        with suppress(CallRefused, CoreUnreachable):  # it ends by itself, too
            client.call("logout", token=token)


def _typed() -> tuple[str, str]:
    code: str = typer.prompt("User code", err=True)
    pin: str = typer.prompt("PIN", err=True, hide_input=True)
    return code, pin


def _piped() -> tuple[str, str]:
    code, pin = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
    if not code or not pin:
        raise ConfigError("--credentials-stdin: expected two lines, a user code and its PIN")
    return code, pin
