"""Ledgers to verify: one that the store wrote, and what somebody makes of its rows who knows the form and the file."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from keycabinet.domain.books import Books
from keycabinet.domain.entries import (
    AlarmKind,
    AlarmRaised,
    DeviceLost,
    DoorClosed,
    DoorOpened,
    Entry,
    Evidence,
    LoginGranted,
    PinIssued,
    ReleaseIntended,
    RingReturned,
    RingTaken,
)
from keycabinet.evidence.chain import LAWS, Law, Verdict, verify
from keycabinet.evidence.export import export
from keycabinet.evidence.form import Head
from keycabinet.evidence.sources import opened
from keycabinet.store import Change, Store
from keycabinet.store.upgrade import create
from tests.builders import NOON
from tests.store.builders import ANN, BOB, RINGS, enrolling
from tests.store.verifying import COLUMNS, ledger_of

Rows = list[dict[str, Any]]

LATER = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
GENESIS = "0" * 64
NIGHT: tuple[Entry, ...] = (
    LoginGranted("ann"),
    ReleaseIntended("e" * 32, "ann", "r1", 1, NOON.utc),
    DoorOpened(),
    RingTaken("e" * 32, "r1", 1, "ann", Evidence.TAG_READ, NOON.utc),
    DoorClosed(),
    DeviceLost("bank1", "line_silent", 'Zoë\u2019s "cut" \\ wire\n\x1f\u2028 \U0001f511'),
    PinIssued("bob", "ann"),
    RingReturned("r1", 2, Evidence.CONTACT, "ann", "bob"),
    AlarmRaised(AlarmKind.UNREADABLE, "slot-2"),
)


@dataclass(frozen=True)
class Original:
    """A ledger of two boots: its file, its export, its rows, and copies of both files from an earlier day."""

    store: Path
    export: Path
    rows: Rows
    old_store: Path
    old_export: Path

    @property
    def head(self) -> Head:
        return head_of(self.rows)


def an_original(folder: Path, nights: int = 3) -> Original:
    """A store that was used for two boots of so many nights each, and its export."""
    store, old = folder / "cabinet.db", folder / "older.db"
    create(store, demo=False, at=NOON.utc)
    with Store.open(store, "boot-1") as opened_store:
        opened_store.commit(enrolling((ANN, BOB), RINGS, Books()), NOON)
        _nights(opened_store, nights)
    shutil.copy(store, old)
    with Store.open(store, "boot-2") as opened_store:
        _nights(opened_store, nights)
    for path in (store, old):
        export(path, path.with_suffix(".jsonl"), "mc-1", LATER)
    return Original(store, store.with_suffix(".jsonl"), ledger_of(store), old, old.with_suffix(".jsonl"))


def verdict_on(path: Path, head: Head | None = None, laws: tuple[Law, ...] = LAWS) -> Verdict:
    """What the verifier says about this file."""
    with opened(path) as source:
        return verify(source.found, head, source.claimed, laws)


def faults_of(path: Path, head: Head | None = None, laws: tuple[Law, ...] = LAWS) -> list[str]:
    """The same, in words."""
    return list(map(str, verdict_on(path, head, laws).faults))


def head_of(rows: Rows) -> Head:
    return Head(rows[-1]["seq"], rows[-1]["hash"]) if rows else Head(0, GENESIS)


def hash_of(row: dict[str, Any]) -> str:
    """As documented, for whatever a forger puts into a row."""
    members = {name: value for name, value in row.items() if name != "hash" and value is not None}
    return hashlib.sha256(dumped(members).encode("utf-8", "surrogatepass")).hexdigest()


def rehashed(rows: Iterable[dict[str, Any]], *, renumbered: bool = True) -> Rows:
    """These rows as one unbroken chain: what a forger does who knows the form."""
    prev_hash, done = GENESIS, []
    for number, row in enumerate(rows, start=1):
        forged = {**row, "seq": number if renumbered else row["seq"], "prev_hash": prev_hash}
        prev_hash = forged["hash"] = hash_of(forged)
        done.append(forged)
    return done


def dumped(members: dict[str, Any]) -> str:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def line_of(row: dict[str, Any]) -> str:
    return dumped({name: value for name, value in row.items() if value is not None})


def header_of(head: Head, **more: Any) -> str:
    said: dict[str, Any] = {
        "cabinet": "mc-1",
        "exported_at": "2026-03-05T07:30:00.000000Z",
        "format": "keycabinet-ledger",
    }
    said |= {"head_hash": head.hash, "head_seq": head.seq, "store": "5" * 32, "version": 1, **more}
    return dumped({**said, "hash": hash_of(said)})


def write_export(path: Path, rows: Rows, head: Head | None = None) -> Path:
    """An export of these rows, with a header that fits them unless a head is given."""
    return write_lines(path, [header_of(head or head_of(rows)), *map(line_of, rows)])


def write_lines(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")
    return path


def write_store(path: Path, rows: Rows, like: Path) -> Path:
    """A store that holds these rows instead of those of ``like``, and none of the triggers that would refuse them."""
    shutil.copy(like, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for name in ("never_changed", "never_shortened", "only_continued"):
            connection.execute(f"DROP TRIGGER ledger_{name}")
        connection.execute("DELETE FROM ledger")
        places = ", ".join(f":{name}" for name in COLUMNS)
        connection.executemany(f"INSERT INTO ledger ({', '.join(COLUMNS)}) VALUES ({places})", rows)
        connection.execute("COMMIT")
    return path


def _nights(store: Store, count: int) -> None:
    start = NOON.later(timedelta(minutes=1))
    for night in range(count):
        for number, entry in enumerate(NIGHT):
            before = store.books()
            moment = start.later(timedelta(days=night, minutes=number))
            store.commit(Change((entry,), before, before.fold((entry,), moment.utc)), moment)
