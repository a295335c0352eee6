"""The ledger commits to names, codes and rights without saying them."""

import hashlib
from dataclasses import replace
from datetime import date

from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Right
from keycabinet.domain.schedule import Holiday, Schedule, day_from
from keycabinet.store import Enrolment, Store, bounds_changed, commitment, rights_changed
from tests.builders import NOON, a_person
from tests.store.builders import enrolling


def test_a_commitment_can_be_opened_by_who_has_name_code_and_salt() -> None:
    zoe = Enrolment.of(a_person("zoe", "1005", name="Zoë"))

    text = f'{{"code":"1005","name":"Zoë","salt":"{zoe.salt}"}}'

    assert zoe.entry("ann").commitment == hashlib.sha256(text.encode()).hexdigest() == commitment(zoe.person, zoe.salt)
    assert zoe.entry("ann").actor == "ann"


def test_the_same_person_is_committed_to_under_another_salt_each_time() -> None:
    ann = a_person()
    first, second = Enrolment.of(ann), Enrolment.of(ann)

    assert len(bytes.fromhex(first.salt)) == 16
    assert first.entry().commitment != second.entry().commitment


def test_neither_name_nor_code_enters_the_ledger(store: Store) -> None:
    rows = store.commit(enrolling((a_person("p1", "424242", name="Ann Miller"),), (), store.books()), NOON)

    assert not any(secret in repr(row) for row in rows for secret in ("Miller", "424242"))


def test_a_salt_shows_in_no_repr() -> None:
    enrolment = Enrolment.of(a_person())

    assert enrolment.salt not in repr(enrolment)
    assert enrolment.salt not in repr(replace(enrolment))


def test_the_digest_of_rights_does_not_depend_on_their_order() -> None:
    entry = rights_changed([Right("b", "x"), Right("a", "ü"), Right("b", "x"), Right("b", "x", "days")], "ann")

    assert entry.count == 3
    assert entry.digest == hashlib.sha256('[["a","ü",""],["b","x",""],["b","x","days"]]'.encode()).hexdigest()


def test_the_digest_of_bounds_can_be_worked_out_from_what_they_are() -> None:
    bounds = Bounds(
        frozenset({Schedule("nights", (day_from("22:00-06:00"),) * 7)}),
        frozenset({Holiday(date(2026, 12, 25), "Christmas"), Holiday(date(2026, 7, 4), "Independence")}),
        frozenset({Limit(LimitOn.GROUP, "works", 1)}),
        frozenset({Pair.of("r2", "r1")}),
    )
    nights = ",".join(['"22:00-06:00"'] * 7)
    text = (
        f'[[["nights",{nights},"as_usual"]],[["2026-07-04","Independence"],["2026-12-25","Christmas"]],'
        '[["group","works",1]],[["r1","r2"]]]'
    )

    entry = bounds_changed(bounds, "ann")

    assert (entry.schedules, entry.holidays, entry.limits, entry.pairs, entry.actor) == (1, 2, 1, 1, "ann")
    assert entry.digest == hashlib.sha256(text.encode()).hexdigest()
