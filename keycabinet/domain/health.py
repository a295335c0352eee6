"""What does not work, by name: devices, the store, the way to the broker. What is lost says so until it is back."""

from dataclasses import replace
from datetime import timedelta

from keycabinet.domain import door, slot
from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.entries import (
    AlarmKind,
    CabinetReady,
    DeviceBack,
    DeviceLost,
    LinkBack,
    LinkLost,
    SessionEnded,
    SpaceFreed,
    SpaceGone,
    StorageFailed,
)
from keycabinet.domain.events import DeviceFailed, DeviceReady, SpaceEnough, SpaceShort, StorageRecovered
from keycabinet.domain.layout import Senses
from keycabinet.domain.state import Cabinet, Ill, Turn
from keycabinet.domain.states import IDLE, person_of

STORE, LINK = "store", "mqtt"
"""Subjects of alarms that are about no device, slot or ring."""
NOT_PUBLISHED = "not_published"
"""The fault of a publisher that is not heard at all."""


def device_ready(turn: Turn, event: DeviceReady) -> Turn:
    """A device talks: the first time, again, or as the last of those that the start waits for."""
    known = event.device in turn.cabinet.unheard
    turn = _well(turn.having(unheard=turn.cabinet.unheard - {event.device}), event.device)
    if not turn.cabinet.running:
        return turn if turn.cabinet.unheard else begin(turn)
    return turn.record(DeviceBack(event.device)) if known else turn


def device_failed(turn: Turn, event: DeviceFailed) -> Turn:
    """A device stopped talking: what it last said counts no more. The name of its fault is kept as it changes."""
    cabinet = turn.cabinet
    senses = cabinet.layout.devices.get(event.device, Senses())
    known = event.device in cabinet.unheard and cabinet.running
    turn = turn if known else turn.record(DeviceLost(event.device, event.fault, event.detail))
    seen = cabinet.seen.without(frozenset(senses.banks), senses.contacts)
    turn = slot.lost(turn.having(unheard=cabinet.unheard | {event.device}, seen=seen), senses.bolts)
    turn = _ill(turn, event.device, event.fault, event.detail)
    return door.lost(turn) if senses.door else turn


def give_up_waiting(turn: Turn) -> Turn:
    """Devices that were not heard in time are done without."""
    until = turn.cabinet.starting_until
    return begin(turn) if until is not None and turn.elapsed >= until else turn


def begin(turn: Turn) -> Turn:
    """The start is over."""
    for device in turn.cabinet.unheard - turn.cabinet.ills.keys():
        turn = _ill(turn, device, "not_heard", f"{device}: not heard since the start")
    return turn.having(starting_until=None).record(CabinetReady(" ".join(sorted(turn.cabinet.unheard))))


def storage_recovered(turn: Turn, event: StorageRecovered) -> Turn:
    """Nothing could be recorded for a while, and so nothing was decided; whoever was at the keypad is not any more.

    PINs that were being compared stay counted as wrong.
    """
    if (person := person_of(turn.cabinet.session)) is not None:
        turn = turn.record(SessionEnded(person, "storage"))
    trusted_from = turn.elapsed + turn.cabinet.times.storage_trust
    return turn.at(IDLE).having(store_trusted_from=trusted_from, tries={}).record(StorageFailed(event.detail))


def space_short(turn: Turn, event: SpaceShort) -> Turn:
    """The disk is full, and the space that was kept for this day is being used: for returns and alarms."""
    return _ill(turn, STORE, "disk_full", event.detail).record(SpaceGone(event.detail))


def space_enough(turn: Turn, _event: SpaceEnough) -> Turn:
    """There is room again."""
    return _well(turn, STORE).record(SpaceFreed())


def is_store_trusted(cabinet: Cabinet, elapsed: timedelta) -> bool:
    """Whether a ring may be released: the store has room, and has not failed lately."""
    until = cabinet.store_trusted_from
    return STORE not in cabinet.ills and (until is None or elapsed >= until)


def watch_link(turn: Turn) -> Turn:
    """Rows that nobody publishes are noticed here, whatever the reason: the publisher says one if it can."""
    lag, known = turn.facts.lag, LINK in turn.cabinet.ills
    behind = lag is not None and (lag.fault or turn.elapsed >= lag.since + turn.cabinet.times.publish)
    if lag is None or not behind:
        return _well(turn, LINK).record(LinkBack(LINK)) if known else turn
    fault, detail = lag.fault or NOT_PUBLISHED, lag.detail or f"no row has left since row {lag.seq}"
    if known and turn.cabinet.ills[LINK].fault == fault:
        return turn
    return _ill(turn, LINK, fault, detail).record(LinkLost(LINK, fault, detail))


def alarms(turn: Turn) -> set[AlarmKey]:
    """The alarms that stand for what does not work."""
    standing = {(AlarmKind.READER_FAULT, device) for device in turn.cabinet.unheard}
    if not is_store_trusted(turn.cabinet, turn.elapsed):
        standing.add((AlarmKind.STORAGE, STORE))
    if LINK in turn.cabinet.ills:
        standing.add((AlarmKind.NOT_PUBLISHED, LINK))
    return standing | {(AlarmKind.RECEIVER_SILENT, consumer) for consumer in turn.facts.silent}


def _ill(turn: Turn, part: str, fault: str, detail: str) -> Turn:
    before = turn.cabinet.ills.get(part)
    ill = Ill(fault, detail, turn.facts.now.utc) if before is None else replace(before, fault=fault, detail=detail)
    return turn.having(ills={**turn.cabinet.ills, part: ill})


def _well(turn: Turn, part: str) -> Turn:
    return turn.having(ills={each: ill for each, ill in turn.cabinet.ills.items() if each != part})
