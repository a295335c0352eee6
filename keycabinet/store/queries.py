"""Questions to the store, beside the writer: read-only, as many readers as there are callers."""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, Connection, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from keycabinet.credentials import FLOOR, Params
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Visibility
from keycabinet.domain.moment import utc_from
from keycabinet.errors import StoreError
from keycabinet.store import ledger
from keycabinet.store.books import load_books
from keycabinet.store.canonical import entry_from
from keycabinet.store.directory import load_directory, people_without_pin
from keycabinet.store.engine import open_reader, told
from keycabinet.store.ledger import Head
from keycabinet.store.rows import Row
from keycabinet.store.schema import HASH_COST, cursors, meta
from keycabinet.store.schema import ledger as ledger_table

EVERYTHING = frozenset(Visibility)
_bodies = select(ledger_table.c.type, ledger_table.c.at, ledger_table.c.body).order_by(ledger_table.c.seq)
_meta = select(meta.c.value).where(meta.c.key == bindparam("wanted"))


class Reader:
    """One read-only connection, for one caller at a time on any thread; raises StoreError when it cannot read.

    Each method sees one state of the store; inside ``snapshot`` all of them see the same one. Keep it short: the
    writer cannot shrink its log while a reader looks at an old state.
    """

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """A reader of this file. Raises StoreError as ``Store.open`` does."""
        return cls(path, open_reader(path))

    def close(self) -> None:
        """Let go of the file; may be called again."""
        self._connection.close()

    def __enter__(self) -> Self:
        """The reader itself; closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything that is asked inside is answered from one state of the store."""
        with self._reading():
            yield

    def head(self) -> Head:
        """The last row."""
        with self._reading() as connection:
            return ledger.head(connection)

    def rows(self, from_seq: int, limit: int, seen: Collection[Visibility]) -> tuple[Row, ...]:
        """At most ``limit`` rows of these visibilities, from row ``from_seq`` on, oldest first."""
        with self._reading() as connection:
            return ledger.rows_from(connection, from_seq, limit, seen)

    def last_before(
        self, seq: int, seen: Collection[Visibility], fits: Callable[[Row], bool] = lambda _: True
    ) -> int | None:
        """The number of the newest row before row ``seq`` that has one of these visibilities and fits; None: none."""
        with self._reading() as connection, closing(ledger.backwards(connection, seq, seen)) as rows:
            return next((row.seq for row in rows if fits(row)), None)

    def history_of_ring(
        self, ring: str, limit: int, seen: Collection[Visibility], before_seq: int | None = None
    ) -> tuple[Row, ...]:
        """At most ``limit`` rows about a ring, newest first; for the next page, those before row ``before_seq``."""
        return self._history(ledger.about_ring(ring), limit, seen, before_seq)

    def history_of_person(
        self, person: str, limit: int, seen: Collection[Visibility], before_seq: int | None = None
    ) -> tuple[Row, ...]:
        """At most ``limit`` rows that name a person, in whatever part; pages as for a ring."""
        return self._history(ledger.about_person(person), limit, seen, before_seq)

    def books(self) -> Books:
        """The books as they are stored."""
        with self._reading() as connection:
            return load_books(connection)

    def rebuild(self) -> Books:
        """The books as the whole ledger tells them. Raises StoreError at a row that this program does not know."""
        books = Books()
        with self._reading() as connection:
            for row in connection.execute(_bodies):
                books = books.fold((entry_from(row.type, row.body),), utc_from(row.at))
        return books

    def directory(self) -> Directory:
        """Everybody and everything that is enrolled."""
        with self._reading() as connection:
            return load_directory(connection)

    def without_pin(self) -> tuple[str, ...]:
        """The ids of those who have a user code and were never given a PIN."""
        with self._reading() as connection:
            return people_without_pin(connection)

    def cursors(self) -> dict[str, int]:
        """How far each reader of the ledger has come."""
        with self._reading() as connection:
            return {row.name: row.seq for row in connection.execute(select(cursors))}

    def hash_cost(self) -> Params:
        """What the hash of a new PIN costs, as it was found when the store was made."""
        noted = self.meta(HASH_COST)
        return FLOOR if noted is None else Params.parse(noted)

    def meta(self, key: str) -> str | None:
        """What was noted under this key when the store was made."""
        with self._reading() as connection:
            return connection.execute(_meta, {"wanted": key}).scalar()

    def _history(
        self, about: ColumnElement[bool], limit: int, seen: Collection[Visibility], before_seq: int | None
    ) -> tuple[Row, ...]:
        with self._reading() as connection:
            return ledger.latest(connection, about, before_seq, limit, seen)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            if self._connection.in_transaction():
                yield self._connection
            else:
                with self._connection.begin():
                    yield self._connection
        except (SQLAlchemyError, ValueError) as error:
            raise StoreError(f"the store {self._path} cannot be read: {told(error)}") from error
