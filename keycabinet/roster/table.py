"""A CSV file as rows that know their lines: UTF-8 with or without a mark, any line ends, quoted as spreadsheets do."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import StringIO

from keycabinet.config.faults import Fault, nearest, quoted

Tell = Callable[[Fault], None]
"""Takes a fault and goes on, so that all of them are found; what is read beside a fault is not used."""


@dataclass(frozen=True)
class CsvFile:
    """The text of a file, and its name for messages."""

    name: str
    text: str

    @classmethod
    def decoded(cls, name: str, content: bytes, tell: Tell) -> "CsvFile":
        """The file with this content, which has to be UTF-8."""
        try:
            return cls(name, content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            is_utf16 = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
            line = 1 + content.count(b"\n", 0, error.start)
            found = "saved as UTF-16" if is_utf16 else f"byte 0x{content[error.start]:02x} is not UTF-8"
            tell(Fault(name, line, "", found, 'a file in UTF-8 (spreadsheets call it "CSV UTF-8")'))
            return cls(name, "")


@dataclass(frozen=True)
class Row:
    """One line of a file: cells by column, without the spaces around them."""

    file: str
    line: int
    cells: Mapping[str, str]

    def fault(self, column: str, found: str, expected: str = "", near: str = "") -> Fault:
        """What is wrong with a cell."""
        return Fault(self.file, self.line, column, found, expected, near)


def rows_of(file: CsvFile, columns: tuple[str, ...], tell: Tell, optional: tuple[str, ...] = ()) -> list[Row]:
    """The rows under a first line that names exactly these columns, in any order; of ``optional`` ones some or none."""
    lines = list(_lines(file, tell))
    if not lines:
        tell(Fault(file.name, 0, "", "the file is empty", f"a first line with {','.join(columns)}"))
        return []
    (line, header), *rest = lines
    header = [name.strip() for name in header]
    if not _names(file.name, line, header, (columns, optional), tell):
        return []
    return [row for number, cells in rest if (row := _row(file.name, number, header, cells, tell)) is not None]


def filled(rows: Iterable[Row], columns: tuple[str, ...]) -> list[Row]:
    """The same rows; those of these columns that the file does not have are empty."""
    return [replace(row, cells={**dict.fromkeys(columns, ""), **row.cells}) for row in rows]


def unique(rows: Iterable[Row], column: str, normal: Callable[[str], str], tell: Tell) -> None:
    """Tell each cell of a column that says, in its normal form, what one above says."""
    first: dict[str, int] = {}
    for row in rows:
        written = row.cells[column]
        if written and (line := first.setdefault(normal(written), row.line)) != row.line:
            tell(row.fault(column, f"{quoted(written)} is in line {line} already", f"each {column} once"))


def _lines(file: CsvFile, tell: Tell) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(file.text.removeprefix("\ufeff"), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        expected = 'a comma or the end of the line after a closing quote, and "" for a quote inside quotes'
        tell(Fault(file.name, line, "", f"cannot be read from here on ({error})", expected))


def _names(file: str, line: int, header: list[str], known: tuple[tuple[str, ...], tuple[str, ...]], tell: Tell) -> bool:
    columns, optional = known
    if len(header) == 1 and ";" in header[0]:
        tell(Fault(file, line, "", "cells are separated by semicolons", "cells separated by commas"))
        return False
    missing = [column for column in columns if column not in header]
    unknown = [name for name in header if name not in columns + optional]
    twice = [name for name in columns + optional if header.count(name) > 1]
    spare = [name for name in missing + list(optional) if name not in header]
    for name in unknown:
        tell(Fault(file, line, name, "unknown column", f"only {', '.join(columns + optional)}", nearest(name, spare)))
    for name in missing:
        tell(Fault(file, line, name, "missing column", f"the columns {', '.join(columns)}"))
    for name in twice:
        tell(Fault(file, line, name, f"the column is there {header.count(name)} times", "each column once"))
    return not (missing or unknown or twice)


def _row(file: str, line: int, header: list[str], cells: list[str], tell: Tell) -> Row | None:
    if len(cells) != len(header):
        expected = f'{len(header)}; a cell with a comma in it is written in quotes, as "Lee, Ann"'
        tell(Fault(file, line, "", f"{len(cells)} cells", expected))
        return None
    return Row(file, line, dict(zip(header, map(str.strip, cells), strict=True)))
