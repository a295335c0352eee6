"""``keycabinet person``: people, one at a time. Many at once come with ``keycabinet import``."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from keycabinet.cli.cells import Set, cells, held, some
from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.cli.session import CredentialsStdin, called
from keycabinet.errors import KeycabinetError

person = typer.Typer(help="People: who they are, suspend them, let them go.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="CODE", help="User code of the person.")]
Name = Annotated[str | None, typer.Option("--name", help="Name.")]
Class = Annotated[str | None, typer.Option("--class", help="Class: merit, contract, visitor ...")]
Role = Annotated[str | None, typer.Option("--role", help="Role: staff, supervisor, watch_commander ...")]
Groups = Annotated[str | None, typer.Option("--groups", help="Groups, with ; between them.")]
From = Annotated[str | None, typer.Option("--valid-from", help="A date, or a date and time, as 2027-12-31T15:00.")]
Until = Annotated[str | None, typer.Option("--valid-until", help="The last day, or a date and time.")]


@person.command(name="list")
def list_people(
    config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """Everybody who has a user code, and what they hold."""
    from keycabinet.cli.paper import Line, Paper, Sheet, say_json

    found = called(config, credentials_stdin, "person.list")["people"]
    if as_json:
        say_json(found, indent=2)
        return
    lines = tuple(Line(_line(each), "" if each["standing"] == "here" else "yellow") for each in found)
    Paper().show(Sheet("PEOPLE", ("CODE", "NAME", "CLASS", "ROLE", "GROUPS", "STANDING", "HOLDS"), lines))


@person.command()
def show(
    code: Code, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """One person, and what they hold."""
    _tell(called(config, credentials_stdin, "person.show", person=code), as_json=as_json)


@person.command()
def add(
    *,
    code: Annotated[str, typer.Option("--code", help="User code: 1 to 8 digits.")],
    name: Annotated[str, typer.Option("--name", help="Name.")],
    person_class: Annotated[str, typer.Option("--class", help="Class: merit, contract, visitor ...")],
    role: Role = None,
    groups: Groups = None,
    valid_from: From = None,
    valid_until: Until = None,
    more: Set = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Enrol a person. A PIN is drawn, and shown once."""
    from keycabinet.cli.paper import say_json

    asked = {"code": code, "name": name, "class": person_class} | _rest(role, groups, valid_from, valid_until)
    added = called(config, credentials_stdin, "person.add", cells=cells(asked, more))
    if as_json:
        say_json(added, indent=2)
        return
    _tell(added["person"], as_json=False)
    typer.echo(f"PIN        {added['pin']['pin']}\nThe PIN is shown this once, and kept nowhere: note it now.")


@person.command()
def change(
    code: Code,
    *,
    name: Name = None,
    person_class: Class = None,
    role: Role = None,
    groups: Groups = None,
    valid_from: From = None,
    valid_until: Until = None,
    more: Set = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty value empties it. Nobody changes their own role, groups or validity."""
    asked = {"name": name, "class": person_class} | _rest(role, groups, valid_from, valid_until)
    wanted = some(cells(asked, more))
    _tell(called(config, credentials_stdin, "person.change", person=code, cells=wanted), as_json=as_json)


@person.command()
def suspend(
    code: Code, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """Suspend a person, from the next key press on."""
    _tell(called(config, credentials_stdin, "person.suspend", person=code), as_json=as_json)


@person.command()
def resume(
    code: Code, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """End a suspension."""
    _tell(called(config, credentials_stdin, "person.resume", person=code), as_json=as_json)


@person.command()
def leave(
    code: Code, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """A person has left: block them, and list the rings that they still hold."""
    _tell(called(config, credentials_stdin, "person.leave", person=code), as_json=as_json)


@person.command()
def blank(
    code: Code,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; there is no way back.")] = False,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
) -> None:
    """Overwrite name and code of a person who has left. There is no way back."""
    if not yes and (not sys.stdin.isatty() or credentials_stdin):
        raise KeycabinetError("there is no way back from this: say --yes")
    if not yes:
        typer.confirm(f"Name and code of {code} will be gone for good. Go on?", abort=True, err=True)
    called(config, credentials_stdin, "person.blank", person=code)
    typer.echo(f"{code} is blanked: the code is free, and the rows of the ledger name nobody.")


def _rest(role: str | None, groups: str | None, since: str | None, until: str | None) -> dict[str, str | None]:
    return {"role": role, "groups": groups, "valid_from": since, "valid_until": until}


def _tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    from keycabinet.cli.paper import Paper, say_json

    if as_json:
        say_json(found, indent=2)
        return
    paper = Paper()
    for column, value in found["cells"].items():
        if value:
            paper.say(f"{column:<12} {value}")
    paper.say(f"{'standing':<12} {found['standing'].replace('_', ' ')}")
    paper.say(f"{'holds':<12} {held(found['holds']) or 'nothing'}", "bold" if found["holds"] else "")


def _line(found: Mapping[str, Any]) -> tuple[str, ...]:
    columns = ("code", "name", "class", "role", "groups")
    standing = found["standing"].replace("_", " ")
    return (*(found["cells"][column] for column in columns), standing, held(found["holds"]))
