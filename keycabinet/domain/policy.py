"""May this person take this ring now? The answer is a value with a reason; without a right it is no (R1, R8, R24)."""

from dataclasses import dataclass
from datetime import datetime

from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Reason
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring


@dataclass(frozen=True, slots=True)
class Granted:
    """Yes."""


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why. The reason is for the ledger, never for the display (law 10)."""

    reason: Reason


Decision = Granted | Denied


def may_enter(person: Person, now: datetime) -> Decision:
    """Whether this person counts as somebody at this instant (UTC). ``valid_until`` itself is too late."""
    if person.suspended:
        return Denied(Reason.SUSPENDED)
    if person.valid_from is not None and now < person.valid_from:
        return Denied(Reason.NOT_YET_VALID)
    if person.valid_until is not None and now >= person.valid_until:
        return Denied(Reason.EXPIRED)
    return Granted()


def is_gone(person: Person, now: datetime) -> bool:
    """Whether this person has left, or is suspended, at this instant (UTC): what they still hold is asked for (R9)."""
    entered = may_enter(person, now)
    return isinstance(entered, Denied) and entered.reason in {Reason.SUSPENDED, Reason.EXPIRED}


def may_take(person: Person, ring: Ring, directory: Directory, now: datetime) -> Decision:
    """Whether this person may hold this ring from this instant (UTC) on, wherever the ring is."""
    entered = may_enter(person, now)
    if isinstance(entered, Denied):
        return entered
    groups = directory.open_to(person)
    if not groups:
        return Denied(Reason.NO_RIGHT)
    if groups.isdisjoint(ring.groups):
        return Denied(Reason.OUTSIDE_GROUP)
    return Granted()
