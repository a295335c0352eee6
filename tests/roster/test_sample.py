"""The sample site is right, and shows what a newcomer wants to see."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware_sim.plan import read_plan
from keycabinet.config import load
from keycabinet.domain.entries import Reason
from keycabinet.domain.people import PersonClass
from keycabinet.domain.policy import Denied, Granted, may_take
from keycabinet.domain.rings import Category, DueAfter
from keycabinet.domain.schedule import When
from keycabinet.roster import Files, files_of
from tests.config.samples import SAMPLE
from tests.roster.texts import SITE, planned

FOLDER = Path(__file__).parents[2] / "firmware_sim" / "sample"
FILES = Files.read(files_of(FOLDER))
PLAN = planned(imported=FILES, site=replace(SITE, slots=load(SAMPLE).cabinet.slots))
SITE_A = PLAN.directory
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def may(code: str, slot: int, *held: int, now: datetime = NOW) -> object:
    person, rings = SITE_A.person_of_code[code], SITE_A.ring_of_home
    holdings = {person.id: frozenset(rings[number].id for number in held)}
    return may_take(person, rings[slot], SITE_A, When(now, SITE.zone), holdings)


def test_the_sample_files_load_without_a_warning() -> None:
    assert PLAN.warnings == ()


def test_there_are_rings_of_every_category_and_people_of_several_classes() -> None:
    assert {ring.category for ring in SITE_A.rings.values()} == set(Category)
    assert len({person.person_class for person in SITE_A.people.values()}) >= 5
    assert PersonClass.CONTRACTOR in {person.person_class for person in SITE_A.people.values()}


def test_somebody_may_take_a_ring_somebody_not_that_one_and_somebody_none() -> None:
    assert may("1003", 1) == Granted()
    assert may("1003", 4) == Denied(Reason.OUTSIDE_GROUP)
    assert may("1009", 4) == Denied(Reason.NO_RIGHT)
    assert may("1010", 1) == Denied(Reason.SUSPENDED)


def test_a_schedule_a_limit_and_a_pair_bound_somebody() -> None:
    night = datetime(2026, 6, 1, 3, tzinfo=UTC)
    holiday = datetime(2026, 12, 25, 18, tzinfo=UTC)
    assert (may("1008", 5), may("1008", 5, now=night)) == (Granted(), Denied(Reason.OUT_OF_HOURS))
    assert may("1008", 5, now=holiday) == Denied(Reason.OUT_OF_HOURS)
    assert (may("1004", 3), may("1004", 3, 1), may("1003", 3, 1)) == (
        Granted(), Denied(Reason.LIMIT_REACHED), Granted()
    )  # fmt: skip
    assert (may("1001", 4, 1), may("1001", 4, 2)) == (Granted(), Denied(Reason.PAIR_HELD))


def test_one_slot_is_home_of_no_ring_and_one_ring_is_due_after_a_minute() -> None:
    assert set(range(1, 9)) - SITE_A.ring_of_home.keys() == {8}
    assert SITE_A.ring_of_home[3].due == DueAfter(timedelta(seconds=60))


def test_the_simulator_hangs_the_same_rings_into_the_same_slots() -> None:
    rings = read_plan(SAMPLE, FOLDER / "rings.csv").rings

    assert {(str(ring.number), ring.tag, ring.home) for ring in rings} == {
        (ring.number, ring.tag, ring.home_slot) for ring in SITE_A.rings.values()
    }


def test_nobody_has_the_code_that_init_is_shown_with() -> None:
    assert "1000" not in SITE_A.person_of_code
