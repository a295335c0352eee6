"""Connections to the file: one that writes, and as many read-only ones as there are callers.

The file is never opened other than through SQLite: closing any other descriptor of it drops SQLite's POSIX locks.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from keycabinet.errors import StoreError
from keycabinet.store.schema import REVISION

BUSY_TIMEOUT_MS = 5000

WRITER_PRAGMAS: Mapping[str, str | int] = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: with NORMAL, 99 of 100 power cuts lost commits
    "foreign_keys": 1,
    "trusted_schema": 0,
    "secure_delete": 1,  # a blanked name is overwritten, not only forgotten
}
READER_PRAGMAS: Mapping[str, str | int] = {"busy_timeout": BUSY_TIMEOUT_MS, "query_only": 1, "trusted_schema": 0}
READER_FINDS: Mapping[str, str | int] = {**READER_PRAGMAS, "journal_mode": "wal"}
"""A reader cannot choose the journal, but beside a live writer only WAL lets it read."""


def open_writer(path: Path) -> Connection:
    """The connection that writes; every transaction is BEGIN IMMEDIATE. Raises StoreError as ``require_*`` do."""
    raw = connect(path, "rw", WRITER_PRAGMAS)
    return _checked(raw, path, WRITER_PRAGMAS, "BEGIN IMMEDIATE")


def open_reader(path: Path) -> Connection:
    """A connection that cannot write, for one caller at a time on any thread. Raises StoreError as ``require_*`` do."""
    raw = connect(path, "ro", READER_PRAGMAS)
    return _checked(raw, path, READER_FINDS, "BEGIN")


def connect(path: Path, mode: str, pragmas: Mapping[str, str | int]) -> sqlite3.Connection:
    """A bare connection to an existing file, in SQLite's ``mode``, with these pragmas set. Raises StoreError."""
    if not path.exists():
        raise StoreError(f"there is no store at {path}; `keycabinet init` makes one")
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    raw = None
    try:
        raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        for name, value in pragmas.items():
            raw.execute(f"PRAGMA {name} = {value}").close()
    except sqlite3.Error as error:
        if raw is not None:
            raw.close()
        raise StoreError(f"the store {path} cannot be opened: {error}") from error
    return raw


def require_pragmas(raw: sqlite3.Connection, expected: Mapping[str, str | int]) -> None:
    """Read each pragma back. Raises StoreError that names the first one that is not as expected."""
    for name, value in expected.items():
        row = raw.execute(f"PRAGMA {name}").fetchone()
        found = row[0] if row else None
        if found != value:
            raise StoreError(f"pragma {name} of the store is {found!r}, expected {value!r}")


def require_revision(raw: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError that says what to do, unless the file has the schema of this code."""
    try:
        row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is not a store of keycabinet ({error}); `keycabinet init` makes a new one") from error
    found = row[0] if row else None
    if found != REVISION:
        raise StoreError(
            f"the store {path} has schema revision {found}, this program needs {REVISION}; "
            "stop the core and run `keycabinet upgrade` (an older program cannot open a newer store)"
        )


def empty_log(connection: Connection) -> bool:
    """Bring everything from the log into the file and empty the log, without waiting for anybody; whether it is done.

    Outside of a transaction only, so on the bare connection: SQLAlchemy would begin one.
    """
    raw = connection.connection.driver_connection
    if raw is None:
        return False
    try:
        raw.execute("PRAGMA busy_timeout = 0").close()
        (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False  # what was committed is committed; a file that fails says so at the next change
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").close()
    return not busy


def wrapped(raw: sqlite3.Connection, begin: str) -> Connection:
    """The same connection for SQLAlchemy, whose transactions start with ``begin``; closing it closes ``raw``."""
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=NullPool, hide_parameters=True)

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", start)
    return engine.connect()


def told(error: Exception) -> str:
    """What the database said, without the statement around it; of any other fault, its message."""
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


def _checked(raw: sqlite3.Connection, path: Path, expected: Mapping[str, str | int], begin: str) -> Connection:
    try:
        require_revision(raw, path)
        require_pragmas(raw, expected)
    except BaseException:
        raw.close()
        raise
    return wrapped(raw, begin)
