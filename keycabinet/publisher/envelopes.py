"""From what the core says to what is published. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keycabinet.domain.alarm import WARNING
from keycabinet.publisher.heard import AlarmSeen, Hello, Row, SlotSeen, Status
from keycabinet.publisher.messages import Alarm, Event, EventData, Ill, Info, Slot, State
from keycabinet.publisher.topics import Topics, is_sealed

TELLABLE = frozenset(
    {
        "actor", "approver", "bank", "bolt_ms", "booked_holder", "coil_ms", "contact", "count", "counted", "device",
        "due", "evidence", "factors", "fault", "from_slot", "holder", "holidays", "home_slot", "kind", "level",
        "limits", "link", "pairs", "person", "reader", "reason", "release", "result", "returned_by", "ring", "rings",
        "schedules", "seconds", "silent", "slot", "subject", "tag", "up_to", "version", "via", "why",
    }
)  # fmt: skip
"""Fields of rows that are published. A field that is not named here stays in the cabinet."""

WITHHELD = frozenset({"answer", "commitment", "detail", "digest", "note", "number", "what", "whom"})
"""Fields that were looked at and stay in the cabinet: commitments over names, free text, what was changed."""

TAG_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the core said about itself at one time."""

    hello: Hello
    status: Status


@dataclass(frozen=True, slots=True)
class Health:
    """How the publishing itself is."""

    published: int
    """All rows up to this one are acknowledged by the broker."""
    faults: tuple[str, ...]
    receipts_refused: Mapping[str, int] = field(default_factory=dict)


def event_of(row: Row, cabinet: str, *, replayed: bool) -> Event:
    """The message that tells of a row. Raises ValueError when the row is not as agreed."""
    return Event(
        id=row.id,
        source=f"/keycabinet/{cabinet}",
        type=f"keycabinet.{row.type}",
        time=row.at,  # type: ignore[arg-type]  # pydantic reads the instant
        subject=row.subject,
        sequence=row.seq,
        previous=row.previous,
        replayed=replayed,
        data=EventData(
            visibility=row.visibility,
            actor=row.actor,
            clock_synced=row.clock_synced,
            monotonic_ns=row.monotonic_ns,
            boot_id=row.boot_id,
            body=_tellable(row.body),
            prev_hash=row.prev_hash,
            hash=row.hash,
        ),
    )


def retained_of(snapshot: Snapshot, topics: Topics, health: Health) -> dict[str, bytes]:
    """Every retained topic but ``status``, with what it has to hold. Raises ValueError as ``event_of`` does."""
    status = snapshot.status
    alarms = {topics.alarm(each.kind, each.subject_id): _alarm(each) for each in status.alarms}
    slots = {topics.slot(each.slot): _slot(each) for each in status.slots}
    whole = {topics.info: _info(snapshot, topics.cabinet), topics.state: _state(status, health)}
    return {topic: message.payload() for topic, message in {**alarms, **whole, **slots}.items()}


def _tellable(body: dict[str, str | int]) -> dict[str, str | int]:
    told = {name: value for name, value in body.items() if name in TELLABLE}
    if "tag" in told:
        told["tag"] = str(told["tag"])[-TAG_DIGITS:]
    return told


def _info(snapshot: Snapshot, cabinet: str) -> Info:
    hello, status = snapshot.hello, snapshot.status
    return Info(
        cabinet=cabinet,
        title=hello.title,
        version=hello.version,
        slots=len(status.slots),
        boot_id=hello.boot_id,
        timezone=hello.timezone,
        clock_synced=status.clock.synced,
    )


def _state(status: Status, health: Health) -> State:
    return State(
        ready=status.ready,
        silent=status.silent,
        health=tuple(Ill(part=each.part, fault=each.fault) for each in status.health),
        door=status.door,
        rings_out=sum(each.holder is not None for each in status.slots),
        overdue=sum(each.overdue for each in status.slots),
        alarms=sum(each.level > WARNING and not is_sealed(each.kind) for each in status.alarms),
        backlog=max(status.head.seq - health.published, 0),
        last_seq=status.head.seq,
        faults=health.faults,
        receipts_refused=dict(health.receipts_refused),
    )


def _slot(seen: SlotSeen) -> Slot:
    return Slot(
        slot=seen.slot,
        state=seen.state,
        lock=seen.lock,
        present=seen.ring is not None,
        ring=seen.ring.id if seen.ring else None,
        ring_number=seen.ring.number if seen.ring else None,
        home_number=seen.home.number if seen.home else None,
        holder=seen.holder.id if seen.holder else None,
        since=seen.since,  # type: ignore[arg-type]  # pydantic reads the instant
        due=seen.due,  # type: ignore[arg-type]
        overdue=seen.overdue,
        evidence=seen.evidence,
    )


def _alarm(seen: AlarmSeen) -> Alarm:
    return Alarm(
        kind=seen.kind,
        subject=seen.subject_id,
        level=seen.level,
        first_at=seen.since,  # type: ignore[arg-type]  # pydantic reads the instant
        last_at=seen.last,  # type: ignore[arg-type]
        count=seen.count,
        delivered_at=seen.delivered,  # type: ignore[arg-type]
        acknowledged_at=seen.acknowledged,  # type: ignore[arg-type]
        acknowledged_by=seen.acknowledged_by.id if seen.acknowledged_by else None,
        cause=seen.cause,
    )
