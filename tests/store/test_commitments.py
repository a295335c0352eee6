"""The ledger commits to names, codes and rights without saying them."""

import hashlib
from dataclasses import replace

from keycabinet.domain.directory import Right
from keycabinet.store import Enrolment, Store, commitment, rights_changed
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
    entry = rights_changed([Right("b", "x"), Right("a", "ü"), Right("b", "x")], "ann")

    assert entry.count == 2
    assert entry.digest == hashlib.sha256('[["a","ü"],["b","x"]]'.encode()).hexdigest()
