"""What the core says to the publisher, as far as the publisher wants to know it: names and codes are not even read."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")
Text = Annotated[str, StringConstraints(min_length=1)]
Several = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in JSON."""


class Heard(BaseModel):
    """Raises ValueError when the core says something else than agreed; what it says beyond that is left unread."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class Hello(Heard):
    """The answer to ``hello``. ``head_seq`` is the last row of the ledger."""

    cabinet: Text
    title: str
    timezone: str
    version: str
    head_seq: int
    boot_id: str


class Cursor(Heard):
    """The answer to ``cursor.get``: also the last sealed row up to there, and the last of the others."""

    seq: int
    last: int
    last_sealed: int


class Row(Heard):
    """A row of the ledger, as the stream carries it."""

    seq: int
    id: Text
    type: Text
    visibility: Literal["open", "command", "sealed"]
    at: Text
    monotonic_ns: int
    boot_id: str
    clock_synced: bool
    subject: str | None = None
    actor: str | None = None
    body: dict[str, str | int]
    prev_hash: str
    hash: str
    previous: Annotated[int, Field(ge=1)] | None

    @property
    def is_sealed(self) -> bool:
        """Whether it goes out where only the commander listens."""
        return self.visibility == "sealed"


class RingSeen(Heard):
    """A ring by its id and the number that is stamped on it; what it opens is left unread."""

    id: Text
    number: str


class HomeSeen(Heard):
    """The ring that belongs into a slot, by the number that is stamped on it."""

    number: str


class SomebodySeen(Heard):
    """A person by an opaque id."""

    id: Text


class SlotSeen(Heard):
    """One slot in the answer to ``status``."""

    slot: int
    state: str
    lock: str
    ring: RingSeen | None
    home: HomeSeen | None
    holder: SomebodySeen | None
    since: str | None
    due: str | None
    overdue: bool
    evidence: str | None


class AlarmSeen(Heard):
    """One standing alarm in the answer to ``status``; its ``subject`` there is for people, and is left unread."""

    kind: Text
    subject_id: Text
    level: int
    since: Text
    last: Text
    count: int
    delivered: str | None
    acknowledged: str | None
    acknowledged_by: SomebodySeen | None
    cause: Text | None = None


class IllSeen(Heard):
    """A part that does not work; the words about it are for people at the cabinet, and are left unread."""

    part: Text
    fault: Text


class HeadSeen(Heard):
    """The last row of the ledger at the time of the answer."""

    seq: int


class ClockSeen(Heard):
    """Whether the time of the core can be believed."""

    synced: bool


class Status(Heard):
    """The answer to ``status``."""

    ready: bool
    silent: Several[str]
    health: Several[IllSeen]
    clock: ClockSeen
    door: str
    slots: Several[SlotSeen]
    alarms: Several[AlarmSeen]
    head: HeadSeen
