"""The counters of wrong PINs outlive the process, in the same transaction as what they are about."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from keycabinet.credentials import Credential
from keycabinet.domain.effects import ChosenPin
from keycabinet.domain.entries import DoorClosed
from keycabinet.domain.guard import Guard, Pause
from keycabinet.domain.people import Terms
from keycabinet.errors import StoreError
from keycabinet.store import Change, Enrolment, Store
from tests.builders import NOON
from tests.store.builders import ANN, BOOT

PAUSED = Guard({"ann": 3, "bob": 1}, (NOON.utc, NOON.utc), Pause(NOON.utc, timedelta(seconds=60)))


def keep(store: Store, guard: Guard) -> None:
    books = store.books()
    store.commit(Change((), books, books, guard=guard), NOON)


def kept(path: Path) -> Guard:
    with Store.open(path, BOOT) as store:
        return store.guard


@pytest.mark.parametrize(
    "after",
    [PAUSED, Guard(), Guard({"ann": 4}), Guard({"bob": 1}, (NOON.utc,)), Guard({}, (), PAUSED.pause)],
)
def test_counters_are_found_again_as_they_were_left(staffed: Store, path: Path, after: Guard) -> None:
    for guard in (PAUSED, after):
        keep(staffed, guard)
    staffed.close()

    assert kept(path) == after


def test_a_change_without_counters_leaves_them_alone(staffed: Store, path: Path) -> None:
    keep(staffed, PAUSED)
    books = staffed.books()
    staffed.commit(Change((DoorClosed(),), books, books), NOON)
    staffed.close()

    assert kept(path) == PAUSED


def test_a_change_that_fails_counts_nothing(staffed: Store, path: Path) -> None:
    keep(staffed, PAUSED)
    with pytest.raises(StoreError):
        keep(staffed, Guard({"nobody": 1}))
    assert staffed.guard == PAUSED
    staffed.close()

    assert kept(path) == PAUSED


def test_counters_are_no_rows_of_the_ledger_and_survive_a_change_of_the_person(staffed: Store, path: Path) -> None:
    rows = staffed.head.seq
    keep(staffed, PAUSED)
    staffed.close()

    assert kept(path) == PAUSED
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT max(seq) FROM ledger").fetchone() == (rows,)


def test_a_chosen_pin_replaces_the_digest_and_nothing_else_of_a_credential(staffed: Store) -> None:
    books = staffed.books()
    issued = Credential("ann", b"salt", b"old", b"duress", 20_000, 3, 2, Terms(must_change=True), NOON.utc)
    staffed.commit(Change((), books, books, credentials=(issued,)), NOON)
    later = NOON.later(timedelta(days=1)).utc
    staffed.commit(Change((), books, books, chosen=(ChosenPin("ann", b"new", later, later),)), NOON)

    changed = replace(issued, digest=b"new", terms=Terms(expires_at=later), issued_at=later)
    assert staffed.credential("1001") == changed


def test_a_persons_badge_is_found_again(staffed: Store) -> None:
    books = staffed.books()
    staffed.commit(Change((), books, books, people=(Enrolment.of(replace(ANN, badge="AABBCCDD")),)), NOON)

    assert staffed.directory().person_of_badge["AABBCCDD"].code == ANN.code
