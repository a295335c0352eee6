"""One person or ring, as a table of one row: what holds for an import holds for a change of one cell (R56)."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO

from keycabinet.config.faults import FaultsFound
from keycabinet.roster.table import CsvFile


def one_row(name: str, cells: Mapping[str, str]) -> CsvFile:
    """A file with these columns and this one row."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(cells.keys())
    writer.writerow(cells.values())
    return CsvFile(name, text.getvalue())


def in_words(error: FaultsFound) -> str:
    """What is wrong, without file and line: there is only one row."""
    return "; ".join(str(replace(fault, file="", line=0)) for fault in error.faults)
