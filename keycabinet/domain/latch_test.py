"""A latch that is tried while the cabinet is commissioned: its pulse, its bolt, and how long each took (R46).

It opens a slot that may hold a ring: a person asks for it in a session, and the row is committed first (law 2).
"""

from dataclasses import replace
from datetime import timedelta

from keycabinet.domain import alarms
from keycabinet.domain.effects import ReleaseSlot
from keycabinet.domain.entries import AlarmKind, LatchTestIntended, Outcome, SlotTested
from keycabinet.domain.state import Cabinet, Hindered, Turn
from keycabinet.domain.states import SECURED, Secured, UnderTest, Unlatched


def begin(turn: Turn, slot: int, actor: str) -> Turn | Hindered:
    """Pulse the latch of this one slot, whatever hangs in it, and light its lamp."""
    hindrance = _hindrance(turn.cabinet, slot)
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
    """Record what was measured. A bolt that moved is no fault any more."""
    tested = SlotTested(slot, outcome, _contact(turn.cabinet, slot), _ms(testing.coil), _ms(testing.bolt))
    after = Unlatched() if slot in turn.cabinet.drawn else SECURED
    turn = turn.record(tested).slot(slot, after).having(tested={**turn.cabinet.tested, slot: tested})
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


def _contact(cabinet: Cabinet, slot: int) -> str:
    if slot not in cabinet.layout.contacts:
        return "none"
    return {None: "unknown", True: "closed", False: "open"}[cabinet.seen.contacts.get(slot)]


def _ms(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(milliseconds=1)
