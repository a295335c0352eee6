"""A TOML file as it was written: what it says, and on which line."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from keycabinet.config.faults import Fault, FaultsFound
from keycabinet.config.lines import Place, line_at, lines_of


@dataclass(frozen=True)
class Source:
    """The text of a file, its name for messages, what it says, and where it says so."""

    file: str
    document: Mapping[str, Any]
    lines: Mapping[Place, int]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The file at this path. Raises FaultsFound if there is none, or if it is not TOML."""
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            told = f"cannot be read: {error.strerror}; name another file with --config or in KEYCABINET_CONFIG"
            raise FaultsFound([Fault(str(path), 0, "", told)]) from error
        except UnicodeDecodeError as error:
            line = 1 + error.object.count(b"\n", 0, error.start)
            raise FaultsFound([Fault(str(path), line, "", "not UTF-8", "a TOML file in UTF-8")]) from error
        return cls.of(text, str(path))

    @classmethod
    def of(cls, text: str, file: str) -> Self:
        """This text. Raises FaultsFound if it is not TOML."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FaultsFound([_syntax(str(error), text, file)]) from error
        return cls(file, document, lines_of(text))

    def fault(self, path: Place, found: str, expected: str = "", nearest: str = "") -> Fault:
        """A fault of the value at this path, or of what is missing there."""
        return Fault(self.file, line_at(self.lines, path), ".".join(path), found, expected, nearest)

    def about(self, table: Place, message: str) -> Fault:
        """A fault of a whole table, at the field that the message speaks of first, if that is written there."""
        fields = self.value(table)
        said = message.translate(dict.fromkeys(map(ord, "`:,;'\""), " ")).split()
        field = next(([word] for word in said if isinstance(fields, dict) and word in fields), [])
        return self.fault((*table, *field), *_parts(message))

    def value(self, path: Place) -> Any:  # noqa: ANN401 - TOML is untyped
        """What is written at this path; None if nothing is, and for what is inside a list."""
        value: Any = self.document
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value


def _parts(message: str) -> tuple[str, str, str]:
    """What was found, what was expected and what was meant, of ``…, expected …; did you mean …?``."""
    told, _, near = message.partition("; did you mean ")
    found, _, expected = told.partition(", expected ")
    return found, expected, near.removesuffix("?")


def _syntax(message: str, text: str, file: str) -> Fault:
    """``Invalid value (at line 3, column 7)``, or ``(at end of document)``."""
    what, _, place = message.rpartition(" (at ")
    numbers = [int(word) for word in place.strip(")").replace(",", "").split() if word.isdecimal()]
    line, column = numbers if len(numbers) == 2 else (max(1, len(text.splitlines())), 0)
    where = f" in column {column}" if column else " at the end of the file"
    return Fault(file, line, "", f"not TOML: {what[:1].lower()}{what[1:]}{where}")
