"""Making a store, and bringing an older one up to date: with the core down, by the command line."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert
from sqlalchemy.exc import SQLAlchemyError

from keycabinet.credentials import FLOOR, Params
from keycabinet.domain.moment import utc_text
from keycabinet.errors import StoreError
from keycabinet.store.engine import WRITER_PRAGMAS, connect, require_pragmas, told, wrapped
from keycabinet.store.schema import HASH_COST, meta


def create(path: Path, *, demo: bool, at: datetime, cost: Params = FLOOR) -> None:
    """Make an empty store with mode 0600, stamped demo or not, whose PINs are hashed at this cost.

    Raises StoreError; an existing file is never touched.
    """
    notes = {
        "store_id": secrets.token_hex(16), "created_at": utc_text(at), "demo": str(int(demo)), HASH_COST: str(cost)
    }  # fmt: skip
    _create_file(path)
    try:
        with _transaction(path) as connection:
            _migrate(connection)
            connection.execute(insert(meta), [{"key": key, "value": value} for key, value in notes.items()])
    except BaseException:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise


def upgrade(path: Path) -> None:
    """Bring an older store to the schema of this program in one transaction. Back it up first. Raises StoreError."""
    with _transaction(path) as connection:
        _migrate(connection)


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings for the migrations in this package."""
    settings = Config()
    settings.set_main_option("script_location", "keycabinet.store:migrations")
    settings.attributes["connection"] = connection
    return settings


def _migrate(connection: Connection) -> None:
    command.upgrade(config(connection), "head")


def _create_file(path: Path) -> None:
    """Before SQLite would, because it would let others read. The file is new, so no lock of SQLite's hangs on it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise StoreError(f"a store cannot be made at {path}: {error.strerror}") from error


@contextmanager
def _transaction(path: Path) -> Iterator[Connection]:
    raw = connect(path, "rw", WRITER_PRAGMAS)
    with wrapped(raw, "BEGIN IMMEDIATE") as connection:
        try:
            require_pragmas(raw, WRITER_PRAGMAS)
            with connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"the schema of {path} was not changed: {told(error)}") from error
