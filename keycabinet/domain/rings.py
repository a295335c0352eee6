"""The key rings, what they are, and when they are due."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import Enum, unique

from keycabinet.domain.events import Tag
from keycabinet.domain.moment import Moment
from keycabinet.domain.people import Person, Role


@unique
class Category(Enum):
    """What the loss of a ring would mean (R12)."""

    SECURITY = "security"
    NON_SECURITY = "non_security"
    EMERGENCY = "emergency"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class DueAfter:
    """Due that long after it was taken."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class DueAt:
    """Due when the clock on the wall next shows this local time."""

    time_of_day: time


@dataclass(frozen=True, slots=True)
class NeverDue:
    """May stay out."""


DueRule = DueAfter | DueAt | NeverDue


@dataclass(frozen=True, slots=True)
class Approval:
    """How many others a release needs besides who takes (two- and three-person release), and who they may be (R27)."""

    approvers: int = 0
    groups: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()

    def by(self, person: Person) -> bool:
        """Whether this person is of a group or has a role that may approve."""
        return person.role in self.roles or not self.groups.isdisjoint(person.groups)


UNAIDED = Approval()


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring of keys, closed for good, that answers with one tag, once that is known, and has one home slot."""

    id: str
    number: str
    name: str
    category: Category
    tag: Tag
    """Empty until it is learned or enrolled."""
    home_slot: int
    groups: frozenset[str] = frozenset()
    due: DueRule = NeverDue()
    key_count: int = 0
    seal: str = ""
    approval: Approval = UNAIDED


def due_time(rule: DueRule, taken: Moment, zone: tzinfo) -> datetime | None:
    """The instant (UTC) at which a ring that is taken now must be back, or None (R33)."""
    match rule:
        case DueAfter(duration):
            return taken.utc + duration
        case DueAt(time_of_day):
            return _next(time_of_day, taken.utc, zone)
        case NeverDue():
            return None


def _next(time_of_day: time, after: datetime, zone: tzinfo) -> datetime:
    """The first instant after ``after`` at which the wall shows that time; in a gap, by the offset before it."""
    today = datetime.combine(after.astimezone(zone).date(), time_of_day, zone)
    candidates = ((today + timedelta(days=days)).astimezone(after.tzinfo) for days in (-1, 0, 1))
    return next(instant for instant in candidates if instant > after)
