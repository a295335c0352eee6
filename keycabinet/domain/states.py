"""The states of the small machines: door, slot, session. One class a state, with exactly the fields that it needs.

Times are elapsed (monotonic) time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keycabinet.domain.people import Pin

# ---- door ----


@dataclass(frozen=True, slots=True)
class DoorUnknown:
    """Not heard yet, or there is no contact."""


@dataclass(frozen=True, slots=True)
class DoorLocked:
    """Closed, and nobody may open it."""


@dataclass(frozen=True, slots=True)
class DoorReleased:
    """Closed, and somebody may open it until then."""

    until: timedelta


@dataclass(frozen=True, slots=True)
class DoorOpen:
    """Open since then; ``toned``: the local tone has sounded."""

    since: timedelta
    toned: bool = False


DoorState = DoorUnknown | DoorLocked | DoorReleased | DoorOpen

# ---- slot ----


@dataclass(frozen=True, slots=True)
class Secured:
    """The bolt is home as far as anybody can know."""


@dataclass(frozen=True, slots=True)
class Released:
    """The latch was told to open for a person.

    ``pulsed``: the coil has done its work; ``drawn``: the bolt was seen to move; ``check_by``: when it should have.
    """

    release: str
    until: timedelta
    pulsed: bool = False
    drawn: bool = False
    check_by: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The release is not wanted any more, but its pulse may still come: over when the driver has said, or at last."""

    release: str
    why: str
    until: timedelta


@dataclass(frozen=True, slots=True)
class Offered:
    """An empty slot was told to open for a ring that comes back; over when the driver has answered, or at last."""

    until: timedelta


@dataclass(frozen=True, slots=True)
class Unlatched:
    """Nobody is to take anything, and the bolt is not home: the ring has to be pushed in."""


SlotState = Secured | Released | Withdrawn | Offered | Unlatched
SECURED = Secured()

# ---- session ----


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody is at the keypad."""


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """Somebody types a user code."""

    code: str
    until: timedelta


@dataclass(frozen=True, slots=True)
class PinEntry:
    """Somebody types the PIN for this code."""

    code: str
    pin: Pin
    until: timedelta


@dataclass(frozen=True, slots=True)
class Checking:
    """The worker compares; its answer names the attempt. ``ahead``: keys that were typed meanwhile."""

    attempt: str
    until: timedelta
    ahead: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Choosing:
    """A person is logged in and types a slot number."""

    person: str
    digits: str
    until: timedelta


@dataclass(frozen=True, slots=True)
class Taking:
    """A slot is released for the person, who has not pulled the ring yet."""

    person: str
    slot: int
    release: str
    due: datetime | None


SessionState = Idle | CodeEntry | PinEntry | Checking | Choosing | Taking
IDLE = Idle()
