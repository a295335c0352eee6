"""Rows of the ledger for the wire, with the names that their ids stand for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keycabinet.control.results import LedgerRow, Named, StreamedRow
from keycabinet.control.sight import Sight
from keycabinet.domain.directory import Directory
from keycabinet.domain.moment import utc_text
from keycabinet.store import Reader, Row

_IDS = ("ring", "subject", "person", "actor", "approver", "holder", "booked_holder", "returned_by")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which rows to read next: at most ``limit`` from ``from_seq`` on. ``head_seq`` was committed before."""

    from_seq: int
    limit: int
    head_seq: int


def read_on(reader: Reader, stretch: Stretch, sight: Sight) -> tuple[tuple[Row, ...], int]:
    """The rows of this stretch that are seen, and the number from which to read next.

    Up to ``head_seq``, what is not among the rows is not seen.
    """
    rows = reader.rows(stretch.from_seq, stretch.limit, sight.visibilities)
    last = rows[-1].seq if rows else 0
    done = last if len(rows) == stretch.limit else max(last, stretch.head_seq, stretch.from_seq - 1)
    return tuple(filter(sight.shows, rows)), done + 1


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


def streamed_out(row: Row, previous: int | None, directory: Directory) -> StreamedRow:
    """The row as ``row_out`` has it, and the number of the one before it that the subscriber was given."""
    return StreamedRow(**dict(row_out(row, directory)), previous=previous)


def _names(body: dict[str, Any], directory: Directory) -> Iterator[tuple[str, Named]]:
    for known in (body[name] for name in _IDS if name in body):
        if known in directory.rings:
            ring = directory.rings[known]
            yield ring.id, Named(kind="ring", number=ring.number, name=ring.name)
        elif known in directory.people:
            person = directory.people[known]
            if not person.code:
                continue  # blanked: there is no name any more
            yield person.id, Named(kind="person", number=person.code, name=person.name)
