"""rights.csv: which group of people may take which group of rings."""

from typing import Final

from keycabinet.domain.directory import Right
from keycabinet.roster import cells
from keycabinet.roster.table import CsvFile, Row, Tell, rows_of

COLUMNS: Final = ("people_group", "ring_group")


def rights_in(file: CsvFile, tell: Tell) -> list[tuple[Row, Right]]:
    """Every right in the file; one that is written twice is one."""
    found = []
    for row in rows_of(file, COLUMNS, tell):
        people, rings = (cells.check_group(row, column, row.cells[column], tell) for column in COLUMNS)
        found.append((row, Right(people, rings)))
    return found
