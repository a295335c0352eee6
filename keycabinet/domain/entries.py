"""What the ledger can say: one class a row type. Ids only; names and codes are elsewhere, and enter as commitments."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import ClassVar


@unique
class Visibility(Enum):
    """Who may read a row: everybody with access, the watch commander and above, or only those the site names."""

    OPEN = "open"
    COMMAND = "command"
    SEALED = "sealed"


@unique
class Evidence(Enum):
    """How a fact about a ring is known. Only ``TAG_READ`` names the ring and its slot without a guess."""

    TAG_READ = "tag_read"
    CONTACT = "contact"
    INFERRED = "inferred"


@unique
class Reason(Enum):
    """Why somebody was refused. For the ledger only: the display says the same for all of them (R5)."""

    UNKNOWN_CODE = "unknown_code"
    WRONG_PIN = "wrong_pin"
    NO_CREDENTIAL = "no_credential"
    PIN_DISABLED = "pin_disabled"
    PIN_EXPIRED = "pin_expired"
    PIN_TO_CHANGE = "pin_to_change"
    NOT_APPROVED = "not_approved"
    SAME_PERSON = "same_person"
    NOT_ENTITLED = "not_entitled"
    NOT_DISABLED = "not_disabled"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    NOT_ANSWERED = "not_answered"
    NO_SUCH_SLOT = "no_such_slot"
    EMPTY_SLOT = "empty_slot"
    ALREADY_OUT = "already_out"
    NO_RIGHT = "no_right"
    OUTSIDE_GROUP = "outside_group"
    OUT_OF_HOURS = "out_of_hours"
    LIMIT_REACHED = "limit_reached"
    PAIR_HELD = "pair_held"
    OWN_REQUEST = "own_request"
    APPROVED_ALREADY = "approved_already"
    MAY_NOT_APPROVE = "may_not_approve"
    SLOT_UNKNOWN = "slot_unknown"
    SLOT_BUSY = "slot_busy"
    UNKNOWN_TAG = "unknown_tag"
    NOT_OUT = "not_out"
    DUPLICATE_TAG = "duplicate_tag"
    TOO_OFTEN = "too_often"
    STORAGE = "storage"


@unique
class AlarmKind(Enum):
    """What the watch commander is told about (R39)."""

    OVERDUE = "overdue"
    MISSING = "missing"
    DUPLICATE_TAG = "duplicate_tag"
    FOREIGN_TAG = "foreign_tag"
    UNREADABLE = "unreadable"
    DOOR_OPEN = "door_open"
    DOOR_FORCED = "door_forced"
    LOCK_FAULT = "lock_fault"
    READER_FAULT = "reader_fault"
    STORAGE = "storage"
    NOT_PUBLISHED = "not_published"
    LEFT_HOLDING = "left_holding"
    REPEATED_WRONG_PIN = "repeated_wrong_pin"
    PIN_DISABLED = "pin_disabled"
    KEYPAD_PAUSED = "keypad_paused"
    DURESS = "duress"


SEALED_KINDS = frozenset({AlarmKind.DURESS})
"""Alarms that nobody below the watch commander learns of: their rows are sealed (R6)."""
QUIET_KINDS = SEALED_KINDS | {AlarmKind.REPEATED_WRONG_PIN, AlarmKind.PIN_DISABLED}
"""Alarms that are neither heard nor shown at the cabinet: they would tell which codes exist (R5)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be. ``type`` is its name in the ledger; fields are the body, None left out."""

    type: ClassVar[str]
    visibility: ClassVar[Visibility] = Visibility.OPEN


@dataclass(frozen=True, slots=True)
class CabinetStarted(Entry):
    """The core began; nothing is energised and nothing is known yet."""

    type: ClassVar[str] = "cabinet.started"
    version: str


@dataclass(frozen=True, slots=True)
class CabinetReady(Entry):
    """Every device was heard (or given up), and the books agree with what hangs in the slots."""

    type: ClassVar[str] = "cabinet.ready"
    silent: str
    """Names of devices that did not answer, separated by spaces."""


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
class PinIssued(Entry):
    """A person was given a new PIN, drawn at random (R2)."""

    type: ClassVar[str] = "pin.issued"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    actor: str | None = None


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


@dataclass(frozen=True, slots=True)
class LoginGranted(Entry):
    """A person is at the keypad, or ``via`` another door, by these factors: ``code+pin`` or ``badge+pin``."""

    type: ClassVar[str] = "login.granted"
    actor: str
    via: str | None = None
    factors: str | None = None


@dataclass(frozen=True, slots=True)
class LoginRefused(Entry):
    """Somebody tried a code and a PIN. ``person`` is whose code it is, if anybody's."""

    type: ClassVar[str] = "login.refused"
    reason: Reason
    person: str | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class DuressUsed(Entry):
    """A person typed the PIN for duress, and was let in or refused as with the other one (R6)."""

    type: ClassVar[str] = "duress.used"
    visibility: ClassVar[Visibility] = Visibility.SEALED
    person: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class PinDisabled(Entry):
    """A PIN opens nothing until it is reset or released: by ``actor``, or by too many wrong ones in a row (R4)."""

    type: ClassVar[str] = "pin.disabled"
    person: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class PinReset(Entry):
    """A person was given a new PIN in place of the old one, which opens nothing any more (R2)."""

    type: ClassVar[str] = "pin.reset"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    person: str
    actor: str


