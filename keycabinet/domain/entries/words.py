"""What rows are made of: who may read them, how a fact is known, why somebody was refused, what an alarm is about."""

from dataclasses import dataclass
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
    COMMISSIONING = "commissioning"
    OUT_OF_SERVICE = "out_of_service"


@unique
class AlarmKind(Enum):
    """What the watch commander is told about (R39)."""

    DUE_SOON = "due_soon"
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
    RECEIVER_SILENT = "receiver_silent"
    LEFT_HOLDING = "left_holding"
    REPEATED_WRONG_PIN = "repeated_wrong_pin"
    PIN_DISABLED = "pin_disabled"
    KEYPAD_PAUSED = "keypad_paused"
    DURESS = "duress"


SEALED_KINDS = frozenset({AlarmKind.DURESS})
"""Alarms that nobody below the watch commander learns of: their rows are sealed (R6)."""
QUIET_KINDS = SEALED_KINDS | {AlarmKind.REPEATED_WRONG_PIN, AlarmKind.PIN_DISABLED}
"""Alarms that are neither heard nor shown at the cabinet: they would tell which codes exist (R5)."""
KEPT_LOUD = frozenset({AlarmKind.DOOR_FORCED, AlarmKind.MISSING, AlarmKind.DURESS})
"""Alarms that nobody silences from afar: only at the keypad, or by their end (R40)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be. ``type`` is its name in the ledger; fields are the body, None left out."""

    type: ClassVar[str]
    visibility: ClassVar[Visibility] = Visibility.OPEN
