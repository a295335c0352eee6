"""``keycabinet ledger``: what happened, row by row."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keycabinet.cli.check import AsJson, ConfigOption

if TYPE_CHECKING:
    from keycabinet.control.client import Client

PAGE = 500

ledger = typer.Typer(help="The ledger: what happened, row by row.", no_args_is_help=True)


@ledger.callback()
def _commands() -> None:
    """The ledger: what happened, row by row."""


@ledger.command()
def show(
    config: ConfigOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with every new row until Ctrl-C.")] = False,
    from_seq: Annotated[int | None, typer.Option("--from", min=1, help="Number of the first row to show.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="How many rows (20).")] = None,
    as_json: AsJson = False,
) -> None:
    """The latest rows, or those from a number on."""
    import signal
    from zoneinfo import ZoneInfo

    from keycabinet.cli.place import socket_path
    from keycabinet.cli.rows import print_rows
    from keycabinet.cli.session import token_if_any
    from keycabinet.control.client import Client

    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell has started us with it ignored
    with Client(socket_path(config)) as client:
        hello = client.call("hello")
        first = from_seq or max(1, hello["head_seq"] - (limit or 20) + 1)
        token = token_if_any(client)
        rows = (
            client.stream(first, None, **token) if follow else read(client, first, limit if from_seq else None, token)
        )
        try:
            print_rows(rows, ZoneInfo(hello["timezone"]), as_json=as_json)
        except KeyboardInterrupt:
            return


def read(client: "Client", from_seq: int, limit: int | None, token: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Rows from a number on, page by page: ``limit`` at most, or all there are."""
    left = limit
    while left is None or left > 0:
        page = client.call("ledger.read", from_seq=from_seq, limit=PAGE if left is None else min(left, PAGE), **token)
        yield from page["rows"]
        left = None if left is None else left - len(page["rows"])
        from_seq = page["next_seq"]
        if from_seq > page["head_seq"]:
            return
