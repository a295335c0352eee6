"""An import is prepared beside the deciding thread, and committed there only if it still fits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from keycabinet.clock import SystemClock
from keycabinet.config import FaultsFound
from keycabinet.credentials import Credential
from keycabinet.domain.books import Books, Unverified
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import PersonEnrolled, RightsChanged, RingEnrolled
from keycabinet.errors import ConfigError
from keycabinet.roster.enrol import Prepared, prepare
from keycabinet.store import Change, Store
from keycabinet.store.upgrade import create
from tests.roster.texts import PEOPLE, SITE, files

AGAIN = files(PEOPLE.replace("Ann Lee", "Ann Gray"), None, None)


def prepared(directory: Directory | None = None, **imported: str | None) -> Prepared:
    ids = (f"id{number}" for number in count(1))
    return prepare(directory or Directory(), files(**imported), SITE, "boss", lambda: next(ids))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    create(tmp_path / "cabinet.db", demo=False, at=SystemClock().now().utc)
    with Store.open(tmp_path / "cabinet.db", "0" * 32) as opened:
        yield opened


def test_nobody_is_given_a_pin_by_an_import() -> None:
    ready = prepared()

    assert [person.code for person in ready.plan.new_people] == ["1000", "1001", "1002"]
    assert ready.change.credentials == ()


def test_the_ledger_says_who_enrolled_whom_and_what() -> None:
    entries = prepared().change.entries

    assert [type(entry) for entry in entries] == [PersonEnrolled] * 3 + [RingEnrolled] * 2 + [RightsChanged]
    assert {entry.actor for entry in entries} == {"boss"}  # type: ignore[attr-defined]


def test_what_is_known_already_is_neither_recorded_again() -> None:
    first = prepared()
    again = prepare(first.plan.directory, AGAIN, SITE, "boss", lambda: "new")

    assert [type(entry) for entry in again.change.entries] == [PersonEnrolled]
    assert (again.change.rings, again.change.rights) == ((), None)


def test_the_store_holds_the_planned_directory_afterwards(store: Store) -> None:
    ready = prepared()
    directory, change = ready.onto(store.directory())
    moment = SystemClock().now()

    rows = store.commit(with_books(change, moment.utc), moment)

    assert store.directory() == directory == ready.plan.directory
    assert len(rows) == len(change.entries)
    assert set(store.books().custody.values()) == {Unverified(moment.utc)}
    assert store.credential("1001") == Credential.absent("id2")


def test_a_second_import_goes_on_where_the_store_is(store: Store) -> None:
    moment = SystemClock().now()
    _, change = prepared().onto(store.directory())
    store.commit(with_books(change, moment.utc), moment)

    again = prepare(store.directory(), AGAIN, SITE, "boss", lambda: "new")
    store.commit(
        Change(again.change.entries, store.books(), store.books(), people=again.change.people),
        moment.later(timedelta(seconds=1)),
    )

    assert store.directory() == again.plan.directory


def test_an_import_is_refused_when_the_directory_changed_meanwhile() -> None:
    ready = prepared()
    other = prepared(rings=None, rights=None).plan.directory

    with pytest.raises(ConfigError, match="changed while the import was prepared: import again"):
        ready.onto(other)


def test_files_with_faults_are_not_prepared_at_all() -> None:
    with pytest.raises(FaultsFound, match=r"people\.csv:2: class: .*inmates and detainees are never enrolled"):
        prepared(people=PEOPLE.replace("Ada Admin,merit", "Ada Admin,inmate"))


def with_books(change: Change, at: object) -> Change:
    after = Books().fold(change.entries, at)  # type: ignore[arg-type]
    return replace(change, after=after)
