"""One slot: released for a time, and secured again. Pulse sent, bolt drawn and ring gone are different facts.

A release is over only when no pulse can follow it any more: the driver answers each order by ``CoilPulsed`` or
``PulseRefused``, and until then the slot takes no other one.
"""

from datetime import timedelta

from keycabinet.domain import alarms, latch_test
from keycabinet.domain.effects import ReleaseSlot, WithdrawSlot
from keycabinet.domain.entries import AlarmKind, Outcome, ReleaseEnded, ReleaseIntended
from keycabinet.domain.events import BoltsRead, CoilPulsed, PulseRefused
from keycabinet.domain.seen import PATIENCE
from keycabinet.domain.state import Turn
from keycabinet.domain.states import (
    SECURED,
    Offered,
    Released,
    Secured,
    SlotState,
    Taking,
    UnderTest,
    Unlatched,
    Withdrawn,
)


def release(turn: Turn, intent: ReleaseIntended) -> Turn:
    """Open this slot for one person: the intent is recorded, and only then the latch pulsed (law 2)."""
    until = turn.elapsed + turn.cabinet.times.take
    released = Released(intent.release, until, drawn=intent.slot in turn.cabinet.drawn)
    return turn.record(intent).slot(intent.slot, released).command(ReleaseSlot(intent.slot))


def offer(turn: Turn, slot: int) -> Turn:
    """Open this empty slot for a ring that comes back; what is recorded about it stands in this turn already."""
    until = turn.elapsed + turn.cabinet.times.last_pulse
    return turn.slot(slot, Offered(until)).command(ReleaseSlot(slot))


def filled(turn: Turn, slot: int) -> Turn:
    """Something was put into this slot: a pulse that was meant for an empty one is not given any more (law 2)."""
    match turn.cabinet.state_of(slot):
        case Offered() | UnderTest(coil=None):
            return turn.command(WithdrawSlot(slot))
        case _:
            return turn


def is_free(state: SlotState) -> bool:
    """Whether nothing is under way at this slot: no pulse can come."""
    return isinstance(state, Secured | Unlatched)


def taken(turn: Turn, slot: int) -> Turn:
    """The ring has left the slot; its bolt springs home behind it."""
    return turn.slot(slot, SECURED)


def cancel(turn: Turn, slot: int, why: str) -> Turn:
    """The ring is not to be taken after all: at once if the pulse is over, else when it is known whether it comes."""
    match turn.cabinet.state_of(slot):
        case Released(release=release_id, pulsed=True):
            return _end_unless_pulled(turn, slot, release_id, why)
        case Released(release=release_id):
            until = turn.elapsed + turn.cabinet.times.last_pulse
            return turn.slot(slot, Withdrawn(release_id, why, until)).command(WithdrawSlot(slot))
        case Secured() | Withdrawn() | Offered() | Unlatched() | UnderTest():
            return turn


def bolts_read(turn: Turn, event: BoltsRead) -> Turn:
    """The sense line of these bolts says that all are home, or that one is not."""
    drawn = turn.cabinet.drawn - event.slots if event.home else turn.cabinet.drawn | event.slots
    turn = turn.having(drawn=drawn)
    explained = event.home or any(slot in event.slots for slot in turn.cabinet.slots)
    for slot in sorted(event.slots & turn.cabinet.slots.keys()):
        turn = _bolt_read(turn, slot, home=event.home)
    if not turn.cabinet.running:
        return turn
    rule = alarms.unlatch if explained else alarms.latch
    return rule(turn, AlarmKind.LOCK_FAULT, "bolts")


def pulsed(turn: Turn, event: CoilPulsed) -> Turn:
    """The coil did its work; where bolts are sensed, this one must have moved soon."""
    match turn.cabinet.state_of(event.slot):
        case Released(release=release_id, until=until, drawn=drawn):
            sensed = event.slot in turn.cabinet.layout.bolts and not drawn
            check_by = turn.elapsed + turn.cabinet.times.latch_check if sensed else None
            return turn.slot(event.slot, Released(release_id, until, pulsed=True, drawn=drawn, check_by=check_by))
        case Withdrawn(release=release_id, why=why):
            return _end_unless_pulled(turn, event.slot, release_id, why)
        case Offered():
            return turn.slot(event.slot, SECURED)
        case UnderTest() as testing:
            return latch_test.pulsed(turn, event.slot, testing)
        case Secured() | Unlatched():
            return turn


