"""What the ledger says about people and rights instead of saying it: digests that can be opened, and forgotten.

To enrol: ``enrolment = Enrolment.of(person)``, then commit ``enrolment.entry(actor)`` among the entries and
``enrolment`` among the people of one change. To blank a person, commit an enrolment with an empty name, code and salt
and without that entry: the chain stays whole, and nobody can find out any more what the old commitment was over.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from keycabinet.domain.bounds import Bounds
from keycabinet.domain.directory import Right
from keycabinet.domain.entries import BoundsChanged, PersonEnrolled, RightsChanged
from keycabinet.domain.people import Person
from keycabinet.domain.schedule import day_text, holiday_text
from keycabinet.store.canonical import canonical_json


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person to be stored, with the salt (32 hex digits) that keeps the commitment from being guessed."""

    person: Person
    salt: str = field(repr=False)

    @classmethod
    def of(cls, person: Person) -> "Enrolment":
        """An enrolment with a fresh salt."""
        return cls(person, secrets.token_hex(16))

    def entry(self, actor: str | None = None) -> PersonEnrolled:
        """The row that belongs to it; ``actor`` is None only when a store is made."""
        return PersonEnrolled(self.person.id, commitment(self.person, self.salt), actor)


def commitment(person: Person, salt: str) -> str:
    """SHA-256 (hex) over the canonical JSON of ``name``, ``code`` and ``salt``."""
    text = canonical_json({"name": person.name, "code": person.code, "salt": salt})
    return hashlib.sha256(text.encode()).hexdigest()


def rights_changed(rights: Iterable[Right], actor: str | None = None) -> RightsChanged:
    """The row for new rights: the digest is over the JSON array of sorted ``[people, rings, schedule]``, no spaces."""
    rows = sorted({(right.people, right.rings, right.schedule) for right in rights})
    return RightsChanged(len(rows), _digest(rows), actor)


def bounds_changed(bounds: Bounds, actor: str | None = None) -> BoundsChanged:
    """The row for new bounds: the digest is over the JSON array of four sorted arrays of rows, without spaces.

    They are schedules (name, seven days, holidays), holidays (date, name), limits (on whom, who, rings) and pairs.
    """
    schedules = [(each.name, *map(day_text, each.week), holiday_text(each.on_holiday)) for each in bounds.schedules]
    holidays = [(each.day.isoformat(), each.name) for each in bounds.holidays]
    limits = [(limit.on.value, limit.who, limit.rings) for limit in bounds.limits]
    pairs = [(pair.first, pair.second) for pair in bounds.pairs]
    digest = _digest([sorted(schedules), sorted(holidays), sorted(limits), sorted(pairs)])
    return BoundsChanged(len(schedules), len(holidays), len(limits), len(pairs), digest, actor)


def _digest(rows: object) -> str:
    text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
