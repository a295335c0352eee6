"""The form of evidence: every row as it was hashed, one JSON object a line, behind a header."""

import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import BinaryIO

from keycabinet.evidence.form import GENESIS, Head, Row, Unreadable, canonical, line_of, mistyped
from keycabinet.evidence.sources import FORMAT, VERSION, header_hash, rows_of, snapshot

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: ``visibilities`` counts the rows of each."""

    head: Head
    visibilities: Counter[str]


def export(store: Path, to: Path, cabinet: str, at: datetime, *, force: bool = False) -> Exported:
    """Write one state of this store to a file, or to ``-``. Raises Unreadable, or OSError: then nothing is there."""
    with snapshot(store) as connection, _published(to, force=force) as file:
        head = _head(connection)
        header: dict[str, str | int] = {
            "format": FORMAT,
            "version": VERSION,
            "cabinet": cabinet,
            "store": _store_id(connection),
            "head_seq": head.seq,
            "head_hash": head.hash,
            "exported_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        file.write(f"{canonical({**header, 'hash': header_hash(header)})}\n".encode())
        return Exported(head, _write(connection, file))


def _write(connection: Connection, file: BinaryIO) -> Counter[str]:
    """Write every row as it is found, true or not; the chain would not survive that one is left out."""
    seen = Counter[str]()
    for row in rows_of(connection):
        file.write(_line(row))
        seen[row.visibility] += 1
    return seen


def _line(row: Row) -> bytes:
    wrong = mistyped(row)
    try:
        if wrong is None:
            return f"{line_of(row)}\n".encode()
    except UnicodeEncodeError:
        wrong = "text that is not UTF-8"
    raise Unreadable(
        f"row {row.seq} cannot be exported ({wrong}): the evidence is the store's file itself, and its -wal"
    )


def _head(connection: Connection) -> Head:
    found = connection.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(0, GENESIS) if found is None else Head(*found)


def _store_id(connection: Connection) -> str:
    found = connection.execute("SELECT value FROM meta WHERE key = 'store_id'").fetchone()
    return "" if found is None else str(found[0])


@contextmanager
def _published(to: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole and on the disk, readable by its owner alone."""
    if to == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    _refuse_to_overwrite(to, force=force)
    unfinished = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _refuse_to_overwrite(to, force=force)
        unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(to.parent)


def _refuse_to_overwrite(to: Path, *, force: bool) -> None:
    if to.exists() and not to.is_file():
        raise FileExistsError(f"{to} is not a file, and is not replaced by one; for standard output say -")
    if to.exists() and not force:
        raise FileExistsError(
            f"{to} exists already, and evidence is not overwritten: name another file, or say --force"
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
