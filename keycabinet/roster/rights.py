"""rights.csv: which group of people may take which group of rings, and by which schedule."""

from typing import Final

from keycabinet.domain.directory import ALWAYS, Right
from keycabinet.roster import cells
from keycabinet.roster.table import CsvFile, Row, Tell, filled, rows_of

COLUMNS: Final = ("people_group", "ring_group")
OPTIONAL: Final = ("schedule",)


def rights_in(file: CsvFile, tell: Tell) -> list[tuple[Row, Right]]:
    """Every right in the file; one that is written twice is one. Without a schedule it holds always."""
    found = []
    for row in filled(rows_of(file, COLUMNS, tell, OPTIONAL), OPTIONAL):
        people, rings = (cells.check_group(row, column, row.cells[column], tell) for column in COLUMNS)
        found.append((row, Right(people, rings, row.cells["schedule"] or ALWAYS)))
    return found


def right_cells(right: Right) -> dict[str, str]:
    """The cells that are read as this right."""
    return {"people_group": right.people, "ring_group": right.rings, "schedule": right.schedule}
