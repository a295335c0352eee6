"""Columns of the roster as options: named ones, and ``--set COLUMN=VALUE`` for any other."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE", help="Any other column of the CSV file.")
]


def cells(named: Mapping[str, str | None], more: Iterable[str] | None) -> dict[str, str]:
    """The columns that were given. Raises BadParameter for a ``--set`` that is no COLUMN=VALUE."""
    found = {column: value for column, value in named.items() if value is not None}
    for each in more or ():
        column, equals, value = each.partition("=")
        if not equals or not column:
            raise typer.BadParameter(f"--set {each}: expected COLUMN=VALUE")
        found[column] = value
    return found


def some(found: dict[str, str]) -> dict[str, str]:
    """These columns. Raises BadParameter if there are none: then nothing is asked for."""
    if not found:
        raise typer.BadParameter("say what to change")
    return found


def held(rings: Iterable[Mapping[str, Any]]) -> str:
    """``3, 12`` or an empty text."""
    return ", ".join(ring["number"] for ring in rings)
