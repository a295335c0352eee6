"""Printing: coloured tables at a terminal, plain aligned text everywhere else, JSON where it is asked for."""

import json
from dataclasses import dataclass
from typing import Any

import typer


@dataclass(frozen=True)
class Line:
    """One row of a table; ``style`` is for terminals, as rich names it."""

    cells: tuple[str, ...]
    style: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table with a title."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


class Paper:
    """Standard output."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - nobody waits for it who asks for help or JSON

        self._console = Console(highlight=False)

    def say(self, text: str, style: str = "") -> None:
        """One line, never wrapped where it is not shown on a terminal."""
        if self._console.is_terminal:
            self._console.print(_clean(text), style=style or None, markup=False, emoji=False, soft_wrap=True)
        else:
            typer.echo(_clean(text))

    def show(self, sheet: Sheet) -> None:
        """A table; nothing if it is empty."""
        if not sheet.lines:
            return
        self.say("")
        if self._console.is_terminal:
            self._console.print(_table(sheet))
        else:
            self._plain(sheet)

    def _plain(self, sheet: Sheet) -> None:
        rows = [sheet.columns, *(tuple(map(_clean, line.cells)) for line in sheet.lines)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        typer.echo(sheet.title)
        for row in rows:
            typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say_json(value: Any, *, indent: int | None = None) -> None:  # noqa: ANN401 - whatever the core answered
    """A value as JSON; one line unless indented."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=indent))


def _table(sheet: Sheet) -> Any:  # noqa: ANN401 - rich is imported late
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    table = Table(*sheet.columns, title=sheet.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for line in sheet.lines:
        table.add_row(*(Text(_clean(cell)) for cell in line.cells), style=line.style)
    return table


def _clean(text: str) -> str:
    """Without characters that would steer a terminal: names and fault texts come from outside."""
    return "".join(char if char.isprintable() else "?" for char in text)
