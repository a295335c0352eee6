"""The states of the small machines: door, slot, session. One class a state, with exactly the fields that it needs.

Times are elapsed (monotonic) time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.events import Tag
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


@dataclass(frozen=True, slots=True)
class UnderTest:
    """The latch is being tried since ``began``; ``coil`` and ``bolt``: how long after that each was heard of."""

    began: timedelta
    until: timedelta
    coil: timedelta | None = None
    bolt: timedelta | None = None


SlotState = Secured | Released | Withdrawn | Offered | Unlatched | UnderTest
SECURED = Secured()

# ---- learning ----


@dataclass(frozen=True, slots=True)
class Learning:
    """The tag of this ring is waited for: one that is not ``known`` already, in a slot that was ``empty``."""

    ring: str
    actor: str
    until: timedelta
    empty: frozenset[int]
    known: frozenset[Tag]


@dataclass(frozen=True, slots=True)
class Learned:
    """The ring has a tag, and this slot is its home."""

    ring: str
    slot: int


@dataclass(frozen=True, slots=True)
class NotLearned:
    """Something stood against it, in words."""

    ring: str
    why: str


LearningState = Learning | Learned | NotLearned

# ---- session ----


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody is at the keypad."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """Who types wants to be let in."""


@dataclass(frozen=True, slots=True)
class Approve:
    """Who types vouches for a release: one of ``needed`` people, each within the time; ``by`` have done so (R27)."""

    person: str
    """For whom."""
    slot: int
    ring: str
    needed: int
    until: timedelta
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Free:
    """Who types is the second person for the release of a disabled code (R4)."""

    person: str
    """The commander who asked for it."""
    disabled: str
    until: timedelta


Aim = LogIn | Approve | Free
LOG_IN = LogIn()


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """Somebody types a user code."""

    code: str
    until: timedelta
    aim: Aim = LOG_IN


@dataclass(frozen=True, slots=True)
class PinEntry:
    """Somebody types the PIN for this code. ``badge``: the code was not typed, a badge was shown."""

    code: str
    pin: Pin
    until: timedelta
    aim: Aim = LOG_IN
    badge: bool = False


@dataclass(frozen=True, slots=True)
class Checking:
    """The worker compares; its answer names the attempt. ``ahead``: keys that were typed meanwhile."""

    attempt: str
    until: timedelta
    ahead: str = field(default="", repr=False)
    aim: Aim = LOG_IN
    badge: bool = False


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


@dataclass(frozen=True, slots=True)
class Naming:
    """A commander types the user code that is to be released."""

    person: str
    code: str
    until: timedelta


@dataclass(frozen=True, slots=True)
class NewPin:
    """A person types a new PIN. ``forced``: this was the first use of a PIN that is good for nothing else (R3)."""

    person: str
    pin: Pin
    until: timedelta
    forced: bool


@dataclass(frozen=True, slots=True)
class RepeatPin:
    """The person types it again."""

    person: str
    first: Pin
    pin: Pin
    until: timedelta
    forced: bool


@dataclass(frozen=True, slots=True)
class Changing:
    """The worker hashes the new PIN; its answer names the attempt."""

    person: str
    attempt: str
    until: timedelta
    forced: bool


@dataclass(frozen=True, slots=True)
class Attending:
    """A person goes through the alarms that stand; ``at`` is the one that is shown, None when none is left."""

    person: str
    at: AlarmKey | None
    until: timedelta


SessionState = (
    Attending | Idle | CodeEntry | PinEntry | Checking | Choosing | Taking | Naming | NewPin | RepeatPin | Changing
)
IDLE = Idle()


def person_of(session: SessionState) -> str | None:
    """Who is logged in at the keypad, whoever else types there."""
    match session:
        case CodeEntry(aim=aim) | PinEntry(aim=aim) | Checking(aim=aim):
            return None if isinstance(aim, LogIn) else aim.person
        case Idle():
            return None
        case _:
            return session.person
