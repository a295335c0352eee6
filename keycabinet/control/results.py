"""What each method gives, as it stands on the wire. Instants are ISO 8601 in UTC."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from keycabinet.control.sight import Sight


class Result(BaseModel):
    """What a method gives."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Hello(Result):
    """Who answers here."""

    protocol: Literal[1] = 1
    version: str
    boot_id: str
    cabinet: str
    title: str
    timezone: str
    """IANA name; the local time of the cabinet."""
    head_seq: int


class Ring(Result):
    """A ring as people call it."""

    id: str
    number: str
    name: str


class Person(Result):
    """A person as people call them."""

    id: str
    code: str
    name: str


class Home(Result):
    """The ring that belongs into a slot."""

    number: str
    name: str


class Slot(Result):
    """One slot. Holder, since, due and evidence are about the ring that belongs here, or else the one that is here."""

    slot: int
    state: str
    """in, out, missing, unverified, elsewhere, wrong_ring, foreign_tag, unreadable, empty or unknown"""
    lock: str
    """secured, released, unlatched, out_of_service, or none where there is no latch"""
    ring: Ring | None
    """What hangs here now."""
    home: Home | None
    holder: Person | None
    since: datetime | None
    due: datetime | None
    overdue: bool
    evidence: str | None


class Alarm(Result):
    """An alarm that stands."""

    kind: str
    subject: str
    """For people: ``ring 12 (Infirmary)``, ``slot 3``, ``door``."""
    subject_id: str
    """As in the ledger."""
    level: int
    """0 is a warning, 1 an alarm, more is more urgent."""
    since: datetime
    last: datetime
    """When it last came back, if it comes and goes; else as ``since``."""
    count: int
    """It was raised so many times within a short while."""
    delivered: datetime | None
    """When the last of the registered consumers had stored it; null: unconfirmed."""
    acknowledged: datetime | None
    acknowledged_by: Person | None
    silenced: bool
    """Nobody wants to hear it at the cabinet any more."""


class Extended(Result):
    """Until when the holder of a ring may keep it."""

    ring: str
    due: datetime


class Clock(Result):
    """The time of the core."""

    utc: datetime
    local: datetime
    """The same instant with the offset of the cabinet's time zone."""
    synced: bool


class Ill(Result):
    """A part that does not work: a device by its name, ``store`` or ``mqtt``."""

    part: str
    fault: str
    """Short name, as in the ledger: ``line_silent``, ``disk_full``, ``not_published`` ..."""
    words: str
    """What it means and what to do, for people."""
    detail: str
    """What is known, for a technician."""
    since: datetime


class LedgerHead(Result):
    """The last row of the ledger."""

    seq: int
    hash: str


class Status(Result):
    """Everything that a watch commander looks at first."""

    cabinet: str
    title: str
    timezone: str
    ready: bool
    silent: list[str]
    """Devices that were never heard or are lost."""
    health: list[Ill]
    """What does not work; empty when all is well."""
    clock: Clock
    door: str
    """locked, released, open, forced, unknown, or none where there is no door"""
    slots: list[Slot]
    alarms: list[Alarm]
    head: LedgerHead
    session: bool
    """Whether somebody is at the keypad."""
    commissioning: datetime | None
    """Since when the cabinet is being commissioned."""


class LearningOf(Result):
    """A ring (number) that is to be learned: waiting, learned in this slot, or not_learned and why, in words."""

    ring: str
    state: Literal["waiting", "learned", "not_learned"]
    slot: int | None = None
    why: str | None = None


class Tested(Result):
    """What came of the test of a slot: ok, bolt_stuck, no_pulse or device_lost.

    In milliseconds from the order on: when the pulse was over, and when the bolt was drawn; None: not seen, or (for
    the bolt) not sensed.
    """

    slot: int
    outcome: str
    contact: str
    """closed, open, unknown, or none where there is no contact"""
    coil_ms: int | None
    bolt_ms: int | None
    ring: str | None
    """The number of the ring that hangs there."""


class Commissioning(Result):
    """Whether the cabinet is being commissioned, and how far that is."""

    since: datetime | None
    """None: it is not."""
    by: Person | None
    slots: list[int]
    """Those that have a latch, and so can be tested."""
    seen: dict[int, str]
    """Slot -> number of the ring that is read there."""
    loose: list[int]
    """Slots whose bolt is not home: push the ring in."""
    aside: dict[str, int]
    """Number of a ring -> the slot that it left since the mode began; it is missing at the end, if it is not back."""
    learning: LearningOf | None
    tested: list[Tested]
    """The last test of each slot since the mode, or the core, began."""


class Signed(Result):
    """The count with which the mode was left: by whom and when, and the row of the ledger that says so."""

    seq: int
    at: datetime
    by: Person
    rings: int
    missing: list[str]
    """Numbers of rings that left their slots meanwhile and are not back: they are missing from now on."""


