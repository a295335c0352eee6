"""Every combination of what a decision depends on, held against the reference: ``python -m tests.domain.matrix``.

Role and class × category of the ring × right and schedule × state of the person × holdings and limits × pair × others.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.people import Person, PersonClass, Role
from keycabinet.domain.policy import Denied, Granted, may_approve, may_take
from keycabinet.domain.rings import Approval, Category, Ring
from keycabinet.domain.schedule import Holiday, Schedule, Unsynced, When, day_from
from tests.builders import ZONE, a_person, a_ring
from tests.domain import reference
from tests.domain.reference import Holdings

EARLY = datetime(2026, 7, 5, 8, 0, tzinfo=UTC)
"""Sunday 03:00 on the wall, after a holiday."""
SECOND = timedelta(seconds=1)
OWN, TEN_YEARS = Right("officers", "unit"), timedelta(days=3650)


def daily(name: str, text: str, holiday: str | None = None) -> Schedule:
    return Schedule(name, (day_from(text),) * 7, None if holiday is None else day_from(holiday))


SCHEDULES = frozenset(
    {
        daily("nights", "22:00-06:00"), daily("days", "06:00-22:00"), daily("never", "closed"),
        daily("work nights", "22:00-06:00", "closed"), daily("free nights", "closed", "22:00-06:00"),
        Schedule("Sundays", (*[day_from("closed")] * 6, day_from("all_day"))),
    }
)  # fmt: skip
CALENDAR = Bounds(schedules=SCHEDULES, holidays=frozenset({Holiday(date(2026, 7, 4), "Independence Day")}))


def by(*names: str) -> frozenset[Right]:
    return frozenset(replace(OWN, schedule=name) for name in names)


NOW = When(EARLY, ZONE)
UNSET = {choice: replace(NOW, clock_synced=False, unsynced=choice) for choice in Unsynced}
RIGHTS: list[tuple[frozenset[Right], When]] = [
    (frozenset(), NOW),
    (frozenset({Right("officers", "medical")}), NOW),
    (frozenset({Right("nurses", "unit")}), NOW),
    *((by(name), NOW) for name in ("", "nights", "days", "never", "work nights", "free nights", "Sundays", "gone")),
    (by("days", "nights"), NOW),
    (by("nights"), replace(NOW, utc=EARLY + timedelta(hours=3))),
    (by("nights"), replace(NOW, utc=EARLY + TEN_YEARS)),
    *((by(name), when) for name in ("", "days", "nights", "never") for when in UNSET.values()),
]
TYPES = [(kind, list(Role)[(4 * number) % len(Role)]) for number, kind in enumerate(PersonClass)]
STATES: list[dict[str, object]] = [
    {},
    {"suspended": True},
    {"valid_from": EARLY + SECOND},
    {"valid_until": EARLY},
    {"valid_from": EARLY, "valid_until": EARLY + SECOND},
]
ONE, TWO = frozenset({"r3"}), frozenset({"r3", "r4"})
HELD: list[tuple[frozenset[Limit], frozenset[str]]] = [
    (frozenset(), TWO),
    (frozenset({Limit(LimitOn.PERSON, "ann", 1), Limit(LimitOn.PERSON, "bob", 0)}), frozenset({"r1"})),
    (frozenset({Limit(LimitOn.PERSON, "ann", 2), Limit(LimitOn.CLASS, "merit", 1)}), ONE),
    (frozenset({Limit(LimitOn.PERSON, "ann", 3), Limit(LimitOn.GROUP, "officers", 2)}), TWO),
    (frozenset({Limit(LimitOn.PERSON, "ann", 1), Limit(LimitOn.GROUP, "cooks", 0)}), ONE),
]
PAIRS = [(frozenset({Pair.of("r1", "r2")}), "ann"), (frozenset({Pair.of("r2", "r1")}), "bob"), (frozenset(), "ann")]
BOB, CAL = a_person("bob", "1002", "control"), a_person("cal", "1003", "", role=Role.WATCH_COMMANDER)
GONE, NO_ONE = replace(BOB, suspended=True), a_person("dee", "1004", "cooks")
OTHERS: list[tuple[int, tuple[str, ...]]] = [
    (0, ()), (1, ()), (1, ("bob",)), (1, ("ann",)), (1, ("dee",)), (1, ("gone",)),
    (2, ("bob",)), (2, ("bob", "bob")), (2, ("ann", "cal")), (2, ("bob", "cal")),
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One combination."""

    person: Person
    ring: Ring
    rights: frozenset[Right]
    bounds: Bounds
    when: When
    holdings: Holdings
    present: tuple[Person, ...]


def cases() -> Iterator[tuple[Case, Directory]]:
    """Every combination, with the directory that it is asked of."""
    for (rights, when), (limits, held), (pairs, holder) in product(RIGHTS, HELD, PAIRS):
        bounds = replace(CALENDAR, limits=limits, pairs=pairs)
        directory = Directory.of((), (), rights, bounds)
        holdings = {"ann": held} | {holder: frozenset({"r2"}) | (held if holder == "ann" else frozenset())}
        for (kind, role), state, category in product(TYPES, STATES, Category):
            person = a_person(person_class=kind, role=role, groups="officers control", **state)
            known = {"ann": person, "bob": BOB, "cal": CAL, "dee": NO_ONE, "gone": GONE}
            for approvers, names in OTHERS:
                ring = a_ring(1, category=category, approval=APPROVALS[approvers])
                present = tuple(known[name] for name in names)
                yield Case(person, ring, rights, bounds, when, holdings, present), directory


APPROVALS = [
    Approval(),
    *(Approval(number, frozenset({"control"}), frozenset({Role.WATCH_COMMANDER})) for number in (1, 2)),
]


def decided(case: Case, directory: Directory) -> tuple[str | None, bool]:
    """What the policy says: the reason of a refusal, and whether the ring is released to those who are there."""
    decision = may_take(case.person, case.ring, directory, case.when, case.holdings)
    if isinstance(decision, Denied):
        return decision.reason.value, False
    approved: frozenset[str] = frozenset()
    for other in case.present:
        if isinstance(may_approve(other, case.person, case.ring, approved, case.when.utc), Granted):
            approved |= {other.id}
    return None, len(approved) >= decision.approvers


def expected(case: Case) -> tuple[str | None, bool]:
    """What the reference says."""
    why = reference.why_not(case.person, case.ring, case.rights, case.bounds, case.when, case.holdings)
    if why is not None:
        return why, False
    return None, reference.enough_approve(case.person, case.ring, case.present, case.when.utc)


def judged(every: int = 1) -> tuple[int, int, list[Case]]:
    """How many cases there were, how many rings were released, and the cases in which policy and reference differ."""
    count, released, different = 0, 0, []
    for number, (case, directory) in enumerate(cases()):
        if number % every:
            continue
        found = decided(case, directory)
        count, released = count + 1, released + found[1]
        if found != expected(case):
            different.append(case)
    return count, released, different


def main() -> int:
    """Judge all of them; 1 if there is a difference."""
    count, released, different = judged()
    sys.stdout.write(f"{count} decisions, {released} releases, {len(different)} differences\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
