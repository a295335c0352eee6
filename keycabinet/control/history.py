"""What happened to a person, a ring or a slot."""

import json

from keycabinet.control import results
from keycabinet.control.acting import person_named, ring_named
from keycabinet.control.call import Call
from keycabinet.control.params import HistoryOf
from keycabinet.control.rows import row_out
from keycabinet.control.sight import Sight
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Visibility
from keycabinet.store import Reader, Row

SLOT_ROWS_SEARCHED = 20_000
_PAGE = 1000


def history(call: Call, params: HistoryOf) -> results.History:
    """Rows, newest first. Raises Refused if there is no such person or ring."""
    directory = call.core.controller.directory
    with call.core.open_reader() as reader:
        rows = _rows(reader, directory, params, call.sight())
    served = [row_out(row, directory) for row in rows[: params.limit]]
    return results.History(rows=served, complete=len(rows) <= params.limit)


def _rows(reader: Reader, directory: Directory, params: HistoryOf, sight: Sight) -> tuple[Row, ...]:
    limit, seen = params.limit + 1, sight.visibilities  # one more tells whether there are more
    if params.person is not None:
        return reader.history_of_person(person_named(directory, params.person).id, limit, seen)
    if params.ring is not None:
        return reader.history_of_ring(ring_named(directory, params.ring).id, limit, seen)
    return _of_slot(reader, params.slot or 0, limit, sight)


def _of_slot(reader: Reader, slot: int, limit: int, sight: Sight) -> tuple[Row, ...]:
    """The store has no index by slot: the newest rows are looked through."""
    found: list[Row] = []
    head_seq = reader.head().seq
    oldest = max(1, head_seq - SLOT_ROWS_SEARCHED + 1)
    for first in range(max(oldest, head_seq - _PAGE + 1), oldest - _PAGE, -_PAGE):
        page = reader.rows(max(first, oldest), _PAGE + min(0, first - oldest), frozenset(Visibility))
        found += [row for row in reversed(page) if sight.shows(row) and _names_slot(row, slot)]
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def _names_slot(row: Row, slot: int) -> bool:
    body = json.loads(row.body)
    return slot in (body.get("slot"), body.get("from_slot")) or body.get("subject") == f"slot-{slot}"
