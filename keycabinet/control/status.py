"""Who has what, since when and until when: the cabinet as people ask for it."""

from collections.abc import Mapping
from datetime import datetime

from keycabinet.control import results
from keycabinet.control.plain_words import in_plain_words
from keycabinet.domain.alarm import AlarmKey, oldest_first
from keycabinet.domain.books import Custody, In, Missing, Out, SetAside, Unverified
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import SEALED_KINDS, AlarmKind
from keycabinet.domain.rings import Ring
from keycabinet.domain.state import Cabinet, Ill
from keycabinet.domain.states import (
    DoorLocked,
    DoorOpen,
    DoorReleased,
    DoorUnknown,
    Offered,
    Released,
    Secured,
    UnderTest,
    Unlatched,
    Withdrawn,
)


def slots(cabinet: Cabinet, directory: Directory, now: datetime) -> list[results.Slot]:
    """Every slot that exists, that a ring calls its home, or that a ring hangs in; so that no ring is left out."""
    hanging = _hanging(cabinet, directory)
    numbers = cabinet.layout.latches | directory.ring_of_home.keys() | hanging.keys()
    return [_slot(slot, hanging.get(slot), cabinet, directory, now) for slot in sorted(numbers)]


def alarms(cabinet: Cabinet, directory: Directory, *, sealed: bool = False) -> list[results.Alarm]:
    """The alarms that stand, oldest first; of sealed kinds only for who may read sealed rows (R6)."""
    told = (key for key in oldest_first(cabinet.books.alarms) if sealed or key[0] not in SEALED_KINDS)
    return [one_alarm(key, cabinet, directory) for key in told]


def health(ills: Mapping[str, Ill]) -> list[results.Ill]:
    """What does not work, longest first."""
    return [
        results.Ill(part=part, fault=ill.fault, words=in_plain_words(ill.fault), detail=ill.detail, since=ill.since)
        for part, ill in sorted(ills.items(), key=lambda item: (item[1].since, item[0]))
    ]


def door(cabinet: Cabinet) -> str:
    """One word for the door."""
    if (AlarmKind.DOOR_FORCED, "door") in cabinet.books.alarms:
        return "forced"
    match cabinet.door:
        case DoorLocked():
            return "locked"
        case DoorReleased():
            return "released"
        case DoorOpen():
            return "open"
        case DoorUnknown():
            sensed = any(senses.door for senses in cabinet.layout.devices.values())
            return "unknown" if sensed or cabinet.layout.door_latch else "none"


def person(known: str, directory: Directory) -> results.Person:
    """A person by id; without code and name once the directory does not know them any more."""
    found = directory.people.get(known)
    return results.Person(id=known, code=found.code if found else "", name=found.name if found else "")


def one_alarm(key: AlarmKey, cabinet: Cabinet, directory: Directory) -> results.Alarm:
    """An alarm that stands, and what has become of it so far."""
    (kind, subject), alarm = key, cabinet.books.alarms[key]
    by, flap = alarm.acknowledged_by, cabinet.flaps.get(key)
    return results.Alarm(
        kind=kind.value,
        subject=_readable(subject, directory),
        subject_id=subject,
        level=alarm.level,
        since=alarm.raised_at,
        last=alarm.raised_at if flap is None else max(flap.last, alarm.raised_at),
        count=alarm.count if flap is None else max(flap.count, alarm.count),
        delivered=alarm.delivered_at,
        acknowledged=alarm.acknowledged_at,
        acknowledged_by=person(by, directory) if by is not None else None,
        silenced=alarm.silenced,
    )


def _hanging(cabinet: Cabinet, directory: Directory) -> dict[int, Ring]:
    rings = sorted(directory.rings.values(), key=lambda ring: ring.number, reverse=True)
    placed = ((cabinet.books.custody.get(ring.id), ring) for ring in rings)
    return {custody.slot: ring for custody, ring in placed if isinstance(custody, In)}


def _slot(slot: int, here: Ring | None, cabinet: Cabinet, directory: Directory, now: datetime) -> results.Slot:
    home = directory.ring_of_home.get(slot)
    about = home or here
    custody = cabinet.books.custody.get(about.id) if about else None
    out = custody if isinstance(custody, Out) else None
    return results.Slot(
        slot=slot,
        state=_state(slot, here, home, cabinet),
        lock=_lock(slot, cabinet),
        ring=results.Ring(id=here.id, number=here.number, name=here.name) if here else None,
        home=results.Home(number=home.number, name=home.name) if home else None,
        holder=person(out.holder, directory) if out else None,
        since=custody.since if custody else None,
        due=out.due if out else None,
        overdue=out is not None and out.due is not None and now >= out.due,
        evidence=custody.evidence.value if isinstance(custody, In | Out) else None,
    )


def _state(slot: int, here: Ring | None, home: Ring | None, cabinet: Cabinet) -> str:
    custody = cabinet.books.custody.get(home.id) if home else None
    if not (isinstance(custody, Out | Missing | SetAside | Unverified) or cabinet.seen.is_known(cabinet.layout, slot)):
        return "unknown"
    if (AlarmKind.FOREIGN_TAG, f"slot-{slot}") in cabinet.books.alarms:
        return "foreign_tag"
    if here is not None and here != home:
        return "wrong_ring"
    if custody is None and home is not None:
        return "unverified"
    if (AlarmKind.UNREADABLE, f"slot-{slot}") in cabinet.books.alarms and slot in cabinet.unread_since:
        return "unreadable"
    return _word(custody, slot)


def _word(custody: Custody | None, slot: int) -> str:
    match custody:
        case In():
            return "in" if custody.slot == slot else "elsewhere"
        case Out():
            return "out"
        case Missing():
            return "missing"
        case SetAside() | Unverified():
            return "unverified"
        case None:
            return "empty"


def _lock(slot: int, cabinet: Cabinet) -> str:
    if slot not in cabinet.layout.latches:
        return "none"
    if slot in cabinet.books.out_of_service:
        return "out_of_service"
    match cabinet.state_of(slot):
        case Secured():
            return "secured"
        case Released() | Withdrawn() | Offered() | UnderTest():
            return "released"
        case Unlatched():
            return "unlatched"


def _readable(subject: str, directory: Directory) -> str:
    if (ring := directory.rings.get(subject)) is not None:
        return f"ring {ring.number} ({ring.name})"
    if (who := directory.people.get(subject)) is not None:
        return f"{who.name} ({who.code})"
    return subject.replace("slot-", "slot ", 1) if subject.startswith("slot-") else subject
