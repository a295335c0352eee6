"""An explanation tells every check, and decides as the policy does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.entries import Reason
from keycabinet.domain.explain import DETAILS, explain, with_a_right
from keycabinet.domain.policy import CHECKS, Check, Denied, Granted, may_take, wish_of
from keycabinet.domain.rings import Approval
from keycabinet.domain.schedule import Holiday, Schedule, Unsynced, When, day_from
from tests.builders import NOON, ZONE, a_person, a_ring

AT_NOON = When(NOON.utc, ZONE)
DAYS = Schedule("days", (day_from("06:00-14:00"),) * 7, day_from("closed"))
NIGHTS = Schedule("nights", (day_from("22:00-06:00"),) * 7)
BOUNDS = Bounds(
    schedules=frozenset({DAYS, NIGHTS}),
    holidays=frozenset({Holiday(date(2026, 7, 4), "Independence Day")}),
    limits=frozenset({Limit(LimitOn.PERSON, "ann", 3), Limit(LimitOn.GROUP, "officers", 2)}),
    pairs=frozenset({Pair.of("r1", "r2")}),
)
ANN, RING, OTHER = a_person(), a_ring(), a_ring(2)
RIGHTS = {Right("officers", "unit", "days"), Right("officers", "unit", "nights"), Right("nurses", "unit")}
SITE = Directory.of((ANN,), (RING, OTHER), RIGHTS, BOUNDS)


def details(person=ANN, site=SITE, when=AT_NOON, held=()):
    wish = wish_of(person, RING, site, when, {person.id: frozenset(held)})
    return {step.check: step.detail for step in explain(wish).steps}


def test_every_check_is_told_and_not_only_the_first_that_refuses():
    person = replace(ANN, suspended=True, valid_until=NOON.utc)
    wish = wish_of(person, RING, SITE, When(NOON.utc + timedelta(hours=5), ZONE), {"ann": {"r2", "r3"}})

    explained = explain(wish)

    assert explained.decision == Denied(Reason.SUSPENDED)
    assert {step.check: step.reason for step in explained.steps} == {
        Check.SUSPENSION: Reason.SUSPENDED,
        Check.VALID_FROM: None,
        Check.VALID_UNTIL: Reason.EXPIRED,
        Check.RIGHT: None,
        Check.SCHEDULE: Reason.OUT_OF_HOURS,
        Check.LIMIT: Reason.LIMIT_REACHED,
        Check.PAIR: Reason.PAIR_HELD,
    }


def test_each_check_says_what_it_looked_at():
    assert details(held=("r2",)) == {
        Check.SUSPENSION: "not suspended",
        Check.VALID_FROM: "valid since ever",
        Check.VALID_UNTIL: "valid for good",
        Check.RIGHT: "officers may take unit by days; officers may take unit by nights",
        Check.SCHEDULE: "days is open at Wed 2026-03-04 12:00, hours of that day: 06:00-14:00; "
        "nights is closed at Wed 2026-03-04 12:00, hours of that day: 22:00-06:00",
        Check.LIMIT: "holds 1 other ring, at most 3 as a person, at most 2 in the group officers",
        Check.PAIR: "never with ring 2, which they hold",
    }


@pytest.mark.parametrize(
    ("changes", "check", "told"),
    [
        ({"person": replace(ANN, suspended=True)}, Check.SUSPENSION, "suspended"),
        ({"person": replace(ANN, valid_from=NOON.utc)}, Check.VALID_FROM, "valid from Wed 2026-03-04 12:00"),
        ({"person": replace(ANN, valid_until=NOON.utc)}, Check.VALID_UNTIL, "valid until Wed 2026-03-04 12:00"),
        ({"person": replace(ANN, groups=frozenset())}, Check.RIGHT, "no right at all"),
        ({"person": replace(ANN, groups=frozenset())}, Check.SCHEDULE, "no right that could be open"),
        ({"person": replace(ANN, groups=frozenset({"nurses"}))}, Check.RIGHT, "nurses may take unit"),
        ({"person": replace(ANN, groups=frozenset({"nurses"}))}, Check.SCHEDULE, "a right holds always"),
        ({"site": Directory.of((ANN,), (RING,), {Right("officers", "x")})}, Check.RIGHT, "rights to other rings only"),
        ({"site": Directory.of((ANN,), (RING,), {Right("officers", "unit", "gone")})}, Check.SCHEDULE,
         "there is no schedule gone"),
        ({"when": replace(AT_NOON, utc=datetime(2026, 7, 4, 15, tzinfo=UTC))}, Check.SCHEDULE,
         "days is closed at Sat 2026-07-04 10:00 (a holiday), hours of that day: closed; "
         "nights is closed at Sat 2026-07-04 10:00 (a holiday), hours of that day: 22:00-06:00"),
        ({"when": replace(AT_NOON, clock_synced=False)}, Check.SCHEDULE,
         "days is open, the clock is not trusted: go on; nights is open, the clock is not trusted: go on"),
        ({"when": replace(AT_NOON, clock_synced=False, unsynced=Unsynced.REFUSE)}, Check.SCHEDULE,
         "days is closed, the clock is not trusted: refuse; nights is closed, the clock is not trusted: refuse"),
        ({"site": Directory.of((ANN,), (RING,), RIGHTS)}, Check.LIMIT, "holds 0 other rings, no limit"),
        ({"site": Directory.of((ANN,), (RING,), RIGHTS)}, Check.PAIR, "in no pair"),
        ({}, Check.PAIR, "never with ring 2, which they do not hold"),
    ],
)  # fmt: skip
def test_a_check_says_it_in_words(changes, check, told):
    assert details(**changes)[check] == told


def test_what_is_explained_is_what_is_checked():
    assert list(DETAILS) == list(CHECKS) == list(Check)


@given(
    st.builds(
        lambda **more: replace(ANN, **more),
        suspended=st.booleans(),
        groups=st.frozensets(st.sampled_from(["officers", "nurses", "cooks"])),
        valid_until=st.none() | st.just(NOON.utc),
    ),
    st.frozensets(st.sampled_from(["r1", "r2", "r3"])),
    st.integers(0, 23),
    st.booleans(),
    st.sampled_from(Unsynced),
)
def test_an_explanation_decides_as_the_policy_does(person, held, hour, synced, unsynced):
    ring = replace(RING, approval=Approval(1, frozenset({"officers"})))
    when = When(NOON.utc + timedelta(hours=hour), ZONE, synced, unsynced)
    holdings = {person.id: held}

    explained = explain(wish_of(person, ring, SITE, when, holdings))

    assert explained.decision == may_take(person, ring, SITE, when, holdings)
    assert isinstance(explained.decision, Granted) is all(step.reason is None for step in explained.steps)


def test_everybody_with_a_right_to_a_ring_is_found_and_nobody_else():
    people = (ANN, a_person("bob", "0999", "nurses"), a_person("cal", "1003", ""), a_person("dee", "1004", "cooks"))
    site = Directory.of(people, (RING,), RIGHTS | {Right("cooks", "kitchen")})

    assert [person.id for person in with_a_right(RING, site)] == ["bob", "ann"]
