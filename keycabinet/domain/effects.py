"""What the rules ask for, in the imperative. Entries are committed first; only then is a command carried out."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique

from keycabinet.domain.entries import Entry
from keycabinet.domain.people import Pin
from keycabinet.domain.rings import Ring


@unique
class Light(Enum):
    """What the lamp of a slot says. Steady: take or return here. Blinking: something is wrong here."""

    OFF = "off"
    STEADY = "steady"
    BLINKING = "blinking"


@unique
class Tune(Enum):
    """What the sounder plays, once."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WARNING = "warning"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class CheckCredential:
    """Compare the PIN of this code, off the deciding thread, and answer with ``CredentialChecked``."""

    attempt: str
    code: str
    pin: Pin


@dataclass(frozen=True, slots=True)
class HashPin:
    """Hash the PIN that the person with this code has chosen, off the deciding thread; answer with ``PinHashed``."""

    attempt: str
    code: str
    pin: Pin


@dataclass(frozen=True, slots=True)
class AnswerLogin:
    """Tell whoever asked at another door than the keypad who they are; None: nobody, for whatever reason."""

    attempt: str
    person: str | None


@dataclass(frozen=True, slots=True)
class ReleaseSlot:
    """Pulse the latch of this slot once."""

    slot: int


@dataclass(frozen=True, slots=True)
class WithdrawSlot:
    """Do not pulse the latch of this slot any more, unless that has begun."""

    slot: int


@dataclass(frozen=True, slots=True)
class ReleaseDoor:
    """Pulse the latch of the door once."""


@dataclass(frozen=True, slots=True)
class Play:
    """Sound this tune at the cabinet."""

    tune: Tune


Command = CheckCredential | HashPin | AnswerLogin | ReleaseSlot | WithdrawSlot | ReleaseDoor | Play


@dataclass(frozen=True, slots=True)
class ChosenPin:
    """The digest by which a person's PIN is known from now on, instead of the old one."""

    person: str
    digest: bytes = field(repr=False)
    chosen_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Effects:
    """The outcome of one step, in the order that law 2 asks for: what to record, and what to do once it is durable."""

    entries: tuple[Entry, ...] = ()
    commands: tuple[Command, ...] = ()
    chosen: tuple[ChosenPin, ...] = ()
    rings: tuple[Ring, ...] = ()
    """Rings that are other than they were; durable together with the entries."""
