"""What is on the shelf is there after any end of the process, and the mark never says more."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keycabinet.errors import StoreError
from keycabinet.receiver.shelf import KEPT, MOST_AHEAD, Item, Shelf
from tests.receiver.messages import OPEN, SEALED

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def an_item(seq: int, previous: int | None = None) -> Item:
    return Item(OPEN, seq, seq - 1 if previous is None else previous, f"id-{seq}", b"{}")


def put_all(shelf: Shelf, *items: Item) -> None:
    with shelf.batch():
        for item in items:
            shelf.put(item)


def test_marks_and_rows_outlive_the_process(tmp_path: Path) -> None:
    file = tmp_path / "received.db"
    with Shelf(file) as shelf, shelf.batch():
        for seq in (1, 2, 5):
            shelf.put(an_item(seq))
    with Shelf(file) as shelf:
        assert (shelf.mark(OPEN), shelf.mark(SEALED)) == (2, 0)
        with shelf.batch():
            for seq in (4, 3):
                shelf.put(an_item(seq))
        assert shelf.mark(OPEN) == 5
        assert [due.sequence for due in shelf.due(9)] == [1, 2, 3, 4, 5]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_batch_that_fails_leaves_nothing_and_the_mark_where_it_was(tmp_path: Path) -> None:
    with Shelf(tmp_path / "received.db") as shelf:
        with shelf.batch():
            shelf.put(an_item(1))
        with pytest.raises(StoreError):
            put_all(shelf, an_item(2), an_item(2, previous=9))

        assert shelf.mark(OPEN) == 1
        with shelf.batch():
            assert shelf.put(an_item(2))
        assert shelf.mark(OPEN) == 2


def test_what_was_dealt_with_is_not_due_again_and_leaves_the_shelf_at_last(tmp_path: Path) -> None:
    last = KEPT + 50
    with Shelf(tmp_path / "received.db") as shelf:
        with shelf.batch():
            for seq in range(1, last + 1):
                shelf.put(an_item(seq))
            for due in shelf.due(last - 1):
                shelf.done(due.place, due.sequence)

        assert [due.sequence for due in shelf.due(9)] == [last]
        assert (shelf.id_of(OPEN, 40), shelf.id_of(OPEN, 60)) == (None, "id-60")
        assert shelf.mark(OPEN) == last


def test_the_room_for_rows_beyond_a_gap_is_counted_anew_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "received.db"
    with Shelf(file) as shelf, shelf.batch():
        for seq in range(3, 3 + MOST_AHEAD):
            assert shelf.put(an_item(seq))
    with Shelf(file) as shelf, shelf.batch():
        assert not shelf.put(an_item(3 + MOST_AHEAD))
        assert shelf.put(an_item(1))


def test_an_instant_is_later_than_all_before_it_whatever_the_clock_does(tmp_path: Path) -> None:
    file = tmp_path / "received.db"
    with Shelf(file) as shelf:
        first = shelf.instant(NOON)
        assert shelf.instant(NOON) > first
    with Shelf(file) as shelf:
        assert first < shelf.instant(NOON - timedelta(days=3)) < shelf.instant(NOON + timedelta(seconds=1))


def test_a_file_that_is_none_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "received.db").write_bytes(b"not a database" * 100)

    with pytest.raises(StoreError, match=r"received\.db failed"), Shelf(tmp_path / "received.db"):
        pass
