"""``keycabinet history``: what happened to one person, ring or slot."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from typing import Annotated

import typer

from keycabinet.cli.check import AsJson, ConfigOption


def history(
    config: ConfigOption = None,
    person: Annotated[str | None, typer.Option("--person", metavar="CODE", help="User code of a person.")] = None,
    ring: Annotated[str | None, typer.Option("--ring", metavar="NUMBER", help="Number of a ring.")] = None,
    slot: Annotated[int | None, typer.Option("--slot", min=1, max=9999, help="Number of a slot.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many rows.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What happened to a person, ring or slot."""
    from zoneinfo import ZoneInfo

    from keycabinet.cli.place import socket_path
    from keycabinet.cli.rows import print_rows
    from keycabinet.cli.session import token_if_any
    from keycabinet.control.client import Client

    asked = {"person": person, "ring": ring, "slot": slot}
    about = {name: value for name, value in asked.items() if value is not None}
    if len(about) != 1:
        raise typer.BadParameter("give exactly one of --person, --ring and --slot")
    with Client(socket_path(config)) as client:
        zone = ZoneInfo(client.call("hello")["timezone"])
        found = client.call("history", **about, limit=limit, **token_if_any(client))
    print_rows(found["rows"], zone, as_json=as_json)
    if not found["rows"]:
        typer.echo("nothing has happened yet", err=True)
    elif not found["complete"]:
        typer.echo("there are older rows: see more with --limit", err=True)
