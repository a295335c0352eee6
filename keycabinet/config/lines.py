"""Where each key of a TOML text is written. For text that ``tomllib`` has accepted: nothing is checked here."""

import re
import tomllib
from collections.abc import Mapping
from typing import Final

Place = tuple[str, ...]
"""Where a value is: the names of the tables around it and its own; a number for an item of a list."""

_TOKEN: Final = re.compile(
    r"""(?P<blank>[ \t\r]+|\#[^\n]*)
      | (?P<newline>\n)
      | (?P<string>\"{3}(?:\\[\s\S]|[^\\])*?\"{3,5} | '{3}[\s\S]*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
      | (?P<mark>[\[\]{}=,.])
      | (?P<bare>[^\s\[\]{}=,.\#"']+)""",
    re.VERBOSE,
)


def lines_of(text: str) -> Mapping[Place, int]:
    """Place of every table, key and list item -> the line (from 1) on which it begins."""
    return _Scan(text).run()


def line_at(lines: Mapping[Place, int], path: Place) -> int:
    """The line of this path, or of the innermost table around it that is written; 1 if none is."""
    return next((lines[path[:size]] for size in range(len(path), 0, -1) if path[:size] in lines), 1)


class _Scan:
    """One pass over the text."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lines: dict[Place, int] = {}

    def run(self) -> Mapping[Place, int]:
        table: Place = ()
        while self._here() != "":
            if self._here() == "\n":
                self._next()
            elif self._here() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _here(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _header(self) -> Place:
        self._next()
        is_list = self._here() == "["
        if is_list:
            self._next()
        table = self._key(())
        while self._here() == "]":
            self._next()
        if is_list:
            table = self._item(table, sum(path[:-1] == table for path in self._lines))
        return table

    def _key(self, around: Place) -> Place:
        path = around
        while True:
            line = self._tokens[self._at][1]
            path = (*path, _name(self._next()))
            self._lines.setdefault(path, line)
            if self._here() != ".":
                return path
            self._next()

    def _pair(self, table: Place) -> None:
        path = self._key(table)
        self._next()
        self._value(path)

    def _value(self, path: Place) -> None:
        if self._here() == "{":
            self._within("}", path)
        elif self._here() == "[":
            self._within("]", path)
        else:
            while self._here() not in {",", "]", "}", "\n", ""}:
                self._next()

    def _within(self, end: str, path: Place) -> None:
        self._next()
        count = 0
        while self._here() != end:
            if self._here() in {",", "\n"}:
                self._next()
            elif end == "}":
                self._pair(path)
            else:
                self._value(self._item(path, count))
                count += 1
        self._next()

    def _item(self, path: Place, number: int) -> Place:
        item = (*path, str(number))
        self._lines[item] = self._tokens[min(self._at, len(self._tokens) - 1)][1]
        return item


def _tokens(text: str) -> list[tuple[str, int]]:
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "blank":
            found.append((match[0], line))
        line += match[0].count("\n")
    return found


def _name(token: str) -> str:
    return str(tomllib.loads(f"name = {token}")["name"]) if token[0] in "\"'" else token
