"""The ledger's own statements: append, head, and rows by what is asked of them."""

from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select

from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.entries import AlarmRaised, Entry, Visibility
from keycabinet.domain.moment import utc_from
from keycabinet.store.canonical import entry_from
from keycabinet.store.rows import GENESIS, Row, people_in, row_from
from keycabinet.store.schema import IS_SEALED, appearances, ledger

_append = insert(ledger)
_appear = insert(appearances)
_head = select(ledger.c.seq, ledger.c.hash, ledger.c.at).order_by(ledger.c.seq.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Head:
    """The last row: its number, its hash, and when it was written (None in an empty ledger)."""

    seq: int = 0
    hash: str = GENESIS
    at: datetime | None = None


def append(connection: Connection, entries: Iterable[Entry], rows: list[dict[str, Any]]) -> None:
    """Write these entries as these rows; the file's own triggers refuse a gap and a broken link."""
    if not rows:
        return
    connection.execute(_append, rows)
    named = [
        {"person": person, "seq": row["seq"]}
        for entry, row in zip(entries, rows, strict=True)
        for person in people_in(entry)
    ]
    if named:
        connection.execute(_appear, named)


def head(connection: Connection) -> Head:
    """The last row that this connection sees."""
    found = connection.execute(_head).first()
    return Head() if found is None else Head(found.seq, found.hash, utc_from(found.at))


def rows_from(connection: Connection, from_seq: int, limit: int, seen: Collection[Visibility]) -> tuple[Row, ...]:
    """At most ``limit`` rows of these visibilities, from row ``from_seq`` on, oldest first."""
    query = select(ledger).where(ledger.c.seq >= from_seq, _visible(seen)).order_by(ledger.c.seq).limit(limit)
    return tuple(map(_row, connection.execute(query).mappings()))


def latest(
    connection: Connection, about: ColumnElement[bool], before_seq: int | None, limit: int, seen: Collection[Visibility]
) -> tuple[Row, ...]:
    """At most ``limit`` rows that fit, older than row ``before_seq``, newest first."""
    query = select(ledger).where(about, _visible(seen)).order_by(ledger.c.seq.desc()).limit(limit)
    if before_seq is not None:
        query = query.where(ledger.c.seq < before_seq)
    return tuple(map(_row, connection.execute(query).mappings()))


def backwards(connection: Connection, before_seq: int, seen: Collection[Visibility]) -> Generator[Row, None, None]:
    """The rows of these visibilities before row ``before_seq``, newest first; sealed ones alone by their index."""
    with connection.execute(
        select(ledger).where(ledger.c.seq < before_seq, _visible(seen)).order_by(ledger.c.seq.desc())
    ) as found:
        yield from map(_row, found.mappings())


def raising(connection: Connection, alarms: Collection[AlarmKey]) -> dict[AlarmKey, int]:
    """The rows that raised these alarms last."""
    found: dict[AlarmKey, int] = {}
    query = select(ledger.c.seq, ledger.c.body).where(ledger.c.type == AlarmRaised.type).order_by(ledger.c.seq.desc())
    with connection.execute(query) as rows:
        while len(found) < len(alarms) and (row := rows.fetchone()) is not None:
            raised = entry_from(AlarmRaised.type, row.body)
            if isinstance(raised, AlarmRaised) and (key := (raised.kind, raised.subject)) in alarms:
                found.setdefault(key, row.seq)
    return found


def about_ring(ring: str) -> ColumnElement[bool]:
    """Rows whose subject is this ring."""
    return ledger.c.subject == f"ring:{ring}"


def about_person(person: str) -> ColumnElement[bool]:
    """Rows that name this person, in whatever part."""
    return ledger.c.seq.in_(select(appearances.c.seq).where(appearances.c.person == person))


def _visible(seen: Collection[Visibility]) -> ColumnElement[bool]:
    if set(seen) == {Visibility.SEALED}:
        return IS_SEALED
    return ledger.c.visibility.in_(sorted(each.value for each in seen))


def _row(columns: Mapping[Any, Any]) -> Row:
    return row_from(columns)
