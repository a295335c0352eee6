"""Messages as a cabinet sends them, and where they are put."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keycabinet.publisher.envelopes import event_of
from keycabinet.publisher.heard import Row
from keycabinet.publisher.messages import Alarm, State
from keycabinet.receiver.inbox import Inbox, Taken
from keycabinet.receiver.shelf import Place, Shelf
from tests.publisher.fake_core import AT, a_row

ROOT = "keycabinet/mc-1"
OPEN, SEALED = Place("mc-1", sealed=False), Place("mc-1", sealed=True)


def an_event(seq: int, previous: int | None = None, *, cabinet: str = "mc-1", **columns: Any) -> bytes:
    """Row ``seq`` of a cabinet; the one before it is the number before unless it is said."""
    before = (seq - 1 or None) if previous is None else previous or None
    row = Row.model_validate(a_row(seq, previous=before, **columns))
    return event_of(row, cabinet, replayed=False).payload()


def an_alarm(kind: str, subject: str, level: int = 1) -> bytes:
    unknown = dict.fromkeys(("delivered_at", "acknowledged_at", "acknowledged_by"))
    return Alarm(kind=kind, subject=subject, level=level, first_at=AT, last_at=AT, count=1, **unknown).payload()  # type: ignore[arg-type]


def a_state(alarms: int) -> bytes:
    seen = {"ready": True, "silent": (), "health": (), "door": "locked", "rings_out": 0, "overdue": 0, "backlog": 0}
    return State(**seen, alarms=alarms, last_seq=9, faults=(), receipts_refused={}).payload()  # type: ignore[arg-type]


def with_fields(payload: bytes, **fields: object) -> bytes:
    """The same message with other fields."""
    return json.dumps({**json.loads(payload), **fields}).encode()


class Desk:
    """An inbox and its shelf; ``take`` is a batch of one."""

    def __init__(self, inbox: Inbox, shelf: Shelf) -> None:
        self.inbox, self.shelf = inbox, shelf

    def take(self, payload: bytes, topic: str = "events", *, retained: bool = False, root: str = ROOT) -> Taken:
        with self.shelf.batch():
            return self.inbox.take(f"{root}/{topic}", payload, 0.0, retained=retained)


@contextmanager
def a_desk(folder: Path) -> Iterator[Desk]:
    with Shelf(folder / "received.db") as shelf:
        yield Desk(Inbox(["mc-1", "mc-2"], shelf), shelf)
