"""Where rows are read from: the store itself, beside the core or without it, or an export."""

import hashlib
import json
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from keycabinet.evidence.chain import Found
from keycabinet.evidence.form import COLUMNS, Head, Row, Unreadable, canonical, line_of

FORMAT = "keycabinet-ledger"
VERSION = 1
LONGEST_LINE = 1 << 24
_decoder = json.JSONDecoder()

_HEADER = {
    "cabinet": str, "exported_at": str, "format": str, "hash": str, "head_hash": str, "head_seq": int, "store": str,
    "version": int,
}  # fmt: skip
_FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file leads to: SQLite's message may quote the damage, and then is no text."""
_ROWS = f"SELECT {', '.join(COLUMNS)} FROM ledger ORDER BY seq"  # noqa: S608 - names of columns
_PRAGMAS = "PRAGMA busy_timeout = 5000; PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1"
_IS_TABLE = "SELECT 1 FROM sqlite_schema WHERE lower(name) = 'ledger' AND type = 'table' AND rootpage > 0"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened. ``header`` is what an export says of itself, ``size`` how many rows to expect."""

    kind: str
    header: Mapping[str, str | int]
    claimed: Head | None
    size: int
    found: Iterator[Found]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The rows in this file, whatever it is. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
    if start == b"SQLite format 3\0":
        with snapshot(path) as connection:
            yield Source("store", {}, None, _count(connection), _stored(connection))
    else:
        with path.open("rb") as file:
            header = _header(file, path)
            head = Head(int(header["head_seq"]), str(header["head_hash"]))
            yield Source("export", header, head, head.seq, _exported(file))


@contextmanager
def snapshot(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection that sees one state of the store, its log included. Raises Unreadable."""
    path = path.resolve()
    _require_log(Path(f"{path}-wal"))
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
            connection.executescript(_PRAGMAS)
            connection.execute("BEGIN")
            _require_ledger(connection, path)
            yield connection
    except _FAILURES as error:
        raise Unreadable(f"{path} cannot be read: {error}{_advice(error, path)}") from error


def _require_ledger(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute(_IS_TABLE).fetchone() is None:
        raise Unreadable(f"{path} is not a store of keycabinet: it has no table called ledger")
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_xinfo(ledger)")}
    if columns != set(COLUMNS):
        raise Unreadable(f"{path}: the ledger has other columns than expected: {sorted(columns ^ set(COLUMNS))}")


def _advice(error: Exception, path: Path) -> str:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return ""
    return (
        f". While no core runs, a store is read only by who may write in {path.parent}: do this as the user of the "
        "core, or on a copy of the file together with the -wal beside it (not the file alone: it may lack rows), or "
        "on an export"
    )


def _require_log(log: Path) -> None:
    """Raises Unreadable if there are rows beside the file that SQLite would leave out without a word."""
    try:
        with log.open("rb") as file:
            head = file.read(33)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unreadable(f"{log} holds rows and cannot be read: {error.strerror}") from error
    if len(head) == 33 and not _is_log(head):
        raise Unreadable(f"{log} is damaged at its start: the rows in it would be left out")


def _is_log(head: bytes) -> bool:
    """Whether this is the start of a write-ahead log, by its checksum (https://sqlite.org/fileformat2.html#walformat)."""
    if head[:4] not in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"):
        return False
    words = struct.unpack(">6I" if head[3] & 1 else "<6I", head[:24])
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return (first, second) == struct.unpack(">2I", head[24:32])


def _count(connection: sqlite3.Connection) -> int:
    (last,) = connection.execute("SELECT max(seq) FROM ledger").fetchone()
    return last if type(last) is int else 0


def rows_of(connection: sqlite3.Connection) -> Iterator[Row]:
    """Every row of the table, as it is; a text that is not UTF-8 has surrogates in it."""
    done = 0
    try:
        for row in map(Row._make, connection.execute(_ROWS)):
            yield row
            done += 1
    except sqlite3.OperationalError:  # perhaps a text that is not UTF-8: a factory for all of them costs a tenth
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        yield from map(Row._make, connection.execute(f"{_ROWS} LIMIT -1 OFFSET {done}"))


def _stored(connection: sqlite3.Connection) -> Iterator[Found]:
    """Every row of the table, then what SQLite finds wrong with the table and the indexes through which it is asked."""
    try:
        for row in rows_of(connection):
            yield row, None
        for (told,) in connection.execute("PRAGMA integrity_check(ledger)"):
            if told != "ok":
                yield None, f"the file is damaged: {told}"
    except _FAILURES as error:
        yield None, f"the file cannot be read on: {error}"


def header_hash(header: Mapping[str, str | int]) -> str:
    """The hash of a header, by the rule for rows. It finds damage; who lies in a header can also hash it."""
    text = canonical({name: value for name, value in header.items() if name != "hash"})
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _header(file: BinaryIO, path: Path) -> dict[str, str | int]:
    line, told = _line(file)
    header = _object(line)
    if header.get("format") != FORMAT:
        raise Unreadable(f"{path} is neither a store nor an export of keycabinet")
    if header.get("version") != VERSION:
        raise Unreadable(f"{path} is an export of version {header.get('version')}, this program reads {VERSION}")
    if told or {name: type(value) for name, value in header.items()} != _HEADER or canonical(header) != line:
        raise Unreadable(f"{path}: the header is not in the documented form")
    if header["hash"] != header_hash(header):
        raise Unreadable(f"{path}: the header is damaged, its hash is not that of what it says")
    return header


def _exported(file: BinaryIO) -> Iterator[Found]:
    while True:
        line, told = _line(file)
        if not line and not told:
            return
        members = _object(line)
        if told or not members:
            yield None, told or "a line that is not a JSON object"
        else:
            row = Row._make(map(members.get, COLUMNS))  # ``verify`` looks at the types
            yield row, _miswritten(line, members, row)


def _miswritten(line: str, members: Mapping[str, str | int], row: Row) -> str | None:
    """How the line of a row differs from the one form that it may have."""
    try:
        if line_of(row) == line:
            return None
    except TypeError:  # a column has the wrong type: the chain tells which
        return None
    if unknown := members.keys() - set(COLUMNS):
        return f"it has a member that no row has: {sorted(unknown)[0][:80]!r}"
    return "its line is not in the canonical form (order, spaces, escapes, doubled members)"


def _line(file: BinaryIO) -> tuple[str, str | None]:
    """The next line without its end, and what is wrong with it."""
    raw = file.readline(LONGEST_LINE)
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError:
        return "", "a line that is not UTF-8"
    if raw and not raw.endswith(b"\n"):
        return line, "a line without an end: the file was cut off"
    return line[:-1], "an empty line" if raw == b"\n" else None


def _object(line: str) -> dict[str, str | int]:
    """The members of this line; none if it is anything but one object."""
    try:
        found, _ = _decoder.raw_decode(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
