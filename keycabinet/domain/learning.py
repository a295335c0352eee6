"""A tag and a home slot for a ring that is being commissioned: the one tag that appears in a slot that was empty.

Nothing is overwritten in silence: whatever belongs to another ring is refused, and so are two tags at once.
"""

from dataclasses import replace

from keycabinet.domain.books import In, Out, SetAside
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import Evidence, RingEnrolled, RingLearned, RingNotLearned
from keycabinet.domain.events import Tag
from keycabinet.domain.rings import Ring
from keycabinet.domain.seen import EMPTY, Seen
from keycabinet.domain.state import Cabinet, Hindered, Turn
from keycabinet.domain.states import Learned, Learning, NotLearned


def begin(turn: Turn, ring: str, actor: str) -> Turn | Hindered:
    """Wait for the tag of this ring. A wait for another ring is over with that."""
    known = turn.facts.directory.rings.get(ring)
    hindrance = "there is no such ring" if known is None else _hindrance(turn.cabinet, known)
    if hindrance:
        return Hindered(hindrance)
    until = turn.elapsed + turn.cabinet.times.learn
    seen = turn.cabinet.seen
    return turn.having(learning=Learning(ring, actor, until, _empty(turn.cabinet), _tags(seen)))


def watch(turn: Turn) -> Turn:
    """Something was read: look whether the tag that is waited for is there."""
    learning = turn.cabinet.learning
    if not isinstance(learning, Learning):
        return turn
    seen, layout = turn.cabinet.seen, turn.cabinet.layout
    new = {
        slot: it.tag
        for slot, it in seen.hanging.items()
        if it.tag not in learning.known and seen.bank_is_read(layout, slot) and not _is_back(turn, slot, it.tag)
    }
    if len(new) > 1:
        return _refuse(turn, learning, f"{len(new)} tags came at once: one at a time")
    for slot, tag in new.items():
        if slot in learning.empty and _is_sure(turn.cabinet, slot):
            return _bind(turn, learning, slot, tag)
    after = replace(learning, empty=learning.empty | _empty(turn.cabinet), known=learning.known & _tags(seen))
    return turn.having(learning=after)


def expire(turn: Turn) -> Turn:
    """Nobody has put a ring in."""
    match turn.cabinet.learning:
        case Learning(until=until) as learning if turn.elapsed >= until:
            return _refuse(turn, learning, "no tag was seen alone in a slot that was empty")
        case _:
            return turn


def awaited(cabinet: Cabinet) -> frozenset[Tag]:
    """Tags that came while one was waited for: one that touched a slot before its contact closed may hang elsewhere."""
    learning = cabinet.learning
    return _tags(cabinet.seen) - learning.known if isinstance(learning, Learning) else frozenset()


def _hindrance(cabinet: Cabinet, ring: Ring) -> str:
    match cabinet.books.custody.get(ring.id):
        case In(slot=slot):
            return f"ring {ring.number} hangs in slot {slot}: take it out first"
        case Out():
            return f"ring {ring.number} is out: it has to be returned first"
        case _:
            return ""


def _empty(cabinet: Cabinet) -> frozenset[int]:
    return frozenset(slot for slot in cabinet.layout.latches if cabinet.seen.content(cabinet.layout, slot) is EMPTY)


def _tags(seen: Seen) -> frozenset[Tag]:
    return frozenset().union(*seen.tags.values())


def _is_back(turn: Turn, slot: int, tag: Tag) -> bool:
    """Whether this is another ring where it was before: its tag was not read for a moment, or it is pushed in again."""
    learning, ring = turn.cabinet.learning, turn.facts.directory.ring_of_tag.get(tag)
    if ring is None or (isinstance(learning, Learning) and ring.id == learning.ring):
        return False
    booked = turn.cabinet.books.custody.get(ring.id)
    return isinstance(booked, In | SetAside) and booked.slot == slot


def _is_sure(cabinet: Cabinet, slot: int) -> bool:
    seen = cabinet.seen
    contact_agrees = slot not in cabinet.layout.contacts or seen.contacts.get(slot) is True
    return contact_agrees and seen.hanging[slot].evidence is Evidence.TAG_READ


def _bind(turn: Turn, learning: Learning, slot: int, tag: Tag) -> Turn:
    ring, objection = turn.facts.directory.rings.get(learning.ring), _objection(turn, learning.ring, slot, tag)
    if ring is None or objection:
        return _refuse(turn, learning, objection or "the ring was retired meanwhile")
    turn = turn.enrol(replace(ring, tag=tag, home_slot=slot))
    turn = turn.record(RingEnrolled(ring.id, slot, learning.actor), RingLearned(ring.id, slot, learning.actor))
    turn = turn.having(learning=Learned(ring.id, slot), learned=turn.cabinet.learned | {ring.id}).command(
        Play(Tune.ACCEPTED)
    )
    return turn.noted(f"SLOT {slot} LEARNED")


def _objection(turn: Turn, ring: str, slot: int, tag: Tag) -> str:
    whose, home = turn.facts.directory.ring_of_tag.get(tag), turn.facts.directory.ring_of_home.get(slot)
    if whose is not None and whose.id != ring:
        return f"the tag in slot {slot} is that of ring {whose.number}"
    if home is not None and home.id != ring:
        return f"slot {slot} is the home of ring {home.number}"
    if tag in turn.facts.directory.person_of_badge:
        return f"the tag in slot {slot} is somebody's badge"
    if slot in turn.cabinet.books.out_of_service:
        return f"slot {slot} is out of service"
    return ""


def _refuse(turn: Turn, learning: Learning, why: str) -> Turn:
    turn = turn.record(RingNotLearned(learning.ring, why, learning.actor))
    return turn.having(learning=NotLearned(learning.ring, why)).noted("NOT LEARNED").command(Play(Tune.REFUSED))
