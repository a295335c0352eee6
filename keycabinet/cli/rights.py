"""``keycabinet rights``: who could take a ring, when, and why."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keycabinet.cli.check import AsJson, ConfigOption

if TYPE_CHECKING:
    from keycabinet.cli.paper import Sheet

rights = typer.Typer(no_args_is_help=True, help="Who may take what.")


@rights.callback()
def _rights() -> None:
    """Who may take what."""


@rights.command()
def explain(
    ring: Annotated[str, typer.Option("--ring", metavar="NUMBER", help="Number of the ring.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help='"Sun 02:00", 02:00 or "2026-03-08 02:00"; else now.')
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="CODE", help="Every check for one person.")] = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Who could take a ring at a time, and why.

    With the rings that people hold now. Times are those on the wall at the cabinet.
    """
    from zoneinfo import ZoneInfo

    from keycabinet.cli.paper import Paper, say_json
    from keycabinet.cli.place import socket_path
    from keycabinet.cli.times import local, stamp
    from keycabinet.control.client import Client

    asked = {"ring": ring, "at": at, "person": person}
    with Client(socket_path(config)) as client:
        zone = ZoneInfo(client.call("hello")["timezone"])
        told = client.call("rights.explain", **{name: value for name, value in asked.items() if value is not None})
    if as_json:
        say_json(told, indent=2)
        return
    paper, when = Paper(), local(told["at"], zone)
    paper.say(f"Ring {told['ring']['number']} ({told['ring']['name']}), {when:%a} {stamp(when)}", "bold")
    if told["approvers"]:
        paper.say(_approval(told))
    paper.show(_checks(told["people"][0]) if person else _people(told["people"]))
    if not person:
        paper.say(_others(told))


def _approval(told: Mapping[str, Any]) -> str:
    roles = [role.replace("_", " ") for role in told["approver_roles"]]
    others = "another person" if told["approvers"] == 1 else f"{told['approvers']} others"
    return f"Needs the approval of {others}: {', '.join([*told['approver_groups'], *roles])}"


def _people(people: list[Mapping[str, Any]]) -> "Sheet":
    from keycabinet.cli.paper import Line, Sheet

    lines = [
        Line((each["person"]["code"], each["person"]["name"], _answer(each), _why(each)), "" if each["may"] else "dim")
        for each in sorted(people, key=lambda each: not each["may"])
    ]
    return Sheet("WHO COULD TAKE IT", ("CODE", "NAME", "MAY", "WHY"), tuple(lines))


def _checks(each: Mapping[str, Any]) -> "Sheet":
    from keycabinet.cli.paper import Line, Sheet

    lines = [
        Line(
            (_words(step["check"]), _words(step["reason"] or "passed"), step["detail"]), "red" if step["reason"] else ""
        )
        for step in each["checks"]
    ]
    title = f"{each['person']['name']} ({each['person']['code']}): {_answer(each)}"
    return Sheet(title, ("CHECK", "OUTCOME", "DETAIL"), tuple(lines))


def _answer(each: Mapping[str, Any]) -> str:
    return "yes" if each["may"] else f"no, {_words(each['reason'])}"


def _why(each: Mapping[str, Any]) -> str:
    """The detail of the first check that refuses; for who may, of the schedule that is open."""
    wanted = next((step for step in each["checks"] if step["reason"]), None)
    found = wanted or next(step for step in each["checks"] if step["check"] == "schedule")
    return str(found["detail"])


def _others(told: Mapping[str, Any]) -> str:
    count = told["without_right"]
    return f"{count} other{'' if count == 1 else 's'} {'has' if count == 1 else 'have'} no right to it at any time."


def _words(text: str) -> str:
    return text.replace("_", " ")
