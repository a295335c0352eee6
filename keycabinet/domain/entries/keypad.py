"""What the ledger says about people showing who they are: log-ins, PINs, second persons, the keypad itself."""

from dataclasses import dataclass
from typing import ClassVar

from keycabinet.domain.entries.words import Entry, Reason, Visibility


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
class SessionEnded(Entry):
    """The person at the keypad is gone: ``cancelled`` by a key, ``timeout``, or ``storage`` that failed."""

    type: ClassVar[str] = "session.ended"
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class KeypadPaused(Entry):
    """Too many wrong PINs in a short time: the keypad takes no code for so many seconds (R4)."""

    type: ClassVar[str] = "keypad.paused"
    seconds: int


@dataclass(frozen=True, slots=True)
class DuressUsed(Entry):
    """A person typed the PIN for duress, and was let in or refused as with the other one (R6)."""

    type: ClassVar[str] = "duress.used"
    visibility: ClassVar[Visibility] = Visibility.SEALED
    person: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class DuressIssued(Entry):
    """A person was given a PIN for duress (R6)."""

    type: ClassVar[str] = "duress.issued"
    visibility: ClassVar[Visibility] = Visibility.SEALED
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
