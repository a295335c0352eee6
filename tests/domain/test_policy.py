"""Who may take what: deny by default, and every refusal with its reason."""

from datetime import timedelta
from itertools import product

import pytest

from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.entries import Reason
from keycabinet.domain.policy import Denied, Granted, may_take
from tests.builders import NOON, a_person, a_ring

NOW = NOON.utc
SECOND = timedelta(seconds=1)
VALIDITY = {
    "always": ({}, None),
    "begins now": ({"valid_from": NOW}, None),
    "begins soon": ({"valid_from": NOW + SECOND}, Reason.NOT_YET_VALID),
    "ends now": ({"valid_until": NOW}, Reason.EXPIRED),
    "ends soon": ({"valid_until": NOW + SECOND}, None),
    "suspended": ({"suspended": True}, Reason.SUSPENDED),
}
RIGHTS = {
    "none at all": (frozenset(), Reason.NO_RIGHT),
    "to other rings": ({Right("officers", "medical")}, Reason.OUTSIDE_GROUP),
    "of other people": ({Right("nurses", "unit")}, Reason.NO_RIGHT),
    "to this ring": ({Right("officers", "unit")}, None),
    "to this ring among others": ({Right("officers", "unit"), Right("officers", "medical")}, None),
}


@pytest.mark.parametrize(("validity", "rights"), list(product(VALIDITY, RIGHTS)))
def test_a_ring_is_granted_only_to_a_person_who_counts_and_has_a_right_to_it(validity, rights):
    changes, not_valid = VALIDITY[validity]
    granted, no_right = RIGHTS[rights]
    person, ring = a_person(**changes), a_ring()

    decision = may_take(person, ring, Directory.of((person,), (ring,), granted), NOW)

    reason = not_valid or no_right
    assert decision == (Granted() if reason is None else Denied(reason))


def test_several_groups_of_a_person_add_up():
    person, ring = a_person(groups="cooks officers"), a_ring()

    assert may_take(person, ring, Directory.of((person,), (ring,), {Right("officers", "unit")}), NOW) == Granted()


def test_a_ring_in_no_group_is_open_to_nobody():
    person, ring = a_person(), a_ring(groups=frozenset())

    decision = may_take(person, ring, Directory.of((person,), (ring,), {Right("officers", "unit")}), NOW)

    assert decision == Denied(Reason.OUTSIDE_GROUP)
