"""Who may take what: deny by default, and every refusal with its reason."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.entries import Reason
from keycabinet.domain.people import PersonClass, Role
from keycabinet.domain.policy import Denied, Granted, may_approve, may_enter, may_take
from keycabinet.domain.rings import Approval
from keycabinet.domain.schedule import Schedule, Unsynced, When, day_from
from tests.builders import NOON, ZONE, a_person, a_ring

NOW = NOON.utc
AT_NOON = When(NOW, ZONE)  # a Wednesday, 12:00 on the wall
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
    "by a schedule that does not exist": ({Right("officers", "unit", "days")}, Reason.OUT_OF_HOURS),
}
EVERY_RIGHT = {Right("officers", "unit")}


def every_day(name: str, text: str) -> Schedule:
    return Schedule(name, (day_from(text),) * 7)


DAYS, NIGHTS = every_day("days", "06:00-18:00"), every_day("nights", "18:00-06:00")


@pytest.mark.parametrize(("validity", "rights"), list(product(VALIDITY, RIGHTS)))
def test_a_ring_is_granted_only_to_a_person_who_counts_and_has_a_right_to_it(validity, rights):
    changes, not_valid = VALIDITY[validity]
    granted, no_right = RIGHTS[rights]
    person, ring = a_person(**changes), a_ring()

    decision = may_take(person, ring, Directory.of((person,), (ring,), granted), AT_NOON, {})

    reason = not_valid or no_right
    assert decision == (Granted() if reason is None else Denied(reason))


def test_several_groups_of_a_person_add_up():
    person, ring = a_person(groups="cooks officers"), a_ring()

    assert may_take(person, ring, Directory.of((person,), (ring,), EVERY_RIGHT), AT_NOON, {}) == Granted()


def test_a_ring_in_no_group_is_open_to_nobody():
    person, ring = a_person(), a_ring(groups=frozenset())

    decision = may_take(person, ring, Directory.of((person,), (ring,), EVERY_RIGHT), AT_NOON, {})

    assert decision == Denied(Reason.OUTSIDE_GROUP)


@pytest.mark.parametrize(
    ("names", "when", "expected"),
    [
        (("days",), AT_NOON, Granted()),
        (("nights",), AT_NOON, Denied(Reason.OUT_OF_HOURS)),
        (("nights", "days"), AT_NOON, Granted()),  # either right is enough
        (("nights", ""), AT_NOON, Granted()),
        (("nights",), replace(AT_NOON, clock_synced=False), Granted()),
        (("days",), replace(AT_NOON, clock_synced=False, unsynced=Unsynced.REFUSE), Denied(Reason.OUT_OF_HOURS)),
        (("",), replace(AT_NOON, clock_synced=False, unsynced=Unsynced.REFUSE), Granted()),
    ],
)
def test_a_right_holds_while_its_schedule_is_open(names, when, expected):
    person, ring, bounds = a_person(), a_ring(), Bounds(schedules=frozenset({DAYS, NIGHTS}))
    rights = {Right("officers", "unit", name) for name in names}

    assert may_take(person, ring, Directory.of((person,), (ring,), rights, bounds), when, {}) == expected


ANN_1, ANN_2 = Limit(LimitOn.PERSON, "ann", 1), Limit(LimitOn.PERSON, "ann", 2)
MERIT_1 = Limit(LimitOn.CLASS, "merit", 1)
OFFICERS_1, OFFICERS_2 = Limit(LimitOn.GROUP, "officers", 1), Limit(LimitOn.GROUP, "officers", 2)
OF_OTHERS = {
    Limit(LimitOn.PERSON, "bob", 0),
    Limit(LimitOn.CLASS, "visitor", 0),
    Limit(LimitOn.GROUP, "cooks", 0),
    Limit(LimitOn.GROUP, "ann", 0),  # no more than names that happen to be alike
    Limit(LimitOn.CLASS, "ann", 0),
    Limit(LimitOn.PERSON, "officers", 0),
}
ONE, TWO, THREE = frozenset({"r2"}), frozenset({"r2", "r3"}), frozenset({"r2", "r3", "r4"})


@pytest.mark.parametrize(
    ("limits", "held", "allowed"),
    [
        ((), THREE, True),
        ((ANN_1,), frozenset(), True),
        ((ANN_1,), ONE, False),
        ((MERIT_1,), ONE, False),
        ((OFFICERS_1,), ONE, False),
        ((ANN_2,), ONE, True),
        ((ANN_2,), TWO, False),
        ((ANN_2,), THREE, False),
        ((ANN_2, OFFICERS_1), ONE, False),  # the tightest counts, whichever it is
        ((ANN_1, OFFICERS_2), ONE, False),
        ((ANN_1, ANN_2), ONE, False),
        ((Limit(LimitOn.CLASS, "merit", 0),), frozenset(), False),
        (OF_OTHERS, THREE, True),
    ],
)
def test_nobody_holds_more_rings_at_once_than_the_tightest_limit_says(limits, held, allowed):
    person, ring, bounds = a_person(), a_ring(), Bounds(limits=frozenset(limits))
    directory = Directory.of((person,), (ring,), EVERY_RIGHT, bounds)

    decision = may_take(person, ring, directory, AT_NOON, {"ann": held, "bob": THREE})

    assert decision == (Granted() if allowed else Denied(Reason.LIMIT_REACHED))


def test_a_ring_that_a_person_holds_is_not_counted_beside_itself():
    person, ring, bounds = a_person(), a_ring(), Bounds(limits=frozenset({ANN_1}), pairs=frozenset({Pair("r1", "r2")}))
    directory = Directory.of((person,), (ring,), EVERY_RIGHT, bounds)

    assert may_take(person, ring, directory, AT_NOON, {"ann": frozenset({"r1"})}) == Granted()


@pytest.mark.parametrize(
    ("pair", "holdings", "allowed"),
    [
        (Pair.of("r1", "r2"), {"ann": ONE}, False),
        (Pair.of("r2", "r1"), {"ann": ONE}, False),
        (Pair("r2", "r1"), {"ann": ONE}, False),
        (Pair.of("r1", "r2"), {"bob": ONE}, True),
        (Pair.of("r1", "r3"), {"ann": ONE}, True),
        (Pair.of("r2", "r3"), {"ann": ONE}, True),
        (Pair.of("r1", "r2"), {}, True),
    ],
)
def test_nobody_holds_both_rings_of_a_pair(pair, holdings, allowed):
    person, ring = a_person(), a_ring()
    directory = Directory.of((person,), (ring,), EVERY_RIGHT, Bounds(pairs=frozenset({pair})))

    decision = may_take(person, ring, directory, AT_NOON, holdings)

    assert decision == (Granted() if allowed else Denied(Reason.PAIR_HELD))


def test_a_ring_may_be_of_several_pairs():
    person, ring = a_person(), a_ring()
    pairs = frozenset({Pair.of("r1", "r2"), Pair.of("r1", "r3")})
    directory = Directory.of((person,), (ring,), EVERY_RIGHT, Bounds(pairs=pairs))

    for held in ("r2", "r3"):
        assert may_take(person, ring, directory, AT_NOON, {"ann": frozenset({held})}) == Denied(Reason.PAIR_HELD)


# ---- two- and three-person release ----

TWO_MORE = Approval(2, frozenset({"control"}), frozenset({Role.WATCH_COMMANDER}))
VAULT = a_ring(approval=TWO_MORE)
ANN = a_person()
MAY_APPROVE = {
    "of the group": (a_person("bob", groups="officers control"), frozenset(), None),
    "with the role": (a_person("bob", groups="", role=Role.WATCH_COMMANDER), frozenset(), None),
    "after another": (a_person("bob", groups="control"), frozenset({"dee"}), None),
    "neither": (a_person("bob", role=Role.SUPERVISOR), frozenset(), Reason.MAY_NOT_APPROVE),
    "oneself": (replace(ANN, groups=frozenset({"control"})), frozenset(), Reason.OWN_REQUEST),
    "twice": (a_person("bob", groups="control"), frozenset({"bob"}), Reason.APPROVED_ALREADY),
    "suspended": (a_person("bob", groups="control", suspended=True), frozenset(), Reason.SUSPENDED),
    "expired": (a_person("bob", groups="control", valid_until=NOW), frozenset(), Reason.EXPIRED),
    "too early": (a_person("bob", groups="control", valid_from=NOW + SECOND), frozenset(), Reason.NOT_YET_VALID),
}


def test_a_grant_says_how_many_others_have_to_approve_and_who_they_may_be():
    decision = may_take(ANN, VAULT, Directory.of((ANN,), (VAULT,), EVERY_RIGHT), AT_NOON, {})

    assert decision == Granted(TWO_MORE)
    assert isinstance(decision, Granted)
    assert (decision.approvers, Granted().approvers) == (2, 0)


@pytest.mark.parametrize("who", MAY_APPROVE)
def test_others_approve_who_count_and_are_named_for_the_ring_and_nobody_their_own(who):
    approver, already, reason = MAY_APPROVE[who]

    decision = may_approve(approver, ANN, VAULT, already, NOW)

    assert decision == (Granted() if reason is None else Denied(reason))


def test_nobody_can_approve_a_ring_for_which_nobody_is_named():
    assert may_approve(a_person("bob"), ANN, a_ring(), frozenset(), NOW) == Denied(Reason.MAY_NOT_APPROVE)


@pytest.mark.parametrize("validity", VALIDITY)
def test_whoever_does_not_count_does_not_enter(validity):
    changes, reason = VALIDITY[validity]

    assert may_enter(a_person(**changes), NOW) == (Granted() if reason is None else Denied(reason))


def test_no_class_and_no_role_takes_anything_without_a_right():
    ring = a_ring()
    for person_class, role in product(PersonClass, Role):
        person = a_person(person_class=person_class, role=role)
        assert may_take(person, ring, Directory.of((person,), (ring,), ()), AT_NOON, {}) == Denied(Reason.NO_RIGHT)
