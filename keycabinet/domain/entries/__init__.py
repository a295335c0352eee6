"""What the ledger can say: one class a row type. Ids only; names and codes are elsewhere, and enter as commitments."""

from keycabinet.domain.entries import alarms, cabinet, commissioning, custody, keypad, roster
from keycabinet.domain.entries.alarms import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmContacted,
    AlarmDelivered,
    AlarmEscalated,
    AlarmRaised,
    AlarmSilenced,
    AlarmsReviewed,
)
from keycabinet.domain.entries.cabinet import (
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
from keycabinet.domain.entries.commissioning import (
    CommissioningBegun,
    CommissioningEnded,
    LatchTestIntended,
    Outcome,
    RingLearned,
    RingNotLearned,
    RingSetAside,
    SlotInService,
    SlotOutOfService,
    SlotTested,
)
from keycabinet.domain.entries.custody import (
    DoorClosed,
    DoorForced,
    DoorOpened,
    ReleaseEnded,
    ReleaseIntended,
    ReleaseRefused,
    ReturnOffered,
    RingExtended,
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
    KEPT_LOUD,
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
    "KEPT_LOUD",
    "QUIET_KINDS",
    "SEALED_KINDS",
    "AlarmAcknowledged",
    "AlarmCleared",
    "AlarmContacted",
    "AlarmDelivered",
    "AlarmEscalated",
    "AlarmKind",
    "AlarmRaised",
    "AlarmSilenced",
    "AlarmsReviewed",
    "ApprovalRefused",
    "BoundsChanged",
    "CabinetReady",
    "CabinetStarted",
    "CommissioningBegun",
    "CommissioningEnded",
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
    "LatchTestIntended",
    "LinkBack",
    "LinkLost",
    "LoginGranted",
    "LoginRefused",
    "Outcome",
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
    "RingExtended",
    "RingFound",
    "RingLearned",
    "RingMissing",
    "RingMoved",
    "RingNotLearned",
    "RingRetired",
    "RingReturned",
    "RingSetAside",
    "RingTaken",
    "SessionEnded",
    "SlotInService",
    "SlotOutOfService",
    "SlotTested",
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
    for room in (cabinet, roster, keypad, custody, commissioning, alarms)
    for each in vars(room).values()
    if isinstance(each, type) and issubclass(each, Entry) and each is not Entry
)
"""Every type of row."""

_OF_ONE_ALARM = (
    AlarmRaised | AlarmDelivered | AlarmAcknowledged | AlarmSilenced | AlarmContacted | AlarmEscalated | AlarmCleared
)


def visibility_of(entry: Entry) -> Visibility:
    """Who may read this row: as its class says, but of a sealed kind of alarm nobody learns either (R6)."""
    sealed = isinstance(entry, _OF_ONE_ALARM) and entry.kind in SEALED_KINDS
    return Visibility.SEALED if sealed else entry.visibility
