"""The one writer: what the core knows for good is what ``commit`` has returned for."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import SQLAlchemyError

from keycabinet.credentials import FLOOR, Credential, Params
from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.domain.guard import Guard
from keycabinet.domain.moment import Moment
from keycabinet.errors import StoreError
from keycabinet.store import ledger
from keycabinet.store.attempts import load_guard, write_guard
from keycabinet.store.books import load_books, write_books
from keycabinet.store.bounds import write_bounds
from keycabinet.store.change import Change
from keycabinet.store.directory import (
    load_credential,
    load_directory,
    remove_rings,
    write_chosen,
    write_credentials,
    write_people,
    write_rights,
    write_rings,
)
from keycabinet.store.engine import WRITER_PRAGMAS, connect, empty_log, open_writer, told
from keycabinet.store.ledger import Head
from keycabinet.store.rows import Row, Stamp, chained, row_from
from keycabinet.store.schema import HASH_COST, cursors, meta

_cursor = select(cursors.c.seq).where(cursors.c.name == bindparam("cursor"))
_put_cursor = insert(cursors).prefix_with("OR REPLACE")
_put_meta = insert(meta).prefix_with("OR REPLACE")
_meta = select(meta.c.value).where(meta.c.key == bindparam("wanted"))


class Store:
    """The store, open for writing. For one thread at a time; every method raises StoreError when the file fails it."""

    def __init__(self, path: Path, boot_id: str) -> None:
        self._path = path
        self._boot_id = boot_id
        self._closed = False
        self._connection: Connection | None = None
        self._erasing = False
        self._head = Head()
        self._books = Books()
        self._doubtful: tuple[Head, Books] | None = None
        """Where the file ends, and its books, if the change that failed last is in it after all."""
        self._guard = Guard()

    @classmethod
    def open(cls, path: Path, boot_id: str) -> Self:
        """The store in this file. ``boot_id`` says which boot the elapsed time of later moments is counted from.

        Raises StoreError if there is no file, if its schema is not this program's, or if a pragma does not hold.
        """
        store = cls(path, boot_id)
        store._connection = open_writer(path)
        try:
            with store._transaction() as connection:
                store._head = ledger.head(connection)
                store._books = load_books(connection)
                store._guard = load_guard(connection)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the file for good; may be called again."""
        self._closed = True
        self._drop()

    def __enter__(self) -> Self:
        """The store itself; closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @property
    def head(self) -> Head:
        """The last row, from memory."""
        return self._head

    def commit(self, change: Change, moment: Moment, *, clock_synced: bool = False) -> tuple[Row, ...]:
        """Make a change durable and return its rows.

        Raises StoreError, and then nothing of it counts as written: whether it was, ``recover`` finds out.
        """
        if change.is_empty:
            return ()
        if change.before is not self._books and change.before != self._books:
            raise StoreError("a change starts from other books than the store holds")
        stamp = Stamp(moment, self._boot_id, clock_synced)
        with self._transaction() as connection:
            columns = chained(change.entries, self._head.seq, self._head.hash, stamp)
            rows = tuple(map(row_from, columns))
            head = Head(rows[-1].seq, rows[-1].hash, rows[-1].at) if rows else self._head
            self._doubtful = head, change.after
            self._write(connection, change, columns)
        self._head, self._books, self._doubtful = head, change.after, None
        self._guard = change.guard or self._guard
        self._erase(also=change.erases)
        return rows

    def recover(self) -> bool:
        """Trust the file again after a failure; whether the change that failed last is in it after all.

        A COMMIT whose sync failed may have been written, and the page cache may say so without the disk: only what a
        checkpoint has brought into the main file, and synced there, counts. Raises StoreError while that fails, or for
        good if the file ends with anything but this change or the one before it.
        """
        self._drop()
        self._checkpoint()
        with self._bare(open_writer(self._path)) as connection, connection.begin():
            found, doubtful = ledger.head(connection), self._doubtful
            written = doubtful is not None and found == doubtful[0] != self._head
            if not written:
                self._require_same(found)
            guard = load_guard(connection)  # a change without a row cannot be told from none: the file knows
            connection.execute(_put_meta, {"key": "recovered", "value": str(found.seq)})  # the proof: it writes again
        if written and doubtful is not None:
            self._head, self._books = doubtful
        self._guard, self._doubtful = guard, None
        return written

    def books(self) -> Books:
        """The books as they are stored."""
        with self._transaction() as connection:
            return load_books(connection)

    @property
    def guard(self) -> Guard:
        """The counters of wrong PINs as they are stored."""
        return self._guard

    def directory(self) -> Directory:
        """Everybody and everything that is enrolled."""
        with self._transaction() as connection:
            return load_directory(connection)

    def credential(self, code: str) -> Credential | None:
        """The credential of whoever has this user code, an absent one if they were given none; None: nobody's code."""
        with self._transaction() as connection:
            return load_credential(connection, code)

    def newest_at(self) -> datetime | None:
        """When the last row was written; None in an empty ledger."""
        return self._head.at

    def cursor(self, name: str) -> int:
        """How far this reader of the ledger has come: the last row it is done with, 0 at first."""
        with self._transaction() as connection:
            return connection.execute(_cursor, {"cursor": name}).scalar() or 0

    def move_cursor(self, name: str, seq: int) -> None:
        """Note that this reader is done with row ``seq``. Raises StoreError for a step back or beyond the last row."""
        with self._transaction() as connection:
            now = connection.execute(_cursor, {"cursor": name}).scalar() or 0
            if not now <= seq <= self._head.seq:
                raise StoreError(f"cursor {name} at {now} cannot move to {seq}: the last row is {self._head.seq}")
            if seq != now:
                connection.execute(_put_cursor, {"name": name, "seq": seq})

    def cursors(self) -> dict[str, int]:
        """How far each reader of the ledger, and each consumer beyond it, has come."""
        with self._transaction() as connection:
            return {row.name: row.seq for row in connection.execute(select(cursors))}

    def set_cursors(self, wanted: Mapping[str, int]) -> None:
        """Note how far these have come, be it less far than before."""
        with self._transaction() as connection:
            connection.execute(_put_cursor, [{"name": name, "seq": seq} for name, seq in wanted.items()])

    def raised(self) -> dict[AlarmKey, int]:
        """The alarms that stand, and the rows that raised them."""
        with self._transaction() as connection:
            return ledger.raising(connection, self._books.alarms)

    def hash_cost(self) -> Params:
        """What the hash of a new PIN costs, as it was found when the store was made."""
        noted = self.meta(HASH_COST)
        return FLOOR if noted is None else Params.parse(noted)

    def meta(self, key: str) -> str | None:
        """What was noted when the store was made, under ``store_id``, ``created_at`` or ``demo`` (``0`` or ``1``)."""
        with self._transaction() as connection:
            return connection.execute(_meta, {"wanted": key}).scalar()

    def _write(self, connection: Connection, change: Change, columns: list[dict[str, Any]]) -> None:
        ledger.append(connection, change.entries, columns)
        write_people(connection, change.people)
        write_rings(connection, change.rings)
        remove_rings(connection, change.retired)
        if change.rights is not None:
            write_rights(connection, change.rights)
        if change.bounds is not None:
            write_bounds(connection, change.bounds)
        write_credentials(connection, change.credentials)
        write_chosen(connection, change.chosen)
        if change.guard is not None:
            write_guard(connection, self._guard, change.guard)
        write_books(connection, change.before, change.after)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction, on a handle that has never failed: what a failed one holds in memory cannot be trusted."""
        try:
            connection = self._connected()
            with connection.begin():
                yield connection
        except SQLAlchemyError as error:
            self._drop()  # a COMMIT that was refused leaves its transaction open, and SQLAlchemy does not know
            raise StoreError(f"the store {self._path} failed: {told(error)}") from error
        except (ValueError, TypeError, ArithmeticError) as error:
            raise StoreError(f"the store {self._path} refused a value: {error}") from error

    def _erase(self, *, also: bool) -> None:
        """Empty SQLite's own log, which holds what was overwritten; where somebody reads, after the next commit."""
        self._erasing = self._erasing or also
        if self._erasing and self._connection is not None:
            self._erasing = not empty_log(self._connection)

    def _connected(self) -> Connection:
        if self._closed:
            raise StoreError(f"the store {self._path} is closed")
        if self._connection is None:
            self._connection = self._reconnected()
        return self._connection

    def _reconnected(self) -> Connection:
        """A new handle, if the file ends where this store thinks: what seemed to fail may have been written."""
        connection = open_writer(self._path)
        try:
            with connection.begin():
                self._require_same(ledger.head(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def _checkpoint(self) -> None:
        raw = connect(self._path, "rw", WRITER_PRAGMAS)
        try:
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"the store {self._path} cannot be synced: {error}") from error
        finally:
            raw.close()
        if busy:
            raise StoreError(f"the store {self._path} cannot be synced: somebody reads it")

    @contextmanager
    def _bare(self, connection: Connection) -> Iterator[Connection]:
        try:
            yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"the store {self._path} failed: {told(error)}") from error
        finally:
            connection.close()

    def _require_same(self, found: Head) -> None:
        if found != self._head:
            ends = f"the store {self._path} ends with row {found.seq} ({found.hash[:8]})"
            raise StoreError(f"{ends}, but row {self._head.seq} was the last to succeed: restart the core")

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
