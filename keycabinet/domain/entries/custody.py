"""What the ledger says about rings: released, taken, returned, missing, found, and the tags and the door on the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from keycabinet.domain.entries.words import Entry, Evidence, Reason


@dataclass(frozen=True, slots=True)
class ReleaseRefused(Entry):
    """A person asked for a slot and did not get it."""

    type: ClassVar[str] = "release.refused"
    actor: str
    slot: int
    reason: Reason
    ring: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseIntended(Entry):
    """The latch of this slot is about to be pulsed for this person. Committed before the coil (law 2)."""

    type: ClassVar[str] = "release.intended"
    release: str
    actor: str
    ring: str
    slot: int
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReleaseEnded(Entry):
    """A release came to its end with the ring in its slot.

    ``why``: ``not_taken``, ``cancelled``, ``latch_stuck``, ``pulse_refused`` or ``restarted``.
    """

    type: ClassVar[str] = "release.ended"
    release: str
    ring: str
    slot: int
    why: str


@dataclass(frozen=True, slots=True)
class RingTaken(Entry):
    """A released ring left its slot; it is booked to its holder."""

    type: ClassVar[str] = "ring.taken"
    release: str
    ring: str
    slot: int
    holder: str
    evidence: Evidence
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class RingExtended(Entry):
    """The holder of a ring may keep it until then, by the word of ``actor`` (R35)."""

    type: ClassVar[str] = "ring.extended"
    ring: str
    due: datetime
    actor: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RingReturned(Entry):
    """A ring that was out is in a slot. Who put it there is known only from a session (R15)."""

    type: ClassVar[str] = "ring.returned"
    ring: str
    slot: int
    evidence: Evidence
    booked_holder: str
    returned_by: str | None = None


@dataclass(frozen=True, slots=True)
class RingMoved(Entry):
    """A ring that was in one slot is in another."""

    type: ClassVar[str] = "ring.moved"
    ring: str
    from_slot: int
    slot: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RingMissing(Entry):
    """A ring left its slot without a release (R16)."""

    type: ClassVar[str] = "ring.missing"
    ring: str
    slot: int


@dataclass(frozen=True, slots=True)
class RingFound(Entry):
    """A ring that was missing or unverified is in a slot."""

    type: ClassVar[str] = "ring.found"
    ring: str
    slot: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class TagSeen(Entry):
    """A tag that belongs to no ring of this cabinet hangs in a slot; ``tag`` is its last four digits."""

    type: ClassVar[str] = "tag.foreign"
    slot: int
    tag: str


@dataclass(frozen=True, slots=True)
class TagRefused(Entry):
    """A tag was held to the panel, and nothing was opened for it."""

    type: ClassVar[str] = "tag.refused"
    reader: str
    reason: Reason
    ring: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnOffered(Entry):
    """The tag of a ring that is out was held to the panel: the door, and its slot if empty, are to be released."""

    type: ClassVar[str] = "return.offered"
    reader: str
    ring: str
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class DoorOpened(Entry):
    """The door was opened after it had been released."""

    type: ClassVar[str] = "door.opened"


@dataclass(frozen=True, slots=True)
class DoorForced(Entry):
    """The door is open and nobody had released it."""

    type: ClassVar[str] = "door.forced"


@dataclass(frozen=True, slots=True)
class DoorClosed(Entry):
    """The door is closed."""

    type: ClassVar[str] = "door.closed"
