"""``keycabinet ring``: rings, one at a time. Many at once come with ``keycabinet import``."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from keycabinet.cli.cells import Set, cells, some
from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.cli.session import CredentialsStdin, called

ring = typer.Typer(help="Rings: what they are, where they are, and their end.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the ring.")]
Name = Annotated[str | None, typer.Option("--name", help="Name.")]
Category = Annotated[str | None, typer.Option("--category", help="security, non_security, emergency or restricted.")]
Tag = Annotated[str | None, typer.Option("--tag", help="The 16 hex digits of its iButton; else it is to be learned.")]
Home = Annotated[str | None, typer.Option("--home-slot", help="Number of its home slot.")]
Groups = Annotated[str | None, typer.Option("--groups", help="Groups, with ; between them.")]
Due = Annotated[str | None, typer.Option("--due", help="8h, 45m, 30s, a time of day as 15:00, or none.")]


@ring.command(name="list")
def list_rings(
    config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """Every ring, and where it is."""
    from keycabinet.cli.paper import Line, Paper, Sheet, say_json

    found = called(config, credentials_stdin, "ring.list")["rings"]
    if as_json:
        say_json(found, indent=2)
        return
    lines = tuple(Line(_line(each), "yellow" if each["custody"] == "out" else "") for each in found)
    Paper().show(Sheet("RINGS", ("NUMBER", "NAME", "CATEGORY", "HOME", "GROUPS", "DUE", "WHERE"), lines))


@ring.command()
def show(
    number: Number, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False, as_json: AsJson = False
) -> None:
    """One ring, and where it is."""
    _tell(called(config, credentials_stdin, "ring.show", ring=number), as_json=as_json)


@ring.command()
def add(
    *,
    number: Annotated[str, typer.Option("--number", help="1 to 12 letters, digits or hyphens.")],
    name: Annotated[str, typer.Option("--name", help="Name.")],
    category: Annotated[str, typer.Option("--category", help="security, non_security, emergency or restricted.")],
    home_slot: Annotated[str, typer.Option("--home-slot", help="Number of its home slot.")],
    tag: Tag = None,
    groups: Groups = None,
    due: Due = None,
    more: Set = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Enrol a ring."""
    asked = {"number": number} | _rest(name, category, tag, home_slot) | {"groups": groups, "due": due}
    _tell(called(config, credentials_stdin, "ring.add", cells=cells(asked, more)), as_json=as_json)


@ring.command()
def change(
    number: Number,
    *,
    name: Name = None,
    category: Category = None,
    tag: Tag = None,
    home_slot: Home = None,
    groups: Groups = None,
    due: Due = None,
    more: Set = None,
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty value empties it."""
    asked = _rest(name, category, tag, home_slot) | {"groups": groups, "due": due}
    wanted = some(cells(asked, more))
    _tell(called(config, credentials_stdin, "ring.change", ring=number, cells=wanted), as_json=as_json)


@ring.command()
def retire(number: Number, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False) -> None:
    """Strike a ring off: one that you have taken out yourself, or that is missing."""
    called(config, credentials_stdin, "ring.retire", ring=number)
    typer.echo(f"Ring {number} is retired.")


def _rest(name: str | None, category: str | None, tag: str | None, home_slot: str | None) -> dict[str, str | None]:
    return {"name": name, "category": category, "tag": tag, "home_slot": home_slot}


def _tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    from keycabinet.cli.paper import Paper, say_json

    if as_json:
        say_json(found, indent=2)
        return
    paper = Paper()
    for column, value in found["cells"].items():
        if value:
            paper.say(f"{column:<12} {value}")
    paper.say(f"{'where':<12} {_where(found)}")


def _where(found: Mapping[str, Any]) -> str:
    holder = found["holder"]
    if holder:
        return f"out: {holder['name']} ({holder['code']})"
    return f"in slot {found['slot']}" if found["custody"] == "in" else str(found["custody"])


def _line(found: Mapping[str, Any]) -> tuple[str, ...]:
    columns = ("number", "name", "category", "home_slot", "groups", "due")
    return (*(found["cells"][column] for column in columns), _where(found))
