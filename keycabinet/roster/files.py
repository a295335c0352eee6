"""The files of one import."""

from dataclasses import dataclass
from pathlib import Path

from keycabinet.config.faults import Fault, FaultsFound
from keycabinet.roster.table import CsvFile, Tell


@dataclass(frozen=True)
class Files:
    """What is None is not imported."""

    people: CsvFile | None = None
    rings: CsvFile | None = None
    rights: CsvFile | None = None

    @classmethod
    def read(cls, people: Path | None, rings: Path | None, rights: Path | None) -> "Files":
        """These files. Raises FaultsFound for all that cannot be read or are not UTF-8."""
        faults: list[Fault] = []
        read = [None if path is None else _read(path, faults.append) for path in (people, rings, rights)]
        if faults:
            raise FaultsFound(faults)
        return cls(*read)


def _read(path: Path, tell: Tell) -> CsvFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        tell(Fault(str(path), 0, "", f"cannot be read: {error.strerror}"))
        content = b""
    return CsvFile.decoded(str(path), content, tell)
