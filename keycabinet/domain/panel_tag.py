"""A tag held to the panel opens the door, and an empty slot, for a ring that is out. Nothing else (law 2, R15).

A badge opens nothing: it stands for the user code of who wears it, where the site wants that (R7).
"""

from keycabinet.domain import alarms, door, session, slot
from keycabinet.domain.books import In, Out
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import AlarmKind, Reason, ReturnOffered, TagRefused
from keycabinet.domain.events import TagPresented
from keycabinet.domain.people import LoginMode
from keycabinet.domain.rings import Ring
from keycabinet.domain.seen import EMPTY
from keycabinet.domain.state import Cabinet, Turn


def presented(turn: Turn, event: TagPresented) -> Turn:
    """A tag was held to a reader at the panel."""
    if not turn.cabinet.running:
        return turn
    ring = turn.facts.directory.ring_of_tag.get(event.tag)
    wearer = turn.facts.directory.person_of_badge.get(event.tag)
    if ring is None and wearer is not None and turn.cabinet.login is not LoginMode.PIN:
        return session.badge(turn, wearer)
    if ring is None:
        return _refuse(turn, TagRefused(event.reader, Reason.UNKNOWN_TAG))
    custody = turn.cabinet.books.custody.get(ring.id)
    match custody:
        case Out():
            return _offer_return(turn, event.reader, ring)
        case In():
            refused = _refuse(turn, TagRefused(event.reader, Reason.DUPLICATE_TAG, ring.id))
            return alarms.latch(refused, AlarmKind.DUPLICATE_TAG, ring.id)
        case _:
            return _refuse(turn, TagRefused(event.reader, Reason.NOT_OUT, ring.id))


def _offer_return(turn: Turn, reader: str, ring: Ring) -> Turn:
    cabinet = turn.cabinet
    if cabinet.tag_served is not None and turn.elapsed < cabinet.tag_served + cabinet.times.tag_pause:
        return _refuse(turn, TagRefused(reader, Reason.TOO_OFTEN, ring.id))
    home = ring.home_slot
    empty = _is_surely_empty(cabinet, home)
    turn = turn.record(ReturnOffered(reader, ring.id, home if empty else None)).having(tag_served=turn.elapsed)
    turn = door.release(turn).noted(f"RETURN TO SLOT {home}", "THEN CLOSE THE DOOR").command(Play(Tune.ACCEPTED))
    return slot.offer(turn, home) if empty else turn


def _is_surely_empty(cabinet: Cabinet, home: int) -> bool:
    """Whether nothing can be in this slot: what is read says so without a guess, and no pulse is under way."""
    seen, layout = cabinet.seen, cabinet.layout
    known = home in layout.latches and seen.content(layout, home) is EMPTY and seen.is_certain(layout, home)
    in_service = home not in cabinet.books.out_of_service
    return known and in_service and slot.is_free(cabinet.state_of(home))


def _refuse(turn: Turn, entry: TagRefused) -> Turn:
    return turn.record(entry).noted("NOT ACCEPTED", "ASK YOUR SUPERVISOR").command(Play(Tune.REFUSED))
