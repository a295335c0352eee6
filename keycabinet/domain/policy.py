"""May this person take this ring now? The answer is a value with a reason; without a right it is no (R1, R8, R24-R27).

Each check looks at one thing and knows nothing of the others. The first that refuses gives the reason; ``explain`` asks
all of them. None of them looks at the category of a ring: rights are given to groups of rings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique

from keycabinet.domain.directory import ALWAYS, Directory
from keycabinet.domain.entries import Reason
from keycabinet.domain.people import Person
from keycabinet.domain.rings import UNAIDED, Approval, Ring
from keycabinet.domain.schedule import When, holds

Holdings = Mapping[str, frozenset[str]]
"""Person -> the rings that are booked to them, or that a release is open on for them."""
NO_RINGS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Granted:
    """Yes, once as many others as the ring needs have approved."""

    approval: Approval = UNAIDED

    @property
    def approvers(self) -> int:
        """How many others have to approve, each by ``may_approve``: 0, 1 or 2 (R27)."""
        return self.approval.approvers


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why. The reason is for the ledger, never for the display (law 10)."""

    reason: Reason


Decision = Granted | Denied


@dataclass(frozen=True, slots=True)
class Wish:
    """A person wants a ring. ``held``: the other rings that they hold."""

    person: Person
    ring: Ring
    directory: Directory
    when: When
    held: frozenset[str]


def may_enter(person: Person, now: datetime) -> Decision:
    """Whether this person counts as somebody at this instant (UTC). ``valid_until`` itself is too late."""
    reason = _suspended(person) or _not_yet_valid(person, now) or _expired(person, now)
    return Granted() if reason is None else Denied(reason)


def is_gone(person: Person, now: datetime) -> bool:
    """Whether this person has left, or is suspended, at this instant (UTC): what they still hold is asked for (R9)."""
    entered = may_enter(person, now)
    return isinstance(entered, Denied) and entered.reason in {Reason.SUSPENDED, Reason.EXPIRED}


def may_take(person: Person, ring: Ring, directory: Directory, when: When, holdings: Holdings) -> Decision:
    """Whether this person may hold this ring from then on, wherever the ring is."""
    wish = wish_of(person, ring, directory, when, holdings)
    for refusal in CHECKS.values():
        reason = refusal(wish)
        if reason is not None:
            return Denied(reason)
    return Granted(ring.approval)


def wish_of(person: Person, ring: Ring, directory: Directory, when: When, holdings: Holdings) -> Wish:
    """What is asked of each check. A ring that the person holds already is not counted beside itself."""
    return Wish(person, ring, directory, when, holdings.get(person.id, NO_RINGS) - {ring.id})


def may_approve(approver: Person, taker: Person, ring: Ring, already: frozenset[str], now: datetime) -> Decision:
    """Whether this person may approve, now (UTC), that ``taker`` takes the ring, beside those (ids) who have (R27).

    Nobody approves their own request, and nobody approves twice.
    """
    if approver.id == taker.id:
        return Denied(Reason.OWN_REQUEST)
    if approver.id in already:
        return Denied(Reason.APPROVED_ALREADY)
    if not ring.approval.by(approver):
        return Denied(Reason.MAY_NOT_APPROVE)
    return may_enter(approver, now)


@unique
class Check(Enum):
    """What is looked at before a ring is released, in this order."""

    SUSPENSION = "suspension"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    RIGHT = "right"
    SCHEDULE = "schedule"
    LIMIT = "limit"
    PAIR = "pair"


def _suspended(person: Person) -> Reason | None:
    return Reason.SUSPENDED if person.suspended else None


def _not_yet_valid(person: Person, now: datetime) -> Reason | None:
    return Reason.NOT_YET_VALID if person.valid_from is not None and now < person.valid_from else None


def _expired(person: Person, now: datetime) -> Reason | None:
    return Reason.EXPIRED if person.valid_until is not None and now >= person.valid_until else None


def _without_right(wish: Wish) -> Reason | None:
    if wish.directory.schedules_for(wish.person, wish.ring):
        return None
    return Reason.OUTSIDE_GROUP if wish.directory.has_any_right(wish.person) else Reason.NO_RIGHT


def _out_of_hours(wish: Wish) -> Reason | None:
    names = wish.directory.schedules_for(wish.person, wish.ring)
    return None if any(is_open(name, wish.directory, wish.when) for name in names) else Reason.OUT_OF_HOURS


def is_open(schedule: str, directory: Directory, when: When) -> bool:
    """Whether a right with the schedule of this name holds then; by a schedule that does not exist none ever does."""
    known = directory.schedule_of_name.get(schedule)
    return schedule == ALWAYS or (known is not None and holds(known, when, directory.holidays))


def _too_many(wish: Wish) -> Reason | None:
    limits = wish.directory.limits_of(wish.person).values()
    return Reason.LIMIT_REACHED if any(len(wish.held) >= most for most in limits) else None


def _held_with(wish: Wish) -> Reason | None:
    never = wish.directory.never_with.get(wish.ring.id, NO_RINGS)
    return None if never.isdisjoint(wish.held) else Reason.PAIR_HELD


CHECKS: Mapping[Check, Callable[[Wish], Reason | None]] = {
    Check.SUSPENSION: lambda wish: _suspended(wish.person),
    Check.VALID_FROM: lambda wish: _not_yet_valid(wish.person, wish.when.utc),
    Check.VALID_UNTIL: lambda wish: _expired(wish.person, wish.when.utc),
    Check.RIGHT: _without_right,
    Check.SCHEDULE: _out_of_hours,
    Check.LIMIT: _too_many,
    Check.PAIR: _held_with,
}
"""Check -> why it refuses, or None if it does not."""
