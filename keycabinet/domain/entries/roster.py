"""What the ledger says about people, rings and rights being entered, changed and removed."""

from dataclasses import dataclass
from typing import ClassVar

from keycabinet.domain.entries.words import Entry, Visibility


@dataclass(frozen=True, slots=True)
class PersonEnrolled(Entry):
    """A person was added or changed; the commitment is over name, code and a salt kept in the people table."""

    type: ClassVar[str] = "person.enrolled"
    person: str
    commitment: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class PersonChanged(Entry):
    """What was changed of a person: columns of people.csv with their values, of name and code nothing but that."""

    type: ClassVar[str] = "person.changed"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    what: str
    actor: str


@dataclass(frozen=True, slots=True)
class PersonSuspended(Entry):
    """A person may take nothing from the next key press on (R8)."""

    type: ClassVar[str] = "person.suspended"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    actor: str


@dataclass(frozen=True, slots=True)
class PersonResumed(Entry):
    """A suspension is over."""

    type: ClassVar[str] = "person.resumed"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    actor: str


@dataclass(frozen=True, slots=True)
class PersonLeft(Entry):
    """A person has left, with so many rings still booked to them (R9)."""

    type: ClassVar[str] = "person.left"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    count: int
    actor: str


@dataclass(frozen=True, slots=True)
class PersonBlanked(Entry):
    """Name and code of a person, and the salt of their commitments, were overwritten: nobody can open them again."""

    type: ClassVar[str] = "person.blanked"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    actor: str


@dataclass(frozen=True, slots=True)
class RingEnrolled(Entry):
    """A ring was added or changed. A new ring is unverified until its tag is read in a slot."""

    type: ClassVar[str] = "ring.enrolled"
    ring: str
    home_slot: int
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class RingChanged(Entry):
    """What was changed of a ring: columns of rings.csv with their values, but of its name nothing but that."""

    type: ClassVar[str] = "ring.changed"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    ring: str
    what: str
    actor: str


@dataclass(frozen=True, slots=True)
class RingRetired(Entry):
    """A ring belongs to this cabinet no more. ``number`` is what it was known by: no table knows it any more."""

    type: ClassVar[str] = "ring.retired"
    ring: str
    number: str
    actor: str


@dataclass(frozen=True, slots=True)
class RightsChanged(Entry):
    """The rights were replaced; the digest (SHA-256) is over their canonical form."""

    type: ClassVar[str] = "rights.changed"
    count: int
    digest: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class BoundsChanged(Entry):
    """What bounds the rights was replaced: so many of each, and the digest (SHA-256) over their canonical form."""

    type: ClassVar[str] = "bounds.changed"
    schedules: int
    holidays: int
    limits: int
    pairs: int
    digest: str
    actor: str | None = None
