"""``keycabinet alarm``: what stands, and what people do about it. An alarm ends by itself when its cause does."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from typing import Annotated

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.cli.session import CredentialsStdin, called

alarm = typer.Typer(help="Alarms: list, acknowledge, contacts, extensions.", no_args_is_help=True)

Kind = Annotated[str, typer.Argument(metavar="KIND", help="As listed: overdue, missing, reader_fault ...")]
About = Annotated[str, typer.Argument(metavar="ABOUT", help="Number of the ring or slot, user code, name of a device.")]
Note = Annotated[str | None, typer.Option("--note", help="What is to be remembered; it stays in the cabinet.")]


@alarm.command(name="list")
def list_alarms(config: ConfigOption = None, as_json: AsJson = False) -> None:
    """The alarms that stand: level, since when, whether they were delivered, and who has acknowledged them."""
    from zoneinfo import ZoneInfo

    from keycabinet.cli.paper import Paper, say_json
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.status import alarm_sheet
    from keycabinet.cli.times import local
    from keycabinet.control.client import Client

    with Client(socket_path(config)) as client:
        found = client.call("status")
    if as_json:
        say_json(found["alarms"], indent=2)
        return
    paper, zone = Paper(), ZoneInfo(found["timezone"])
    if not found["alarms"]:
        paper.say("No alarm stands.")
    paper.show(alarm_sheet(found, zone, local(found["clock"]["utc"], zone)))


@alarm.command()
def acknowledge(
    kind: Kind,
    about: About,
    note: Note = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
) -> None:
    """Take note of an alarm, by name: it is not escalated any more.

    What is forced or missing is heard until somebody silences it at the keypad, or until it is over.
    """
    found = called(config, credentials_stdin, "alarm.acknowledge", kind=kind, about=about, note=note)
    typer.echo(f"{_named(kind, found)} is acknowledged by {found['acknowledged_by']['name']}.")


@alarm.command()
def contact(
    kind: Kind,
    about: About,
    whom: Annotated[str, typer.Option("--whom", help="Who was asked.")],
    outcome: Annotated[str, typer.Option("--outcome", help="What came of it.")],
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
) -> None:
    """Record that somebody was asked about an alarm."""
    found = called(config, credentials_stdin, "alarm.contact", kind=kind, about=about, whom=whom, outcome=outcome)
    typer.echo(f"Recorded for {_named(kind, found)}.")


@alarm.command()
def extend(
    ring: Annotated[str, typer.Argument(metavar="RING", help="Number of a ring that is out.")],
    until: Annotated[str, typer.Argument(metavar="UNTIL", help="18:30, Sun 02:00 or 2026-03-08 02:00.")],
    note: Note = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
) -> None:
    """Let the holder of a ring keep it until then."""
    found = called(config, credentials_stdin, "alarm.extend", ring=ring, until=until, note=note)
    typer.echo(f"Ring {found['ring']} may be kept until {found['due']}.")


def _named(kind: str, found: dict[str, str]) -> str:
    return f"{kind.replace('_', ' ')}, {found['subject']}"
