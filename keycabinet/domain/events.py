"""What can happen to a cabinet, in the past tense: everything that enters the inbox.

A reading (``…Read``) is the whole debounced truth about its subject and is sent when a device starts and whenever it
changes, so that a lost or repeated reading does no harm. The rest happens once.
"""

from dataclasses import dataclass, field
from enum import Enum, unique

from keycabinet.domain.people import Pin, Terms

Tag = str
"""The identity that a tag answers with: upper-case hex in printed order, e.g. ``013D2C1B0A000085`` (iButton ROM)."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key of the keypad went down: ``0``-``9``, ``*`` (back), ``#`` (confirm). No repr shows it: perhaps a PIN's."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TagPresented:
    """A tag was held to a reader at the panel; once per presentation."""

    reader: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class TagsRead:
    """Reading: all tags on one bus of slots. A tag counts after two equal reads, is gone after three misses or 1 s."""

    bank: str
    tags: frozenset[Tag]


@dataclass(frozen=True, slots=True)
class ContactRead:
    """Reading: the contact of one slot. ``closed``: something sits in the slot; a contact cannot say what."""

    slot: int
    closed: bool


@dataclass(frozen=True, slots=True)
class BoltsRead:
    """Reading: the bolts that share one sense line. ``home``: every one of them is in its locked place."""

    slots: frozenset[int]
    home: bool


@dataclass(frozen=True, slots=True)
class DoorRead:
    """Reading: the contact of the cabinet's door."""

    is_open: bool


@dataclass(frozen=True, slots=True)
class CoilPulsed:
    """The coil of a slot was energised and is off again. That the latch moved is another fact (``BoltsRead``)."""

    slot: int


@dataclass(frozen=True, slots=True)
class PulseRefused:
    """A commanded pulse was not given and will not be given any more (queue too long, device restarted)."""

    slot: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceReady:
    """A device talks, and has sent all its readings."""

    device: str


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """A device stopped talking or contradicts itself. What it last said is unknown from now on."""

    device: str
    fault: str
    """Short name of the fault, e.g. ``line_silent``."""
    detail: str


@unique
class Verdict(Enum):
    """What the worker found out about a code and a PIN. Whether the person may be here is decided by the rules."""

    RIGHT = "right"
    DURESS = "duress"
    WRONG_PIN = "wrong_pin"
    UNKNOWN_CODE = "unknown_code"
    NO_CREDENTIAL = "no_credential"


@dataclass(frozen=True, slots=True)
class CredentialChecked:
    """The worker has compared a PIN, in the same time whatever it found."""

    attempt: str
    """The id that the session gave to this attempt; an answer to an older attempt is ignored."""
    verdict: Verdict
    person: str | None
    """Opaque id of the person whose code it is, whether or not the PIN was right."""
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class LoginAsked:
    """Somebody gave a code and a PIN at another door than the keypad; answered by the command ``AnswerLogin``."""

    attempt: str
    via: str
    code: str
    pin: Pin


@dataclass(frozen=True, slots=True)
class PinHashed:
    """The worker has hashed a PIN that somebody chose; None: it cannot be that one. No repr shows what it is."""

    attempt: str
    digest: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DirectoryChanged:
    """People, rings or rights are other than before; the facts of this step have the new ones."""


@dataclass(frozen=True, slots=True)
class StorageRecovered:
    """The store failed, nothing was decided meanwhile, and it works again. ``detail``: what it had said."""

    detail: str


@dataclass(frozen=True, slots=True)
class SpaceShort:
    """The disk is full, and the reserve that was kept on it is gone."""

    detail: str


@dataclass(frozen=True, slots=True)
class SpaceEnough:
    """The reserve is on the disk again."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened until the moment that the state had asked for."""


Event = (
    KeyPressed
    | TagPresented
    | TagsRead
    | ContactRead
    | BoltsRead
    | DoorRead
    | CoilPulsed
    | PulseRefused
    | DeviceReady
    | DeviceFailed
    | CredentialChecked
    | LoginAsked
    | PinHashed
    | DirectoryChanged
    | StorageRecovered
    | SpaceShort
    | SpaceEnough
    | TimePassed
)
