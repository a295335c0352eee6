"""``keycabinet commission``: the first day of a cabinet. Learn the tags, try the latches, and leave with a count."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.cli.session import TIMEOUT_S, CredentialsStdin, called, logged_in
from keycabinet.cli.times import local, stamp

if TYPE_CHECKING:
    from keycabinet.control.client import Client

commission = typer.Typer(help="The first day of a cabinet: tags, latches, and a count.", no_args_is_help=True)

PUSH_WITHIN_S = 60.0
LOOK_EVERY_S = 0.2
RESULTS: Mapping[str, str] = {
    "ok": "ok",
    "bolt_stuck": "BOLT STUCK",
    "no_pulse": "NO PULSE",
    "device_lost": "DEVICE LOST",
    "not_tested": "NOT TESTED",
}


@commission.command()
def begin(config: ConfigOption = None, credentials_stdin: CredentialsStdin = False) -> None:
    """Begin: nothing is missed and nothing released until the end. The door opens."""
    called(config, credentials_stdin, "commission.begin")
    typer.echo("The cabinet is being commissioned: no ring is released, and none is missed. The door is released.")


@commission.command()
def learn(
    ring: Annotated[str, typer.Argument(metavar="RING", help="Number of the ring.")],
    within: Annotated[int, typer.Option("--within", min=1, max=110, help="Seconds to wait for it.")] = 100,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Bind the tag that is put into an empty slot now to this ring, and the slot as its home."""
    from keycabinet.cli.paper import say_json

    typer.echo(f"Put ring {ring}, and nothing else, into the empty slot that is to be its home.", err=True)
    found = called(config, credentials_stdin, "commission.learn", ring=ring, within_s=within)
    if as_json:
        say_json(found)
    else:
        typer.echo(_learned(found))
    if found["state"] == "waiting":
        typer.echo("What comes of it is told by `keycabinet commission status`.", err=True)
    raise typer.Exit(0 if found["state"] == "learned" else 1)


@commission.command(name="test")
def try_slots(
    slots: Annotated[list[int] | None, typer.Argument(metavar="[SLOT]...", help="Slots; else every one.")] = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Open each slot in turn, and say how long its pulse and its bolt took. Look whether its lamp is lit.

    Only empty slots are opened, and those whose rings were learned since the mode began: push such a ring in again.
    """
    from keycabinet.cli.paper import Paper, say_json

    with _session(config, from_stdin=credentials_stdin) as (client, token):
        wanted = slots or client.call("commission.status", token=token)["slots"]
        tested = [_try(client, token, each) for each in _told(wanted)]
    if as_json:
        say_json(tested, indent=2)
    else:
        Paper().show(_sheet(tested))
    raise typer.Exit(0 if all(each["outcome"] == "ok" for each in tested) else 1)


@commission.command()
def end(
    count: Annotated[int, typer.Option("--count", min=0, prompt="Rings in the cabinet", help="Rings you counted.")],
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Leave the mode with the number of rings that you have counted in the cabinet; you sign for it."""
    from zoneinfo import ZoneInfo

    from keycabinet.cli.paper import Paper, say_json

    with _session(config, from_stdin=credentials_stdin) as (client, token):
        signed = client.call("commission.end", token=token, rings=count)
        zone = ZoneInfo(client.call("hello")["timezone"])
    if as_json:
        say_json(signed)
        return
    by, rings = f"{signed['by']['name']} ({signed['by']['code']})", "1 ring" if count == 1 else f"{count} rings"
    paper = Paper()
    paper.say(f"Counted and seen: {rings}. The cabinet is in use.")
    paper.say(f"Signed by {by}, {stamp(local(signed['at'], zone))}: row {signed['seq']} of the ledger.")
    if signed["missing"]:
        paper.say(f"Not back, and missing from now on: ring {', ring '.join(signed['missing'])}.", "bold red")


@commission.command()
def status(config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False) -> None:
    """How far it is."""
    from keycabinet.cli.paper import Paper, say_json

    found = called(config, credentials_stdin, "commission.status")
    if as_json:
        say_json(found, indent=2)
        return
    paper = Paper()
    by = f" by {found['by']['name']} ({found['by']['code']})" if found["by"] else ""
    paper.say(f"The cabinet is being commissioned{by}." if found["since"] else "The cabinet is not being commissioned.")
    rings = ", ".join(f"ring {ring} in slot {slot}" for slot, ring in found["seen"].items())
    paper.say(f"{len(found['seen'])} rings are seen: {rings}." if rings else "No ring is seen.")
    if found["aside"]:
        aside = ", ".join(f"ring {ring} from slot {slot}" for ring, slot in found["aside"].items())
        paper.say(f"Set aside, and missing at the end if not back: {aside}.", "bold")
    if found["learning"]:
        paper.say(_learned(found["learning"]))
    paper.show(_sheet(found["tested"]))


@contextmanager
def _session(config: Path | None, *, from_stdin: bool) -> "Iterator[tuple[Client, str]]":
    from keycabinet.cli.place import socket_path
    from keycabinet.control.client import Client

    with Client(socket_path(config), TIMEOUT_S) as client, logged_in(client, from_stdin=from_stdin) as token:
        yield client, token


def _told(slots: list[int]) -> Iterator[int]:
    """These slots, one after the other; a terminal shows how far that is."""
    if not sys.stderr.isatty():
        yield from slots
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(slots, "Testing", console=Console(stderr=True), transient=True)


def _try(client: "Client", token: str, slot: int) -> dict[str, Any]:
    from keycabinet.control.client import CallRefused

    try:
        tested = client.call("commission.test", token=token, slot=slot)
    except CallRefused as refused:
        if refused.fault != "not_possible":
            raise
        untested = {"slot": slot, "outcome": "not_tested", "why": str(refused)}
        return untested | dict.fromkeys(("contact", "ring", "coil_ms", "bolt_ms"))
    _wait_for_the_ring(client, token)
    return tested


def _wait_for_the_ring(client: "Client", token: str) -> None:
    """Wait until every bolt is home again; somebody may have to push a ring in."""
    deadline, asked = time.monotonic() + PUSH_WITHIN_S, False
    while (loose := client.call("commission.status", token=token)["loose"]) and time.monotonic() < deadline:
        if not asked:
            typer.echo(f"Push the ring into slot {loose[0]}.", err=True)
            asked = True
        time.sleep(LOOK_EVERY_S)


def _learned(found: Mapping[str, Any]) -> str:
    match found["state"]:
        case "learned":
            return f"Ring {found['ring']} is learned, its home is slot {found['slot']}."
        case "waiting":
            return f"Ring {found['ring']} is still waited for."
        case _:
            return f"Ring {found['ring']} is NOT learned: {found['why']}."


def _sheet(tested: Iterable[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - a Sheet, which is imported late
    from keycabinet.cli.paper import Line, Sheet

    lines = tuple(Line(_cells(each), "" if each["outcome"] == "ok" else "bold red") for each in tested)
    return Sheet("SLOTS", ("SLOT", "RING", "RESULT", "PULSE OVER", "BOLT DRAWN", "CONTACT", ""), lines)


def _cells(each: Mapping[str, Any]) -> tuple[str, ...]:
    times = ("" if each[name] is None else f"{each[name]} ms" for name in ("coil_ms", "bolt_ms"))
    result = RESULTS.get(each["outcome"], each["outcome"])
    return (str(each["slot"]), each["ring"] or "", result, *times, each["contact"] or "", each.get("why", ""))
