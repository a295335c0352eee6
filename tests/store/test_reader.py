"""Queries run beside the writer, see what is committed, and can change nothing."""

import sqlite3
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from keycabinet.domain.entries import (
    DoorClosed,
    DoorOpened,
    DuressUsed,
    Entry,
    Evidence,
    LoginGranted,
    LoginRefused,
    PinIssued,
    Reason,
    RingMissing,
    RingReturned,
    RingTaken,
    Visibility,
)
from keycabinet.errors import StoreError
from keycabinet.store import Reader, Row, Store
from keycabinet.store.engine import open_reader
from keycabinet.store.queries import EVERYTHING
from tests.store.builders import recorded


def said(rows: Iterable[Row]) -> list[Entry]:
    return [row.entry for row in rows]


def test_a_reader_sees_every_committed_row_beside_the_live_writer(staffed: Store, path: Path) -> None:
    with Reader.open(path) as reader:
        for number in range(6, 20):
            (row,) = recorded(staffed, DoorOpened())
            assert reader.head() == staffed.head
            assert reader.rows(number, 10, EVERYTHING) == (row,)


def test_readers_in_other_threads_see_a_growing_whole_ledger_while_the_writer_writes(
    staffed: Store, path: Path
) -> None:
    done = threading.Event()

    def follow() -> list[int]:
        heads = []
        with Reader.open(path) as reader:
            while not done.is_set() or not heads:
                with reader.snapshot():
                    heads.append(reader.head().seq)
                    assert [row.seq for row in reader.rows(1, 1000, EVERYTHING)] == list(range(1, heads[-1] + 1))
                    assert reader.books() == reader.rebuild()
        return heads

    with ThreadPoolExecutor(3) as pool:
        followers = [pool.submit(follow) for _ in range(3)]
        for _ in range(60):
            recorded(staffed, RingTaken("x", "r1", 1, "ann", Evidence.TAG_READ))
        done.set()

    for follower in followers:
        heads = follower.result()
        assert heads == sorted(heads)


def test_a_snapshot_stands_still_while_the_writer_goes_on(staffed: Store, path: Path) -> None:
    with Reader.open(path) as reader:
        with reader.snapshot():
            before = (reader.head(), reader.books())
            recorded(staffed, RingMissing("r1", 1))
            assert (reader.head(), reader.books()) == before

        assert reader.head() == staffed.head


@pytest.mark.parametrize("statement", ["DELETE FROM people", "UPDATE cursors SET seq = 0", "CREATE TABLE t (a)"])
def test_a_reader_cannot_write(staffed: Store, path: Path, statement: str) -> None:
    with closing(open_reader(path)) as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql(statement)


def test_a_reader_shows_only_the_visibilities_asked_for(staffed: Store, path: Path) -> None:
    recorded(staffed, DoorOpened(), PinIssued("ann"), DoorClosed())

    with Reader.open(path) as reader:
        assert said(reader.rows(6, 10, {Visibility.OPEN})) == [DoorOpened(), DoorClosed()]
        assert said(reader.rows(6, 10, {Visibility.COMMAND})) == [PinIssued("ann")]
        assert reader.rows(6, 10, ()) == ()
        assert said(reader.history_of_person("ann", 1, {Visibility.OPEN})) != [PinIssued("ann")]


def test_the_history_of_a_ring_is_newest_first_and_comes_in_pages(staffed: Store, path: Path) -> None:
    taken = RingTaken("x", "r1", 1, "ann", Evidence.TAG_READ)
    returned = RingReturned("r1", 1, Evidence.TAG_READ, "ann")
    recorded(staffed, taken, RingMissing("r2", 2), returned)

    with Reader.open(path) as reader:
        page = reader.history_of_ring("r1", 2, EVERYTHING)
        rest = reader.history_of_ring("r1", 2, EVERYTHING, before_seq=page[-1].seq)

    assert said(page) == [returned, taken]
    assert [row.type for row in rest] == ["ring.enrolled"]


def test_the_history_of_a_person_has_every_row_that_names_them(staffed: Store, path: Path) -> None:
    of_ann = [
        LoginGranted("ann"),
        LoginRefused(Reason.WRONG_PIN, "ann"),
        RingTaken("x", "r1", 1, "ann", Evidence.TAG_READ),
        RingReturned("r1", 1, Evidence.TAG_READ, booked_holder="ann"),
        RingReturned("r2", 2, Evidence.TAG_READ, booked_holder="bob", returned_by="ann"),
        PinIssued("bob", actor="ann"),
    ]
    recorded(staffed, *of_ann, LoginGranted("bob"), DoorOpened())

    with Reader.open(path) as reader:
        assert said(reader.history_of_person("ann", 6, EVERYTHING)) == of_ann[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM ledger WHERE subject = 'ring:r1' ORDER BY seq DESC",
        "SELECT * FROM ledger WHERE seq IN (SELECT seq FROM appearances WHERE person = 'ann') ORDER BY seq DESC",
        "SELECT * FROM ledger WHERE type = 'ring.taken' ORDER BY seq",
        "SELECT id FROM people WHERE code = '1001'",
    ],
)
def test_common_questions_are_answered_from_an_index(staffed: Store, path: Path, query: str) -> None:
    with closing(open_reader(path)) as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]

    assert plan
    assert not [step for step in plan if step.startswith("SCAN")]


def test_a_reader_knows_cursors_and_directory(staffed: Store, path: Path) -> None:
    staffed.move_cursor("mqtt", 4)

    with Reader.open(path) as reader:
        assert reader.cursors() == {"mqtt": 4}
        assert reader.directory() == staffed.directory()


def test_a_row_of_an_unknown_type_stops_a_rebuild_and_is_named(staffed: Store, path: Path) -> None:
    staffed.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER ledger_never_changed")
        connection.execute("UPDATE ledger SET type = 'door.whistled' WHERE seq = 3")

    with Reader.open(path) as reader, pytest.raises(StoreError, match=r"unknown type of row: door\.whistled"):
        reader.rebuild()


def test_the_sealed_row_before_another_is_found_by_an_index_of_its_own(staffed: Store, path: Path) -> None:
    first = recorded(staffed, DuressUsed("ann"), DoorOpened(), DuressUsed("bob"), DoorClosed())[0].seq

    with Reader.open(path) as reader:
        assert reader.last_before(first + 2, {Visibility.SEALED}) == first
        assert reader.last_before(first, {Visibility.SEALED}) is None
        assert reader.last_before(first + 3, {Visibility.OPEN}) == first + 1
        assert reader.last_before(first + 3, {Visibility.SEALED}, lambda row: row.subject == "person:ann") == first
    with closing(sqlite3.connect(path)) as raw:
        (plan,) = raw.execute("EXPLAIN QUERY PLAN SELECT * FROM ledger WHERE seq < 9 AND visibility = 'sealed'")
    assert "ledger_sealed" in plan[-1]
