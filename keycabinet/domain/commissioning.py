"""A cabinet that is being commissioned knows it, over restarts, until somebody leaves the mode with a count (R46).

While it lasts no ring is missed, no tag is foreign, and nothing is released. What was missing before stays so, and
what left its slot meanwhile is missing at the end: the mode is no way to take a ring. What is waited for, learned or
measured is forgotten when the core starts again; the mode is not.
"""

from keycabinet.domain import door, latch_test, learning
from keycabinet.domain.books import SetAside
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import CommissioningBegun, CommissioningEnded, RingMissing
from keycabinet.domain.seen import UNKNOWN, UNREADABLE, Content, Hanging
from keycabinet.domain.state import Cabinet, Hindered, Turn
from keycabinet.domain.states import Learning, UnderTest, Unlatched


def begin(turn: Turn, actor: str) -> Turn | Hindered:
    """Begin; the door is released, so that somebody can work on the slots."""
    releases = turn.cabinet.books.releases
    if not turn.cabinet.running:
        return Hindered("the cabinet has not heard its devices yet")
    if turn.cabinet.books.commissioning is not None:
        return Hindered("the cabinet is being commissioned already")
    if releases:
        return Hindered(f"slot {min(releases)} is being released: wait until it is over")
    turn = turn.having(learned=frozenset(), tested={})
    return door.release(turn.record(CommissioningBegun(actor)))


def learn(turn: Turn, actor: str, ring: str) -> Turn | Hindered:
    """Wait for the tag of this ring."""
    return _in_the_mode(turn) or _at_the_open_door(learning.begin(turn, ring, actor))


def test(turn: Turn, actor: str, slot: int) -> Turn | Hindered:
    """Try the latch of this slot."""
    return _in_the_mode(turn) or _at_the_open_door(latch_test.begin(turn, slot, actor))


def end(turn: Turn, actor: str, counted: int) -> Turn | Hindered:
    """Leave the mode, if as many rings were counted as are seen; else say slot by slot what is seen."""
    hindrance = _in_the_mode(turn) or _not_shut(turn.cabinet)
    if hindrance is not None:
        return hindrance
    seen = rings_seen(turn.cabinet, turn.facts.directory)
    unseen = [slot for slot, content in _contents(turn.cabinet).items() if content is UNKNOWN]
    if unseen:
        return Hindered(f"nobody can see what is in slot {', '.join(map(str, unseen))}: its reader is not heard")
    if len(seen) != counted:
        return Hindered(f"you counted {counted}, the cabinet sees {len(seen)}: {'; '.join(_by_slot(turn))}")
    turn = turn.record(CommissioningEnded(actor, len(seen), counted), *_missing(turn))
    return turn.having(learning=None if isinstance(turn.cabinet.learning, Learning) else turn.cabinet.learning)


def set_aside(cabinet: Cabinet) -> dict[str, int]:
    """Ring -> the slot that it left since the mode began, and it is not back."""
    return {ring: it.slot for ring, it in cabinet.books.custody.items() if isinstance(it, SetAside)}


def rings_seen(cabinet: Cabinet, directory: Directory) -> dict[int, str]:
    """Slot -> the number of the ring that is read in it."""
    rings = directory.ring_of_tag
    return {
        slot: rings[content.tag].number
        for slot, content in _contents(cabinet).items()
        if isinstance(content, Hanging) and content.tag in rings
    }


def _in_the_mode(turn: Turn) -> Hindered | None:
    if turn.cabinet.books.commissioning is None:
        return Hindered("the cabinet is not being commissioned")
    return None


def _not_shut(cabinet: Cabinet) -> Hindered | None:
    for slot, state in sorted(cabinet.slots.items()):
        if isinstance(state, UnderTest):
            return Hindered(f"slot {slot} is being tested")
        if isinstance(state, Unlatched):
            return Hindered(f"slot {slot} is not locked: push the ring in")
    return None


def _missing(turn: Turn) -> list[RingMissing]:
    return [RingMissing(ring, slot) for ring, slot in sorted(set_aside(turn.cabinet).items())]


def _at_the_open_door(asked: Turn | Hindered) -> Turn | Hindered:
    return asked if isinstance(asked, Hindered) else door.release(asked)


def _contents(cabinet: Cabinet) -> dict[int, Content]:
    return {slot: cabinet.seen.content(cabinet.layout, slot) for slot in sorted(cabinet.layout.latches)}


def _by_slot(turn: Turn) -> list[str]:
    rings = rings_seen(turn.cabinet, turn.facts.directory)
    return [f"slot {slot}: {_said(content, rings.get(slot))}" for slot, content in _contents(turn.cabinet).items()]


def _said(content: Content, ring: str | None) -> str:
    if ring is not None:
        return f"ring {ring}"
    if isinstance(content, Hanging):
        return "a tag of no ring"
    return "something whose tag is not read" if content is UNREADABLE else "empty"
