"""One slot: released for a time, and secured again. Pulse sent, bolt drawn and ring gone are different facts."""

from datetime import timedelta

from keycabinet.domain import alarms
from keycabinet.domain.effects import ReleaseSlot
from keycabinet.domain.entries import AlarmKind, ReleaseEnded, ReleaseIntended
from keycabinet.domain.events import BoltsRead, CoilPulsed, PulseRefused
from keycabinet.domain.seen import PATIENCE
from keycabinet.domain.state import Turn
from keycabinet.domain.states import SECURED, Released, Secured, Unlatched


def release(turn: Turn, intent: ReleaseIntended) -> Turn:
    """Open this slot for one person: the intent is recorded, and only then the latch pulsed (law 2)."""
    until = turn.elapsed + turn.cabinet.times.take
    released = Released(intent.release, until, drawn=intent.slot in turn.cabinet.drawn)
    return turn.record(intent).slot(intent.slot, released).command(ReleaseSlot(intent.slot))


def taken(turn: Turn, slot: int) -> Turn:
    """The ring has left the slot; its bolt springs home behind it."""
    return turn.slot(slot, SECURED)


def cancel(turn: Turn, slot: int) -> Turn:
    """The person does not want the ring after all."""
    return end(turn, slot, "cancelled")


def end(turn: Turn, slot: int, why: str) -> Turn:
    """The release of this slot is over with the ring in it; a slot without a release stays as it is."""
    opened = turn.cabinet.books.releases.get(slot)
    if opened is None or not isinstance(turn.cabinet.state_of(slot), Released):
        return turn
    after = Unlatched() if slot in turn.cabinet.drawn else SECURED
    return turn.record(ReleaseEnded(opened.id, opened.ring, slot, why)).slot(slot, after)


def bolts_read(turn: Turn, event: BoltsRead) -> Turn:
    """The sense line of these bolts says that all are home, or that one is not."""
    drawn = turn.cabinet.drawn - event.slots if event.home else turn.cabinet.drawn | event.slots
    turn = turn.having(drawn=drawn)
    for slot in sorted(event.slots & turn.cabinet.slots.keys()):
        turn = _bolt_read(turn, slot, home=event.home)
    return turn


def pulsed(turn: Turn, event: CoilPulsed) -> Turn:
    """The coil did its work; where bolts are sensed, this one must have moved soon."""
    match turn.cabinet.state_of(event.slot):
        case Released(release=release_id, until=until, drawn=False) if event.slot in turn.cabinet.layout.bolts:
            check_by = turn.elapsed + turn.cabinet.times.latch_check
            return turn.slot(event.slot, Released(release_id, until, check_by=check_by))
        case Released() | Secured() | Unlatched():
            return turn


def refused(turn: Turn, event: PulseRefused) -> Turn:
    """The driver did not give the pulse and never will."""
    return end(turn, event.slot, "pulse_refused").noted("SLOT NOT OPENED", "TRY AGAIN")


def expire(turn: Turn) -> Turn:
    """Nobody pulled in time, or the bolt did not move."""
    for slot, state in turn.cabinet.slots.items():
        match state:
            case Released(check_by=check_by) if check_by is not None and turn.elapsed >= check_by:
                turn = alarms.latch(end(turn, slot, "latch_stuck"), AlarmKind.LOCK_FAULT, f"slot-{slot}")
                turn = turn.noted(f"SLOT {slot} IS STUCK", "ASK YOUR SUPERVISOR")
            case Released(until=until) if turn.elapsed >= until + _pull_in_progress(turn, slot):
                turn = end(turn, slot, "not_taken").noted(f"SLOT {slot} NOT TAKEN", "PUSH THE RING IN")
            case Released() | Unlatched() | Secured():
                pass
    return turn


def _bolt_read(turn: Turn, slot: int, *, home: bool) -> Turn:
    match turn.cabinet.state_of(slot):
        case Released(release=release_id, until=until) if not home:
            drawn = turn.slot(slot, Released(release_id, until, drawn=True))
            return alarms.unlatch(drawn, AlarmKind.LOCK_FAULT, f"slot-{slot}")
        case Unlatched() if home:
            return turn.slot(slot, SECURED)
        case Released() | Unlatched() | Secured():
            return turn


def _pull_in_progress(turn: Turn, slot: int) -> timedelta:
    """How much longer to wait: the contact has opened already, and the tag will be missed in a moment."""
    return PATIENCE if turn.cabinet.seen.contacts.get(slot) is False else timedelta(0)
