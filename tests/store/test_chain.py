"""The ledger is linked, and nothing in it can be changed without breaking it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from keycabinet.domain.entries import (
    AlarmKind,
    AlarmRaised,
    DoorClosed,
    DoorOpened,
    Entry,
    Evidence,
    LoginGranted,
    LoginRefused,
    Reason,
    RingMissing,
    RingReturned,
    RingTaken,
)
from keycabinet.store import Head, Store
from tests.store.builders import BOOT, recorded
from tests.store.verifying import COLUMNS, first_fault, ledger_of

SAME = "type, visibility, at, monotonic_ns, boot_id, clock_synced, subject, actor, body"


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody who has the file, and not the program."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def test_a_verifier_that_knows_only_the_documented_form_finds_the_chain_whole(staffed: Store, path: Path) -> None:
    recorded(staffed, RingMissing("r1", 1), LoginGranted("ann"), DoorOpened())
    recorded(staffed, LoginRefused(Reason.UNKNOWN_CODE))

    rows = ledger_of(path)

    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert first_fault(rows) is None


@pytest.mark.parametrize("column", COLUMNS)
def test_the_chain_breaks_where_any_column_of_a_row_is_changed(staffed: Store, path: Path, column: str) -> None:
    recorded(staffed, LoginGranted("ann"), LoginGranted("ann"))
    was = ledger_of(path)[5][column]
    other: Any = 99 if column == "seq" else was + 1 if column == "monotonic_ns" else 1 if was == 0 else "other"
    staffed.close()

    with tampering(path) as connection:
        connection.execute("DROP TRIGGER ledger_never_changed")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"UPDATE ledger SET {column} = ? WHERE seq = 6", (other,))

    assert first_fault(ledger_of(path)) == 6


def test_the_chain_breaks_where_a_row_is_taken_out(staffed: Store, path: Path) -> None:
    staffed.close()
    with tampering(path) as connection:
        connection.execute("DROP TRIGGER ledger_never_shortened")
        connection.execute("DELETE FROM ledger WHERE seq = 3")

    assert first_fault(ledger_of(path)) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET actor = 'bob' WHERE seq = 2",
        "UPDATE ledger SET actor = actor",
        "DELETE FROM ledger WHERE seq = 5",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE seq = 5",
        f"INSERT OR REPLACE INTO ledger SELECT 6, id, {SAME}, hash, hash FROM ledger WHERE seq = 5",
        f"INSERT INTO ledger SELECT 7, 'x', {SAME}, hash, hash FROM ledger WHERE seq = 5",
        f"INSERT INTO ledger SELECT 6, 'x', {SAME}, prev_hash, hash FROM ledger WHERE seq = 5",
    ],
    ids=["change", "touch", "delete", "empty", "replace", "same id", "gap", "wrong link"],
)
def test_the_file_itself_refuses_anything_but_the_next_linked_row(staffed: Store, path: Path, statement: str) -> None:
    before = ledger_of(path)

    with tampering(path) as connection, pytest.raises(sqlite3.IntegrityError, match="a row of the ledger"):
        connection.execute(statement)

    assert ledger_of(path) == before


def test_the_chain_goes_on_after_reopening(staffed: Store, path: Path) -> None:
    staffed.close()
    with Store.open(path, "boot-2") as reopened:
        recorded(reopened, DoorClosed())
        head = reopened.head

    rows = ledger_of(path)
    assert first_fault(rows) is None
    assert [row["boot_id"] for row in rows[-2:]] == [BOOT, "boot-2"]
    assert head == Head(6, rows[-1]["hash"], head.at)


@pytest.mark.parametrize(
    ("entry", "subject", "actor"),
    [
        (DoorClosed(), "door", None),
        (LoginGranted("ann"), None, "ann"),
        (LoginRefused(Reason.WRONG_PIN, "ann"), "person:ann", None),
        (RingTaken("x", "r1", 1, "ann", Evidence.TAG_READ), "ring:r1", "ann"),
        (RingReturned("r1", 1, Evidence.TAG_READ, booked_holder="ann"), "ring:r1", None),
        (RingReturned("r1", 1, Evidence.TAG_READ, booked_holder="ann", returned_by="bob"), "ring:r1", "bob"),
        (AlarmRaised(AlarmKind.OVERDUE, "r1"), "ring:r1", None),
        (AlarmRaised(AlarmKind.UNREADABLE, "slot-3"), "slot:3", None),
        (AlarmRaised(AlarmKind.READER_FAULT, "bank1"), "device:bank1", None),
        (AlarmRaised(AlarmKind.DOOR_FORCED, "door"), "door", None),
    ],
)
def test_a_row_says_what_it_is_about_and_who_did_it(
    staffed: Store, entry: Entry, subject: str | None, actor: str | None
) -> None:
    (row,) = recorded(staffed, entry)

    assert (row.subject, row.actor) == (subject, actor)
    assert row.entry == entry
