"""What the ledger says of a cabinet that is commissioned: tags, latches and counts; and of slots out of service."""

from dataclasses import dataclass
from enum import Enum, unique
from typing import ClassVar

from keycabinet.domain.entries.words import Entry


@unique
class Outcome(Enum):
    """How the test of a slot ended: as it should, the bolt did not move, the coil got no pulse, or all went silent."""

    OK = "ok"
    BOLT_STUCK = "bolt_stuck"
    NO_PULSE = "no_pulse"
    DEVICE_LOST = "device_lost"


@dataclass(frozen=True, slots=True)
class CommissioningBegun(Entry):
    """The cabinet is being commissioned from now on: nothing is missed, and nothing released to anybody (R46)."""

    type: ClassVar[str] = "commissioning.begun"
    actor: str


@dataclass(frozen=True, slots=True)
class CommissioningEnded(Entry):
    """The cabinet is in use; so many rings are seen in it, and so many did the actor count."""

    type: ClassVar[str] = "commissioning.ended"
    actor: str
    rings: int
    counted: int


@dataclass(frozen=True, slots=True)
class RingLearned(Entry):
    """The tag that appeared in this slot is from now on that of the ring, and the slot its home."""

    type: ClassVar[str] = "ring.learned"
    ring: str
    slot: int
    actor: str


@dataclass(frozen=True, slots=True)
class RingNotLearned(Entry):
    """A ring was to be learned, and something stood against it."""

    type: ClassVar[str] = "ring.not_learned"
    ring: str
    detail: str
    actor: str


@dataclass(frozen=True, slots=True)
class RingSetAside(Entry):
    """A ring left its slot while the cabinet was being commissioned: missing only if it is not back at the end."""

    type: ClassVar[str] = "ring.set_aside"
    ring: str
    slot: int


@dataclass(frozen=True, slots=True)
class LatchTestIntended(Entry):
    """The latch of this slot is about to be pulsed because this person tries it (law 2)."""

    type: ClassVar[str] = "latch.test_intended"
    slot: int
    actor: str


@dataclass(frozen=True, slots=True)
class SlotTested(Entry):
    """What came of a test: when, from the order on, the pulse was over and the bolt drawn; None: never seen.

    ``contact``: ``closed``, ``open``, ``unknown``, or ``none`` where there is none.
    """

    type: ClassVar[str] = "slot.tested"
    slot: int
    result: Outcome
    contact: str
    coil_ms: int | None = None
    bolt_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SlotOutOfService(Entry):
    """Nothing is released from this slot any more; ``detail``: why, in words."""

    type: ClassVar[str] = "slot.out_of_service"
    slot: int
    detail: str
    actor: str


@dataclass(frozen=True, slots=True)
class SlotInService(Entry):
    """The slot does its work again."""

    type: ClassVar[str] = "slot.in_service"
    slot: int
    actor: str
