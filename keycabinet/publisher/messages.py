"""Everything that is ever published, validated when it is made. Ids instead of names; PINs and codes nowhere."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from keycabinet.domain.moment import utc_text

Id = Annotated[str, Field(min_length=1, max_length=128)]
Count = Annotated[int, Field(ge=0)]
Instant = Annotated[AwareDatetime, PlainSerializer(utc_text)]
"""As in the ledger: ISO 8601, UTC, always microseconds."""


class Message(BaseModel):
    """Raises ValueError when it would say something that is not agreed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def payload(self) -> bytes:
        """The message as it goes out: compact JSON in UTF-8."""
        return self.model_dump_json().encode()


class Info(Message):
    """``info``: what this cabinet is."""

    contract: Literal["1"] = "1"
    """The version of all these messages; a change that a reader could stumble over raises it."""
    cabinet: Id
    title: str
    version: str
    slots: Count
    boot_id: str
    timezone: str
    clock_synced: bool
    public_key: str | None = None
    """The key that checkpoints are signed with; null while there are none."""


class Ill(Message):
    """A part of the cabinet that does not work, and the name of its fault."""

    part: str
    fault: str


class State(Message):
    """``state``: the cabinet as a whole. Null where nobody can know."""

    ready: bool
    silent: tuple[str, ...]
    """Devices that do not answer."""
    health: tuple[Ill, ...]
    """What does not work: devices, ``store``, ``mqtt``; empty when all is well."""
    door: str
    power: str | None = None
    rings_out: Count
    overdue: Count
    alarms: Count
    backlog: Count
    """Rows of the ledger that the broker has not acknowledged."""
    last_seq: Count
    checkpoint: str | None = None
    faults: tuple[str, ...]
    """What keeps the publisher from its work."""
    receipts_refused: dict[str, Count]
    """How many receipts were refused since the publisher started, by reason."""


class Slot(Message):
    """``slots/<nn>/state``: one slot."""

    slot: Annotated[int, Field(ge=1)]
    state: str
    """in, out, missing, unverified, elsewhere, wrong_ring, foreign_tag, unreadable, empty or unknown"""
    lock: str
    """secured, released, unlatched, out_of_service, or none"""
    present: bool
    """Whether a ring is believed to hang here; ``evidence`` says why it is believed."""
    ring: Id | None
    """The ring that hangs here."""
    ring_number: str | None
    home_number: str | None
    """The number of the ring that belongs here; the fields below are about that one."""
    holder: Id | None
    since: Instant | None
    due: Instant | None
    overdue: bool
    evidence: str | None


class Alarm(Message):
    """``alarms/<kind>/<subject>``: one standing alarm; flat, so that dashboards can show it."""

    kind: Id
    subject: Id
    level: Count
    """0 is a warning, 1 an alarm, more is more urgent."""
    first_at: Instant
    last_at: Instant
    """When it last came back, if it comes and goes; else as ``first_at``."""
    count: Annotated[int, Field(ge=1)]
    """It was raised so many times within a short while."""
    delivered_at: Instant | None
    """When the last registered consumer had stored it; null: unconfirmed."""
    acknowledged_at: Instant | None
    acknowledged_by: Id | None
    cause: Id | None = None
    """The id of the event that raised it; null where the core does not say."""


class EventData(Message):
    """What a row of the ledger says, without what is nobody's business outside."""

    visibility: Literal["open", "command", "sealed"]
    actor: Id | None
    clock_synced: bool
    monotonic_ns: Count
    boot_id: str
    body: dict[str, str | int]
    prev_hash: str
    hash: str


class Event(Message):
    """``events`` and ``sealed/events``: a row of the ledger as a CloudEvent 1.0, structured JSON."""

    specversion: Literal["1.0"] = "1.0"
    id: Id
    source: str
    type: str
    time: Instant
    subject: str | None
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: Annotated[int, Field(ge=1)]
    """The number of the row in the ledger."""
    previous: Annotated[int, Field(ge=1)] | None
    """The number of the row before it on this topic; whoever does not have that one has missed it. Null: the first."""
    replayed: bool
    """The row was in the ledger before the publisher came back to it, or may have been sent before."""
    data: EventData
