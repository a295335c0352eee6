"""What a receiver has stored: rows of cabinets, and up to which row nothing is missing. One SQLite file of its own.

Nothing here is a store of a cabinet: it may be lost, and then the cabinets repeat everything.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from keycabinet.domain.moment import utc_from, utc_text
from keycabinet.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    cabinet TEXT NOT NULL, sealed INTEGER NOT NULL, sequence INTEGER NOT NULL, previous INTEGER NOT NULL,
    id TEXT NOT NULL, payload BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (cabinet, sealed, sequence)
) STRICT;
CREATE INDEX IF NOT EXISTS rows_to_do ON rows (cabinet, sealed, sequence) WHERE done = 0;
CREATE TABLE IF NOT EXISTS marks (
    cabinet TEXT NOT NULL, sealed INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (cabinet, sealed)
) STRICT;
CREATE TABLE IF NOT EXISTS said (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL) STRICT;
"""
_NEXT = """
SELECT sequence, previous FROM rows WHERE cabinet = ? AND sealed = ? AND sequence > ? ORDER BY sequence LIMIT 1
"""
_TO_DO = """
SELECT rows.cabinet, rows.sealed, rows.sequence, rows.payload FROM rows NATURAL JOIN
    (SELECT cabinet, sealed, sequence AS mark FROM marks)
WHERE done = 0 AND sequence <= mark ORDER BY cabinet, sequence LIMIT ?
"""
KEPT = 1000
"""Rows of a topic that stay on the shelf after they were dealt with, to tell a repeat from a row of another ledger."""
MOST_AHEAD = 10_000
"""Rows of a topic that are kept while one before them is missing."""


@dataclass(frozen=True, slots=True)
class Place:
    """The events of one cabinet, or its sealed ones."""

    cabinet: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One row on its way to the shelf; ``previous`` is 0 for the first of its place."""

    place: Place
    sequence: int
    previous: int
    id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """A row that was stored and nobody has dealt with."""

    place: Place
    sequence: int
    payload: bytes


class Shelf:
    """The file, for one thread; every method raises StoreError when the file fails it. Write within a ``batch``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks: dict[Place, int] = {}
        self._ahead: dict[Place, int] = {}

    def __enter__(self) -> Self:
        """Open the file, or make it."""
        with self._failing():
            self._file = sqlite3.connect(self._path, timeout=1.0, isolation_level=None)
            self._file.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _SCHEMA)
            self._path.chmod(0o600)
            self._load()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What is put or done inside is durable at the end of the block, all of it; if the block fails, none is."""
        with self._failing():
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            except BaseException:
                self._file.rollback()
                self._load()
                raise

    def mark(self, place: Place) -> int:
        """The last row that is stored with no row missing before it; 0: none."""
        return self._marks.get(place, 0)

    def id_of(self, place: Place, sequence: int) -> str | None:
        """The id of a row; None if it is not here, or no more."""
        with self._failing():
            found = self._file.execute(
                "SELECT id FROM rows WHERE cabinet = ? AND sealed = ? AND sequence = ?", (*_key(place), sequence)
            ).fetchone()
        return found and str(found[0])

    def put(self, item: Item) -> bool:
        """Keep a row that is beyond the mark, and move the mark as far as nothing is missing. False: no room for it."""
        place, mark = item.place, self.mark(item.place)
        is_next = item.previous <= mark
        if not is_next and self._ahead.get(place, 0) >= MOST_AHEAD:
            return False
        values = (*_key(place), item.sequence, item.previous, item.id, item.payload)
        self._file.execute(
            "INSERT INTO rows (cabinet, sealed, sequence, previous, id, payload) VALUES (?, ?, ?, ?, ?, ?)", values
        )
        self._ahead[place] = self._ahead.get(place, 0) + 1
        if is_next:
            self._advance(place)
        return True

    def due(self, most: int) -> list[Due]:
        """Rows up to the marks that nobody has dealt with, a cabinet's in order."""
        with self._failing():
            found = self._file.execute(_TO_DO, (most,)).fetchall()
        return [Due(Place(cabinet, bool(sealed)), seq, payload) for cabinet, sealed, seq, payload in found]

    def done(self, place: Place, sequence: int) -> None:
        """The row was dealt with; rows long before it are thrown away."""
        self._file.execute(
            "UPDATE rows SET done = 1 WHERE cabinet = ? AND sealed = ? AND sequence = ?", (*_key(place), sequence)
        )
        self._file.execute(
            "DELETE FROM rows WHERE cabinet = ? AND sealed = ? AND sequence <= ? AND done = 1",
            (*_key(place), sequence - KEPT),
        )

    def instant(self, now: datetime) -> str:
        """Now, but later than every instant that was given out before, on this shelf, whatever the clock did."""
        with self.batch():
            last = self._file.execute("SELECT at FROM said").fetchone()
            at = now if last is None else max(now, utc_from(last[0]) + timedelta(microseconds=1))
            self._file.execute("INSERT OR REPLACE INTO said VALUES (1, ?)", (utc_text(at),))
        return utc_text(at)

    def _advance(self, place: Place) -> None:
        mark = before = self.mark(place)
        while (found := self._file.execute(_NEXT, (*_key(place), mark)).fetchone()) and found[1] <= mark:
            mark = found[0]
            self._ahead[place] -= 1
        if mark != before:
            self._marks[place] = mark
            self._file.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", (*_key(place), mark))

    def _load(self) -> None:
        marks = self._file.execute("SELECT cabinet, sealed, sequence FROM marks").fetchall()
        self._marks = {Place(cabinet, bool(sealed)): sequence for cabinet, sealed, sequence in marks}
        ahead = self._file.execute(
            "SELECT rows.cabinet, rows.sealed, count(*) FROM rows LEFT JOIN marks USING (cabinet, sealed) "
            "WHERE rows.sequence > coalesce(marks.sequence, 0) GROUP BY 1, 2"
        ).fetchall()
        self._ahead = {Place(cabinet, bool(sealed)): many for cabinet, sealed, many in ahead}

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the receiver's file {self._path} failed: {error}") from error


def _key(place: Place) -> tuple[str, int]:
    return place.cabinet, int(place.sealed)