def refused(turn: Turn, event: PulseRefused) -> Turn:
    """The driver did not give the pulse and never will."""
    match turn.cabinet.state_of(event.slot):
        case Released():
            waits = isinstance(turn.cabinet.session, Taking) and turn.cabinet.session.slot == event.slot
            turn = _end(turn, event.slot, "pulse_refused")
            return turn.noted("SLOT NOT OPENED", "TRY AGAIN") if waits else turn
        case Withdrawn(why=why):
            return _end(turn, event.slot, why)
        case Offered():
            return turn.slot(event.slot, SECURED)
        case UnderTest() as testing:
            return latch_test.end(turn, event.slot, testing, Outcome.NO_PULSE)
        case Secured() | Unlatched():
            return turn


def lost(turn: Turn, bolts: frozenset[int]) -> Turn:
    """Nobody can tell any more whether these bolts move: no latch is called stuck for that."""
    turn = turn.having(drawn=turn.cabinet.drawn - bolts)
    for slot, state in turn.cabinet.slots.items():
        if isinstance(state, Released) and slot in bolts:
            turn = turn.slot(slot, Released(state.release, state.until, pulsed=state.pulsed, drawn=state.drawn))
        elif isinstance(state, UnderTest) and slot in bolts:
            turn = latch_test.end(turn, slot, state, Outcome.DEVICE_LOST)
    return turn


def expire(turn: Turn) -> Turn:
    """Nobody pulled in time, the bolt did not move, or the driver never answered."""
    for slot, state in turn.cabinet.slots.items():
        match state:
            case Released(check_by=check_by) if _is_stuck(turn, slot, check_by):
                turn = alarms.latch(_end(turn, slot, "latch_stuck"), AlarmKind.LOCK_FAULT, f"slot-{slot}")
                turn = turn.noted(f"SLOT {slot} IS STUCK", "ASK YOUR SUPERVISOR")
            case Released(until=until) if turn.elapsed >= until:
                turn = cancel(turn, slot, "not_taken").noted(f"SLOT {slot} NOT TAKEN", "PUSH THE RING IN")
            case Withdrawn(why=why, until=until) if turn.elapsed >= until:
                turn = _end(turn, slot, why)
            case Offered(until=until) if turn.elapsed >= until:
                turn = turn.slot(slot, SECURED)
            case UnderTest() as testing:
                turn = latch_test.expire(turn, slot, testing)
            case Released() | Withdrawn() | Offered() | Unlatched() | Secured():
                pass
    return turn


def _end_unless_pulled(turn: Turn, slot: int, release_id: str, why: str) -> Turn:
    """End a release; but when the contact has opened already, wait for the tag to be missed: the ring is on its way."""
    if _is_being_pulled(turn, slot):
        return turn.slot(slot, Withdrawn(release_id, why, turn.elapsed + PATIENCE))
    return _end(turn, slot, why)


def _end(turn: Turn, slot: int, why: str) -> Turn:
    opened = turn.cabinet.books.releases[slot]
    after = Unlatched() if slot in turn.cabinet.drawn else SECURED
    return turn.record(ReleaseEnded(opened.id, opened.ring, slot, why)).slot(slot, after)


def _bolt_read(turn: Turn, slot: int, *, home: bool) -> Turn:
    match turn.cabinet.state_of(slot):
        case Released(release=release_id, until=until, pulsed=was_pulsed) if not home:
            drawn = turn.slot(slot, Released(release_id, until, pulsed=was_pulsed, drawn=True))
            return alarms.unlatch(drawn, AlarmKind.LOCK_FAULT, f"slot-{slot}")
        case Unlatched() if home:
            return turn.slot(slot, SECURED)
        case UnderTest() as testing if not home:
            return latch_test.bolt_drawn(turn, slot, testing)
        case Released() | Withdrawn() | Offered() | Unlatched() | Secured() | UnderTest():
            return turn


def _is_stuck(turn: Turn, slot: int, check_by: timedelta | None) -> bool:
    return check_by is not None and turn.elapsed >= check_by and not _is_being_pulled(turn, slot)


def _is_being_pulled(turn: Turn, slot: int) -> bool:
    return turn.cabinet.seen.contacts.get(slot) is False
