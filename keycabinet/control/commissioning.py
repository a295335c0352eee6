"""Commissioning at the control socket: every act has a person behind it, and is waited for if it takes time (R46)."""

import time
from collections.abc import Callable

from keycabinet.control import results
from keycabinet.control.acting import ring_named
from keycabinet.control.call import Call
from keycabinet.control.params import Count, LearnRing, SlotAndWhy, SlotOf, WithToken
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.status import person
from keycabinet.domain import commissioning, service
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import CommissioningEnded, RingMissing, SlotTested, Visibility
from keycabinet.domain.state import Cabinet, Hindered, Turn
from keycabinet.domain.states import Learned, Learning, LearningState, NotLearned, UnderTest, Unlatched

LOOK_EVERY_S = 0.05
MOST_ROWS = 10_000
"""More than can be written while one call is answered."""
LONGEST_TEST_S = 20.0
"""The rules end a test after 8 s at the latest, the driver's silence included."""


def begin(call: Call, _params: WithToken) -> results.Commissioning:
    """Begin to commission the cabinet; the door is released. Raises Refused while a ring is being released."""
    actor = call.actor
    _have_done(call, lambda turn: commissioning.begin(turn, actor))
    return _standing(call)


def show(call: Call, _params: WithToken) -> results.Commissioning:
    """Whether the cabinet is being commissioned, what it sees, and what was tested."""
    return _standing(call)


def learn(call: Call, params: LearnRing) -> results.LearningOf:
    """Wait for the tag of a ring, alone in an empty slot, and bind both to it. Raises Refused outside of the mode."""
    core, actor = call.core, call.actor
    ring = ring_named(core.controller.directory, params.ring)
    _have_done(call, lambda turn: commissioning.learn(turn, actor, ring.id))
    cabinet = _after(call, lambda cabinet: not isinstance(cabinet.learning, Learning), params.within_s)
    return _learning(cabinet.learning, core.controller.directory) or results.LearningOf(
        ring=ring.number, state="not_learned", why="the cabinet is in use again"
    )


def test(call: Call, params: SlotOf) -> results.Tested:
    """Pulse the latch of a slot, light its lamp, and say what was measured. Raises Refused outside of the mode."""
    core, actor, slot = call.core, call.actor, params.slot
    _have_done(call, lambda turn: commissioning.test(turn, actor, slot))
    cabinet = _after(call, lambda cabinet: not isinstance(cabinet.state_of(slot), UnderTest), LONGEST_TEST_S)
    if isinstance(cabinet.state_of(slot), UnderTest):
        raise Refused(Fault.BUSY, f"slot {slot} is still being tested: ask with commission.status")
    return _tested(cabinet.tested[slot], commissioning.rings_seen(cabinet, core.controller.directory))


def end(call: Call, params: Count) -> results.Signed:
    """Leave the mode with a count, and sign for it. Raises Refused if another number is seen, and names the slots."""
    actor, counted, seq = call.actor, params.rings, call.core.head.seq
    _have_done(call, lambda turn: commissioning.end(turn, actor, counted))
    return _signed(call, seq + 1)


def out_of_service(call: Call, params: SlotAndWhy) -> results.Done:
    """Take a slot out of service: it releases nothing, and only the loss of its ring is an alarm."""
    actor, slot, why = call.actor, params.slot, params.why
    _have_done(call, lambda turn: service.take_out(turn, actor, slot, why))
    return results.Done()


def in_service(call: Call, params: SlotOf) -> results.Done:
    """Put a slot back into service. Raises Refused for one that is not out of it."""
    actor, slot = call.actor, params.slot
    _have_done(call, lambda turn: service.put_back(turn, actor, slot))
    return results.Done()


def _signed(call: Call, from_seq: int) -> results.Signed:
    """The first count since this row, and what the same transaction called missing."""
    directory = call.core.controller.directory
    with call.core.open_reader() as reader:
        rows = reader.rows(from_seq, MOST_ROWS, frozenset({Visibility.OPEN}))
    row, ended = next((row, row.entry) for row in rows if isinstance(row.entry, CommissioningEnded))
    missing = [it.entry.ring for it in rows if isinstance(it.entry, RingMissing) and it.at == row.at]
    return results.Signed(
        seq=row.seq,
        at=row.at,
        by=person(ended.actor, directory),
        rings=ended.rings,
        missing=[_number(ring, directory) for ring in missing],
    )


def _have_done(call: Call, asked: Callable[[Turn], Turn | Hindered]) -> None:
    hindered = call.core.decide(lambda: call.core.controller.carry_out(asked))
    if hindered is not None:
        raise Refused(Fault.NOT_POSSIBLE, hindered.why)


def _after(call: Call, is_over: Callable[[Cabinet], bool], within_s: float) -> Cabinet:
    """The cabinet as soon as it is over, or as it is after so long."""
    core, deadline = call.core, time.monotonic() + within_s
    while not is_over(cabinet := core.controller.cabinet) and time.monotonic() < deadline:
        core.head.wait_beyond(core.head.seq, LOOK_EVERY_S)
    return cabinet


def _standing(call: Call) -> results.Commissioning:
    cabinet, directory = call.core.controller.cabinet, call.core.controller.directory
    mode, seen = cabinet.books.commissioning, commissioning.rings_seen(cabinet, directory)
    return results.Commissioning(
        since=mode.since if mode is not None else None,
        by=person(mode.actor, directory) if mode is not None else None,
        slots=sorted(cabinet.layout.latches),
        seen=seen,
        loose=sorted(slot for slot, state in cabinet.slots.items() if isinstance(state, Unlatched)),
        aside={_number(ring, directory): slot for ring, slot in commissioning.set_aside(cabinet).items()},
        learning=_learning(cabinet.learning, directory),
        tested=[_tested(cabinet.tested[slot], seen) for slot in sorted(cabinet.tested)],
    )


def _tested(tested: SlotTested, seen: dict[int, str]) -> results.Tested:
    return results.Tested(
        slot=tested.slot,
        outcome=tested.result.value,
        contact=tested.contact,
        coil_ms=tested.coil_ms,
        bolt_ms=tested.bolt_ms,
        ring=seen.get(tested.slot),
    )


def _learning(state: LearningState | None, directory: Directory) -> results.LearningOf | None:
    if state is None:
        return None
    number = _number(state.ring, directory)
    match state:
        case Learning():
            return results.LearningOf(ring=number, state="waiting")
        case Learned(slot=slot):
            return results.LearningOf(ring=number, state="learned", slot=slot)
        case NotLearned(why=why):
            return results.LearningOf(ring=number, state="not_learned", why=why)


def _number(ring: str, directory: Directory) -> str:
    known = directory.rings.get(ring)
    return known.number if known is not None else ring
