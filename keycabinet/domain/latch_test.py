"""A latch that is tried while the cabinet is commissioned: its pulse, its bolt, and how long each took (R46).

A person asks for it in a session, and the row is committed first (law 2). It is no way to a ring (R1): only a slot is
opened that is empty, or whose ring was learned in this mode. Who may take the others has to take them out before.
"""

from dataclasses import replace
from datetime import timedelta

from keycabinet.domain import alarms
from keycabinet.domain.books import In, Missing, Out, SetAside
from keycabinet.domain.effects import ReleaseSlot, WithdrawSlot
from keycabinet.domain.entries import AlarmKind, LatchTestIntended, Outcome, SlotTested
from keycabinet.domain.rings import Ring
from keycabinet.domain.seen import EMPTY, UNKNOWN, Hanging
from keycabinet.domain.state import Cabinet, Hindered, Turn
from keycabinet.domain.states import SECURED, Secured, UnderTest, Unlatched


def begin(turn: Turn, slot: int, actor: str) -> Turn | Hindered:
    """Pulse the latch of this one slot, if no ring can come out that nobody had in their hands, and light its lamp."""
    hindrance = _hindrance(turn.cabinet, slot) or _ring_inside(turn, slot)
    if hindrance:
        return Hindered(hindrance)
    testing = UnderTest(turn.elapsed, turn.elapsed + turn.cabinet.times.last_pulse)
    return turn.record(LatchTestIntended(slot, actor)).slot(slot, testing).command(ReleaseSlot(slot))


def pulsed(turn: Turn, slot: int, testing: UnderTest) -> Turn:
    """The coil did its work; the bolt has a moment left to move."""
    return _heard(turn, slot, replace(testing, coil=turn.elapsed - testing.began))


def bolt_drawn(turn: Turn, slot: int, testing: UnderTest) -> Turn:
    """The bolt moved; it may do so before the pulse is over."""
    return turn if testing.bolt is not None else _heard(turn, slot, replace(testing, bolt=turn.elapsed - testing.began))


def expire(turn: Turn, slot: int, testing: UnderTest) -> Turn:
    """The lamp was seen, or what is waited for has not come."""
    if turn.elapsed < testing.until:
        return turn
    is_stuck = slot in turn.cabinet.layout.bolts and testing.bolt is None
    moved = Outcome.BOLT_STUCK if is_stuck else Outcome.OK
    return end(turn, slot, testing, Outcome.NO_PULSE if testing.coil is None else moved)


def end(turn: Turn, slot: int, testing: UnderTest, outcome: Outcome) -> Turn:
    """Record what was measured; a pulse that has not come is not to come any more. A bolt that moved is no fault."""
    tested = SlotTested(slot, outcome, _contact(turn.cabinet, slot), _ms(testing.coil), _ms(testing.bolt))
    after = Unlatched() if slot in turn.cabinet.drawn else SECURED
    turn = turn.record(tested).slot(slot, after).having(tested={**turn.cabinet.tested, slot: tested})
    if testing.coil is None:
        turn = turn.command(WithdrawSlot(slot))
    is_well = outcome is Outcome.OK and testing.bolt is not None
    return alarms.unlatch(turn, AlarmKind.LOCK_FAULT, f"slot-{slot}") if is_well else turn


def _heard(turn: Turn, slot: int, testing: UnderTest) -> Turn:
    """Once the pulse is over: wait for the bolt, and no shorter than somebody needs to see the lamp."""
    if testing.coil is None:
        return turn.slot(slot, testing)
    times = turn.cabinet.times
    until = max(testing.began + times.lamp, testing.began + testing.coil + times.latch_check)
    return turn.slot(slot, replace(testing, until=until))


def _hindrance(cabinet: Cabinet, slot: int) -> str:
    under_test = [each for each, state in cabinet.slots.items() if isinstance(state, UnderTest)]
    if slot not in cabinet.layout.latches:
        return f"there is no slot {slot}"
    if under_test:
        return f"slot {under_test[0]} is being tested: one at a time"
    if not isinstance(cabinet.state_of(slot), Secured | Unlatched):
        return f"slot {slot} is in use"
    if slot in cabinet.drawn:
        return f"the bolts sensed with slot {slot} are not all home: push every ring in first"
    return ""


def _ring_inside(turn: Turn, slot: int) -> str:
    """Why this slot may hold a ring that has to stay there; empty if it does not."""
    cabinet, content = turn.cabinet, turn.cabinet.seen.content(turn.cabinet.layout, slot)
    if content is UNKNOWN or not cabinet.seen.is_certain(cabinet.layout, slot):
        return f"nobody can see for certain what is in slot {slot}"
    if content is EMPTY:
        return ""
    for ring in turn.facts.directory.rings.values():
        if ring.id not in cabinet.learned and _may_hang(cabinet, ring, slot):
            hangs = "hangs" if isinstance(content, Hanging) and content.tag == ring.tag else "may hang"
            return f"ring {ring.number} {hangs} in slot {slot}: have it taken out by who may, before the mode begins"
    return ""


def _may_hang(cabinet: Cabinet, ring: Ring, slot: int) -> bool:
    """Whether what is in this slot may be this ring, which the cabinet has held before."""
    content = cabinet.seen.content(cabinet.layout, slot)
    if isinstance(content, Hanging) and content.tag == ring.tag:
        return True
    match cabinet.books.custody.get(ring.id):
        case In(slot=booked):
            return booked == slot
        case Out(slot=left) | Missing(slot=left) | SetAside(slot=left):
            return slot in (left, ring.home_slot)
        case _:
            return False


def _contact(cabinet: Cabinet, slot: int) -> str:
    if slot not in cabinet.layout.contacts:
        return "none"
    return {None: "unknown", True: "closed", False: "open"}[cabinet.seen.contacts.get(slot)]


def _ms(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(milliseconds=1)