class Named(Result):
    """What an id in a row stands for: the number of a ring or the user code of a person, and the name."""

    kind: Literal["ring", "person"]
    number: str
    name: str


class LedgerRow(Result):
    """A committed row, every column of it; the hash is over ``body`` in canonical form."""

    seq: int
    id: str
    type: str
    visibility: str
    at: str
    monotonic_ns: int
    boot_id: str
    clock_synced: bool
    subject: str | None
    actor: str | None
    body: dict[str, Any]
    prev_hash: str
    hash: str
    names: dict[str, Named]
    """Beside the row, not of it: who and what its ids are today."""


class StreamedRow(LedgerRow):
    """A row on its way to a subscriber, who can tell by ``previous`` that one is missing."""

    previous: int | None
    """The row before it of those that this subscriber is given: of sealed ones if it is sealed, else of the rest."""


class Rows(Result):
    """Some rows, and where the next ones begin."""

    rows: list[LedgerRow]
    next_seq: int
    head_seq: int


class Subscribed(Result):
    """Rows follow as notifications ``row``, without end; with a token, as long as its session lasts."""

    from_seq: int
    head_seq: int
    sight: Callable[[], Sight] = Field(exclude=True, repr=False)
    """For the connection, not for the wire: what is seen now. Raises Refused when the session is over."""


class History(Result):
    """Rows, newest first. ``complete``: there are no others (of a slot, only the newest 20,000 rows are searched)."""

    rows: list[LedgerRow]
    complete: bool


class Cursor(Result):
    """How far a reader of the ledger has come: the last row that it is done with, 0 at first."""

    name: str
    seq: int


class CursorAt(Cursor):
    """And the last rows up to there that it was given: of sealed ones, and of the rest; 0: none."""

    last: int
    last_sealed: int


class LoggedIn(Result):
    """A session: it ends so many seconds after it was last used."""

    token: str
    person: Person
    role: str
    expires_in_s: int


class Who(Result):
    """Whose session this is, and for how many seconds it lasts from now on unless it is used."""

    person: Person
    role: str
    expires_in_s: int


class Done(Result):
    """It is done."""


class DrawnPin(Result):
    """A PIN that was drawn; it is shown this once."""

    code: str
    name: str
    pin: str = Field(repr=False)


class RingHeld(Result):
    """A ring that is booked to a person."""

    number: str
    name: str
    since: datetime
    due: datetime | None


class PersonFile(Result):
    """A person as enrolled. ``cells`` are the columns of people.csv; ``standing``: here, suspended, left, not_yet."""

    id: str
    cells: dict[str, str]
    standing: str
    holds: list[RingHeld]


class PeopleListed(Result):
    """Everybody who has a user code, by code."""

    people: list[PersonFile]


class PersonAdded(Result):
    """The new person, and the PIN that was drawn."""

    person: PersonFile
    pin: DrawnPin


class RingFile(Result):
    """A ring as enrolled. ``cells`` are the columns of rings.csv; ``custody``: in, out, missing or unverified."""

    id: str
    cells: dict[str, str]
    custody: str
    slot: int | None
    """Where it hangs, or from where it was taken."""
    holder: Person | None
    since: datetime | None


class RingsListed(Result):
    """Every ring, by number."""

    rings: list[RingFile]


class PinGiven(DrawnPin):
    """A PIN that an administrator has given to somebody."""


class PinsGiven(Result):
    """PINs that were given to some of those who had none; ``left``: how many still have none."""

    given: list[PinGiven]
    left: int


class FileFault(Result):
    """A place in a file, which has the name of its parameter, and what is odd there; as ``keycabinet.config.Fault``."""

    file: str
    line: int
    field: str
    found: str
    expected: str
    nearest: str


class RosterImported(Result):
    """What changed (or would). ``unchanged``: rows that say what was known; ``without_pin``: people who need a PIN."""

    difference: list[str]
    warnings: list[FileFault]
    unchanged: int
    without_pin: int


class RosterExported(Result):
    """Tables of the roster as CSV text, by name: what ``roster.import`` takes."""

    files: dict[str, str]


class CheckOutcome(Result):
    """A check before a release: why it refuses, or null, and what it looked at."""

    check: str
    reason: str | None
    detail: str


class Explained(Result):
    """Whether a person could take a ring, with every check in order; ``reason`` is that of the first that refuses."""

    person: Person
    may: bool
    reason: str | None
    checks: list[CheckOutcome]


class RightsExplained(Result):
    """Who could take a ring at an instant. ``without_right``: how many people were left out, as they never may."""

    ring: Ring
    at: datetime
    local: datetime
    approvers: int
    """How many others have to approve."""
    approver_groups: list[str]
    approver_roles: list[str]
    people: list[Explained]
    without_right: int