@dataclass(frozen=True, slots=True)
class PinChanged(Entry):
    """A person chose a PIN at the keypad (R3)."""

    type: ClassVar[str] = "pin.changed"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    actor: str


@dataclass(frozen=True, slots=True)
class PinReleased(Entry):
    """A PIN that was disabled by wrong ones is good again: two people at the cabinet have said so (R4)."""

    type: ClassVar[str] = "pin.released"
    person: str
    actor: str
    approver: str


@dataclass(frozen=True, slots=True)
class PinReleaseRefused(Entry):
    """A commander asked for the release of a code that is nobody's or not disabled."""

    type: ClassVar[str] = "pin.release_refused"
    actor: str
    reason: Reason
    person: str | None = None


@dataclass(frozen=True, slots=True)
class DuressIssued(Entry):
    """A person was given a PIN for duress (R6)."""

    type: ClassVar[str] = "pin.duress_issued"
    visibility: ClassVar[Visibility] = Visibility.SEALED
    person: str
    actor: str


@dataclass(frozen=True, slots=True)
class ApprovalRefused(Entry):
    """A person authenticated as another one's second person, and was not accepted as such."""

    type: ClassVar[str] = "approval.refused"
    approver: str
    person: str
    """For whom."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class ReleaseApproved(Entry):
    """A second or third person vouches for a release (R27)."""

    type: ClassVar[str] = "release.approved"
    approver: str
    person: str
    """For whom."""
    ring: str
    slot: int


@dataclass(frozen=True, slots=True)
class KeypadPaused(Entry):
    """Too many wrong PINs in a short time: the keypad takes no code for so many seconds (R4)."""

    type: ClassVar[str] = "keypad.paused"
    seconds: int


@dataclass(frozen=True, slots=True)
class SessionEnded(Entry):
    """The person at the keypad is gone: ``cancelled`` by a key, ``timeout``, or ``storage`` that failed."""

    type: ClassVar[str] = "session.ended"
    actor: str
    why: str


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


@dataclass(frozen=True, slots=True)
class AlarmRaised(Entry):
    """An alarm exists from now on.

    ``subject`` is the id of a ring or person, ``slot-<n>``, the name of a device, ``door``, ``bolts`` or ``keypad``.
    """

    type: ClassVar[str] = "alarm.raised"
    kind: AlarmKind
    subject: str


@dataclass(frozen=True, slots=True)
class AlarmCleared(Entry):
    """What the alarm was about is so no longer."""

    type: ClassVar[str] = "alarm.cleared"
    kind: AlarmKind
    subject: str


@dataclass(frozen=True, slots=True)
class DeviceLost(Entry):
    """A device does not do its work; what it last said counts no more."""

    type: ClassVar[str] = "device.lost"
    device: str
    fault: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeviceBack(Entry):
    """A lost device works again."""

    type: ClassVar[str] = "device.back"
    device: str


@dataclass(frozen=True, slots=True)
class StorageFailed(Entry):
    """For a while nothing could be recorded, and so nothing was decided; now it can be again."""

    type: ClassVar[str] = "storage.failed"
    detail: str


@dataclass(frozen=True, slots=True)
class SpaceGone(Entry):
    """The disk is full: nothing is released any more, and the space kept for returns and alarms is being used."""

    type: ClassVar[str] = "space.gone"
    detail: str


@dataclass(frozen=True, slots=True)
class SpaceFreed(Entry):
    """There is room on the disk again."""

    type: ClassVar[str] = "space.freed"


@dataclass(frozen=True, slots=True)
class LinkLost(Entry):
    """Rows do not leave the cabinet; ``fault`` is the publisher's word for it, or ``not_published`` if it is silent."""

    type: ClassVar[str] = "link.lost"
    link: str
    fault: str
    detail: str


@dataclass(frozen=True, slots=True)
class LinkBack(Entry):
    """Rows leave the cabinet again."""

    type: ClassVar[str] = "link.back"
    link: str


ENTRY_TYPES: tuple[type[Entry], ...] = (
    CabinetStarted,
    CabinetReady,
    PersonEnrolled,
    PersonChanged,
    PersonSuspended,
    PersonResumed,
    PersonLeft,
    PersonBlanked,
    PinIssued,
    RingEnrolled,
    RingChanged,
    RingRetired,
    RightsChanged,
    BoundsChanged,
    LoginGranted,
    LoginRefused,
    DuressUsed,
    PinDisabled,
    PinReset,
    PinChanged,
    PinReleased,
    PinReleaseRefused,
    DuressIssued,
    ApprovalRefused,
    ReleaseApproved,
    KeypadPaused,
    SessionEnded,
    ReleaseRefused,
    ReleaseIntended,
    ReleaseEnded,
    RingTaken,
    RingReturned,
    RingMoved,
    RingMissing,
    RingFound,
    TagSeen,
    TagRefused,
    ReturnOffered,
    DoorOpened,
    DoorForced,
    DoorClosed,
    AlarmRaised,
    AlarmCleared,
    DeviceLost,
    DeviceBack,
    StorageFailed,
    SpaceGone,
    SpaceFreed,
    LinkLost,
    LinkBack,
)


def visibility_of(entry: Entry) -> Visibility:
    """Who may read this row: as its class says, but of a sealed kind of alarm nobody learns either (R6)."""
    sealed = isinstance(entry, AlarmRaised | AlarmCleared) and entry.kind in SEALED_KINDS
    return Visibility.SEALED if sealed else entry.visibility
