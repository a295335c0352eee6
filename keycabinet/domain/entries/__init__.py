"""What the ledger can say: one class a row type. Ids only; names and codes are elsewhere, and enter as commitments."""

from keycabinet.domain.entries import cabinet, custody, keypad, roster
from keycabinet.domain.entries.cabinet import (
    AlarmCleared,
    AlarmRaised,
    CabinetReady,
    CabinetStarted,
    DeviceBack,
    DeviceLost,
    LinkBack,
    LinkLost,
    SpaceFreed,
    SpaceGone,
    StorageFailed,
)
from keycabinet.domain.entries.custody import (
    DoorClosed,
    DoorForced,
    DoorOpened,
    ReleaseEnded,
    ReleaseIntended,
    ReleaseRefused,
    ReturnOffered,
    RingFound,
    RingMissing,
    RingMoved,
    RingReturned,
    RingTaken,
    TagRefused,
    TagSeen,
)
from keycabinet.domain.entries.keypad import (
    ApprovalRefused,
    DuressIssued,
    DuressUsed,
    KeypadPaused,
    LoginGranted,
    LoginRefused,
    PinChanged,
    PinDisabled,
    PinIssued,
    PinReleased,
    PinReleaseRefused,
    PinReset,
    ReleaseApproved,
    SessionEnded,
)
from keycabinet.domain.entries.roster import (
    BoundsChanged,
    PersonBlanked,
    PersonChanged,
    PersonEnrolled,
    PersonLeft,
    PersonResumed,
    PersonSuspended,
    RightsChanged,
    RingChanged,
    RingEnrolled,
    RingRetired,
)
from keycabinet.domain.entries.words import (
    QUIET_KINDS,
    SEALED_KINDS,
    AlarmKind,
    Entry,
    Evidence,
    Reason,
    Visibility,
)

__all__ = [
    "ENTRY_TYPES",
    "QUIET_KINDS",
    "SEALED_KINDS",
    "AlarmCleared",
    "AlarmKind",
    "AlarmRaised",
    "ApprovalRefused",
    "BoundsChanged",
    "CabinetReady",
    "CabinetStarted",
    "DeviceBack",
    "DeviceLost",
    "DoorClosed",
    "DoorForced",
    "DoorOpened",
    "DuressIssued",
    "DuressUsed",
    "Entry",
    "Evidence",
    "KeypadPaused",
    "LinkBack",
    "LinkLost",
    "LoginGranted",
    "LoginRefused",
    "PersonBlanked",
    "PersonChanged",
    "PersonEnrolled",
    "PersonLeft",
    "PersonResumed",
    "PersonSuspended",
    "PinChanged",
    "PinDisabled",
    "PinIssued",
    "PinReleaseRefused",
    "PinReleased",
    "PinReset",
    "Reason",
    "ReleaseApproved",
    "ReleaseEnded",
    "ReleaseIntended",
    "ReleaseRefused",
    "ReturnOffered",
    "RightsChanged",
    "RingChanged",
    "RingEnrolled",
    "RingFound",
    "RingMissing",
    "RingMoved",
    "RingRetired",
    "RingReturned",
    "RingTaken",
    "SessionEnded",
    "SpaceFreed",
    "SpaceGone",
    "StorageFailed",
    "TagRefused",
    "TagSeen",
    "Visibility",
    "visibility_of",
]

ENTRY_TYPES: tuple[type[Entry], ...] = tuple(
    each
    for room in (cabinet, roster, keypad, custody)
    for each in vars(room).values()
    if isinstance(each, type) and issubclass(each, Entry) and each is not Entry
)
"""Every type of row."""


def visibility_of(entry: Entry) -> Visibility:
    """Who may read this row: as its class says, but of a sealed kind of alarm nobody learns either (R6)."""
    sealed = isinstance(entry, AlarmRaised | AlarmCleared) and entry.kind in SEALED_KINDS
    return Visibility.SEALED if sealed else entry.visibility
