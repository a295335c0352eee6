"""The books as tables: loaded whole, written as the difference between two snapshots."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, bindparam, delete, insert, select
from sqlalchemy import Row as SqlRow

from keycabinet.domain.alarm import Alarm, AlarmKey
from keycabinet.domain.books import (
    Books,
    Commissioning,
    Custody,
    In,
    Missing,
    OpenRelease,
    Out,
    OutOfService,
    SetAside,
    Unverified,
)
from keycabinet.domain.entries import AlarmKind, Evidence
from keycabinet.domain.moment import utc_from, utc_text
from keycabinet.errors import StoreError
from keycabinet.store.schema import alarms, custody, modes, open_releases, slots_out_of_service

K = TypeVar("K")
V = TypeVar("V")

_put_custody = insert(custody).prefix_with("OR REPLACE")
_drop_custody = delete(custody).where(custody.c.ring_id == bindparam("gone"))
_put_release = insert(open_releases).prefix_with("OR REPLACE")
_drop_release = delete(open_releases).where(open_releases.c.slot == bindparam("gone"))
_put_alarm = insert(alarms).prefix_with("OR REPLACE")
_drop_alarm = delete(alarms).where(
    and_(alarms.c.kind == bindparam("gone_kind"), alarms.c.subject == bindparam("gone_subject"))
)
_put_mode = insert(modes).prefix_with("OR REPLACE")
_drop_mode = delete(modes).where(modes.c.name == bindparam("gone"))
_put_service = insert(slots_out_of_service).prefix_with("OR REPLACE")
_drop_service = delete(slots_out_of_service).where(slots_out_of_service.c.slot == bindparam("gone"))
COMMISSIONING = "commissioning"


def load_books(connection: Connection) -> Books:
    """The books as they are stored. Raises StoreError for a state that no custody has."""
    return Books(
        custody={row.ring_id: _custody(row) for row in connection.execute(select(custody))},
        releases={row.slot: _release(row) for row in connection.execute(select(open_releases))},
        commissioning=_load_modes(connection).get(COMMISSIONING),
        out_of_service={
            row.slot: OutOfService(utc_from(row.since), row.why)
            for row in connection.execute(select(slots_out_of_service))
        },
        alarms={(AlarmKind(row.kind), row.subject): _alarm(row) for row in connection.execute(select(alarms))},
    )


def write_books(connection: Connection, before: Books, after: Books) -> None:
    """Write what is different in ``after``; ``before`` is what the tables hold."""
    gone_rings, placed = _difference(before.custody, after.custody)
    gone_slots, opened = _difference(before.releases, after.releases)
    gone_alarms, raised = _difference(before.alarms, after.alarms)
    _many(connection, _drop_custody, [{"gone": ring} for ring in gone_rings])
    _many(connection, _put_custody, [_custody_row(ring, where) for ring, where in placed])
    _many(connection, _drop_release, [{"gone": slot} for slot in gone_slots])
    _many(connection, _put_release, [_release_row(slot, release) for slot, release in opened])
    _many(connection, _drop_alarm, [{"gone_kind": kind.value, "gone_subject": name} for kind, name in gone_alarms])
    _many(connection, _put_alarm, [_alarm_row(key, alarm) for key, alarm in raised])
    _write_service(connection, before, after)


def _write_service(connection: Connection, before: Books, after: Books) -> None:
    gone_modes, begun = _difference(_modes(before), _modes(after))
    back, out = _difference(before.out_of_service, after.out_of_service)
    _many(connection, _drop_mode, [{"gone": name} for name in gone_modes])
    _many(connection, _put_mode, [{"name": n, "since": utc_text(it.since), "actor": it.actor} for n, it in begun])
    _many(connection, _drop_service, [{"gone": slot} for slot in back])
    _many(connection, _put_service, [{"slot": n, "since": utc_text(it.since), "why": it.why} for n, it in out])


def _modes(books: Books) -> Mapping[str, Commissioning]:
    return {} if books.commissioning is None else {COMMISSIONING: books.commissioning}


def _load_modes(connection: Connection) -> dict[str, Commissioning]:
    return {row.name: Commissioning(utc_from(row.since), row.actor) for row in connection.execute(select(modes))}


def _difference(old: Mapping[K, V], new: Mapping[K, V]) -> tuple[list[K], list[tuple[K, V]]]:
    if old is new:
        return [], []
    gone = [key for key in old if key not in new]
    changed = [(key, value) for key, value in new.items() if (was := old.get(key)) is not value and was != value]
    return gone, changed


def _many(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - insert or delete
    if rows:
        connection.execute(statement, rows)


def _custody_row(ring: str, where: Custody) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("slot", "evidence", "holder", "due"))
    row |= {"ring_id": ring, "since": utc_text(where.since)}
    match where:
        case In(slot=slot, evidence=evidence):
            return row | {"state": "in", "slot": slot, "evidence": evidence.value}
        case Out(slot=slot, evidence=evidence, holder=holder, due=due):
            out = {"state": "out", "slot": slot, "evidence": evidence.value, "holder": holder}
            return row | out | {"due": _text_or_none(due)}
        case Missing(slot=slot):
            return row | {"state": "missing", "slot": slot}
        case SetAside(slot=slot):
            return row | {"state": "aside", "slot": slot}
        case Unverified():
            return row | {"state": "unverified"}


def _custody(row: SqlRow[Any]) -> Custody:
    since = utc_from(row.since)
    match row.state:
        case "in":
            return In(row.slot, since, Evidence(row.evidence))
        case "out":
            return Out(row.slot, since, Evidence(row.evidence), row.holder, _instant_or_none(row.due))
        case "missing":
            return Missing(row.slot, since)
        case "aside":
            return SetAside(row.slot, since)
        case "unverified":
            return Unverified(since)
    raise StoreError(f"ring {row.ring_id} is in a state that no ring has: {row.state}")


def _release_row(slot: int, release: OpenRelease) -> dict[str, Any]:
    row = {"slot": slot, "id": release.id, "holder": release.holder, "ring_id": release.ring}
    return row | {"due": _text_or_none(release.due)}


def _release(row: SqlRow[Any]) -> OpenRelease:
    return OpenRelease(row.id, row.holder, row.ring_id, row.slot, _instant_or_none(row.due))


def _alarm_row(key: AlarmKey, alarm: Alarm) -> dict[str, Any]:
    kind, subject = key
    return {
        "kind": kind.value,
        "subject": subject,
        "raised_at": utc_text(alarm.raised_at),
        "level": alarm.level,
        "times": alarm.count,
        "escalations": alarm.escalations,
        "delivered_at": _text_or_none(alarm.delivered_at),
        "acknowledged_by": alarm.acknowledged_by,
        "acknowledged_at": _text_or_none(alarm.acknowledged_at),
        "silenced": int(alarm.silenced),
    }


def _alarm(row: SqlRow[Any]) -> Alarm:
    return Alarm(
        raised_at=utc_from(row.raised_at),
        level=row.level,
        count=row.times,
        escalations=row.escalations,
        delivered_at=_instant_or_none(row.delivered_at),
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=_instant_or_none(row.acknowledged_at),
        silenced=bool(row.silenced),
    )


def _text_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else utc_text(instant)


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else utc_from(text)
