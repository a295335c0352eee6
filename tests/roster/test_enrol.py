"""An import is prepared beside the deciding thread, and committed there only if it still fits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from keycabinet.clock import SystemClock
from keycabinet.config import FaultsFound
from keycabinet.credentials import Hasher
from keycabinet.domain.books import Books, Unverified
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import PersonEnrolled, PinIssued, RightsChanged, RingEnrolled
from keycabinet.domain.events import Verdict
from keycabinet.errors import ConfigError
from keycabinet.roster.enrol import Prepared, prepare
from keycabinet.store import Change, Store
from keycabinet.store.upgrade import create
from tests.roster.texts import PEOPLE, SITE, files

HASHER = Hasher(b"0123456789abcdef")
AGAIN = files(PEOPLE.replace("Ann Lee", "Ann Gray"), None, None)


def prepared(directory: Directory | None = None, **imported: str | None) -> Prepared:
    ids = (f"id{number}" for number in count(1))
    return prepare(directory or Directory(), files(**imported), SITE, HASHER.issue, "boss", lambda: next(ids))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    create(tmp_path / "cabinet.db", demo=False, at=SystemClock().now().utc)
    with Store.open(tmp_path / "cabinet.db", "0" * 32) as opened:
        yield opened


def test_each_new_person_gets_a_pin_that_fits_the_credential_and_is_shown_by_nothing_else() -> None:
    ready = prepared()

    assert [issued.person.code for issued in ready.pins] == ["1000", "1001", "1002"]
    for issued, credential in zip(ready.pins, ready.change.credentials, strict=True):
        assert len(issued.pin) == SITE.pin_digits
        assert credential.person == issued.person.id
        assert HASHER.check(credential, issued.pin) is Verdict.RIGHT
        assert issued.pin.digits not in repr(ready) + str(ready.change)


def test_the_ledger_says_who_enrolled_whom_and_what() -> None:
    entries = prepared().change.entries

    assert [type(entry) for entry in entries] == [PersonEnrolled] * 3 + [RingEnrolled] * 2 + [RightsChanged] + [
        PinIssued
    ] * 3
    assert {entry.actor for entry in entries} == {"boss"}  # type: ignore[attr-defined]


def test_what_is_known_already_is_neither_recorded_nor_given_a_new_pin() -> None:
    first = prepared()
    again = prepare(first.plan.directory, AGAIN, SITE, HASHER.issue, "boss", lambda: "new")

    assert [type(entry) for entry in again.change.entries] == [PersonEnrolled]
    assert (again.pins, again.change.credentials, again.change.rings, again.change.rights) == ((), (), (), None)


def test_the_store_holds_the_planned_directory_afterwards(store: Store) -> None:
    ready = prepared()
    directory, change = ready.onto(store.directory())
    moment = SystemClock().now()

    rows = store.commit(with_books(change, moment.utc), moment)

    assert store.directory() == directory == ready.plan.directory
    assert len(rows) == len(change.entries)
    assert set(store.books().custody.values()) == {Unverified(moment.utc)}
    ann = store.credential("1001")
    assert ann is not None
    assert HASHER.check(ann, ready.pins[1].pin) is Verdict.RIGHT


def test_a_second_import_goes_on_where_the_store_is(store: Store) -> None:
    moment = SystemClock().now()
    _, change = prepared().onto(store.directory())
    store.commit(with_books(change, moment.utc), moment)

    again = prepare(store.directory(), AGAIN, SITE, HASHER.issue, "boss", lambda: "new")
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
