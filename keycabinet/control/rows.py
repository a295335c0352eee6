"""Rows of the ledger for the wire, with the names that their ids stand for."""

import json
from collections.abc import Iterator
from typing import Any

from keycabinet.control.results import LedgerRow, Named
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Visibility
from keycabinet.domain.moment import utc_text
from keycabinet.store import Reader, Row

SERVED = frozenset({Visibility.OPEN, Visibility.COMMAND})
"""What this socket tells: sealed rows never."""

_IDS = ("ring", "subject", "person", "actor", "holder", "booked_holder", "returned_by")


def read_on(reader: Reader, from_seq: int, limit: int, head_seq: int) -> tuple[tuple[Row, ...], int]:
    """At most ``limit`` served rows from ``from_seq`` on, and the number from which to read next.

    ``head_seq`` was committed before: up to there, what is not among the rows is not served.
    """
    rows = reader.rows(from_seq, limit, SERVED)
    last = rows[-1].seq if rows else 0
    done = last if len(rows) == limit else max(last, head_seq, from_seq - 1)
    return rows, done + 1


def row_out(row: Row, directory: Directory) -> LedgerRow:
    """The row, every column of it, and who and what its ids are in this directory."""
    body: dict[str, Any] = json.loads(row.body)
    return LedgerRow(
        seq=row.seq,
        id=row.id,
        type=row.type,
        visibility=row.visibility.value,
        at=utc_text(row.at),
        monotonic_ns=row.monotonic_ns,
        boot_id=row.boot_id,
        clock_synced=row.clock_synced,
        subject=row.subject,
        actor=row.actor,
        body=body,
        prev_hash=row.prev_hash,
        hash=row.hash,
        names=dict(_names(body, directory)),
    )


def _names(body: dict[str, Any], directory: Directory) -> Iterator[tuple[str, Named]]:
    for known in (body[name] for name in _IDS if name in body):
        if known in directory.rings:
            ring = directory.rings[known]
            yield ring.id, Named(kind="ring", number=ring.number, name=ring.name)
        elif known in directory.people:
            person = directory.people[known]
            yield person.id, Named(kind="person", number=person.code, name=person.name)
