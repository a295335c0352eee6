"""The files of one import."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from keycabinet.config.faults import Fault, FaultsFound
from keycabinet.roster.table import CsvFile, Tell


@dataclass(frozen=True)
class Files:
    """What is None is not imported."""

    people: CsvFile | None = None
    rings: CsvFile | None = None
    rights: CsvFile | None = None
    schedules: CsvFile | None = None
    holidays: CsvFile | None = None
    limits: CsvFile | None = None
    pairs: CsvFile | None = None

    @classmethod
    def read(cls, paths: Mapping[str, Path | None]) -> "Files":
        """These files, by the names above. Raises FaultsFound for all that cannot be read or are not UTF-8."""
        faults: list[Fault] = []
        read = {name: None if path is None else _read(path, faults.append) for name, path in paths.items()}
        if faults:
            raise FaultsFound(faults)
        return cls(**read)


TABLES: Final = tuple(each.name for each in fields(Files))
"""Each in a file of that name: ``people.csv``, ``rings.csv``, ..."""


def files_of(folder: Path) -> dict[str, Path]:
    """Those of the files that are in this folder."""
    return {name: path for name in TABLES if (path := folder / f"{name}.csv").exists()}


def _read(path: Path, tell: Tell) -> CsvFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        tell(Fault(str(path), 0, "", f"cannot be read: {error.strerror}"))
        content = b""
    return CsvFile.decoded(str(path), content, tell)
