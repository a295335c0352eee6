"""Where every ring is: what is seen is held against the books, and each difference becomes an entry, once.

The same comparison serves a ring that is pulled now and one that was gone when the cabinet started.
"""

from collections.abc import Mapping

from keycabinet.domain import learning
from keycabinet.domain import slot as slots
from keycabinet.domain.books import In, Missing, OpenRelease, Out, SetAside, Unverified
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import (
    AlarmKind,
    Evidence,
    ReleaseEnded,
    RingFound,
    RingMissing,
    RingMoved,
    RingReturned,
    RingSetAside,
    RingTaken,
    TagSeen,
)
from keycabinet.domain.events import ContactRead, Tag, TagsRead
from keycabinet.domain.rings import Ring
from keycabinet.domain.seen import Hanging, Nothing
from keycabinet.domain.state import Turn
from keycabinet.domain.states import Choosing, Released, Taking, Withdrawn

Places = Mapping[Tag, tuple[int, ...]]


def tags_read(turn: Turn, event: TagsRead) -> Turn:
    """A bus of slot tags was read."""
    cabinet = turn.cabinet
    homes = cabinet.homes(turn.facts.directory)
    return turn.having(seen=cabinet.seen.with_tags(cabinet.layout, event.bank, event.tags, homes, turn.elapsed))


def contact_read(turn: Turn, event: ContactRead) -> Turn:
    """The contact of a slot was read. A tag that touched a slot before its ring was put back may hang in another."""
    cabinet = turn.cabinet
    homes = cabinet.homes(turn.facts.directory)
    was_filled = cabinet.seen.contacts.get(event.slot) is True
    seen = cabinet.seen.forgetting(_tags_on_their_way(turn)).with_contact(
        cabinet.layout, event.slot, event.closed, homes, turn.elapsed
    )
    turn = turn.having(seen=seen)
    return slots.filled(turn, event.slot) if event.closed and not was_filled else turn


def _tags_on_their_way(turn: Turn) -> set[Tag]:
    rings = turn.facts.directory.rings
    out = {rings[ring].tag for ring in turn.cabinet.books.out if ring in rings}
    return out | learning.awaited(turn.cabinet)


def directory_changed(turn: Turn) -> Turn:
    """Rings were enrolled or changed: it is known better now which tag belongs where."""
    cabinet = turn.cabinet
    homes = cabinet.homes(turn.facts.directory)
    return turn.having(seen=cabinet.seen.reconsidered(cabinet.layout, homes, turn.elapsed))


def expire(turn: Turn) -> Turn:
    """Readings that have contradicted each other for too long are placed again."""
    cabinet = turn.cabinet
    for bank in cabinet.seen.impatient(turn.elapsed):
        homes = cabinet.homes(turn.facts.directory)
        turn = turn.having(seen=turn.cabinet.seen.placed(cabinet.layout, bank, homes, turn.elapsed))
    return turn


def settle(turn: Turn) -> Turn:
    """Bring the books up to what is seen. Nothing happens while the cabinet still waits for its devices."""
    if not turn.cabinet.running:
        return turn
    places = turn.cabinet.seen.places_read(turn.cabinet.layout)
    turn = _name_foreign(turn)
    for release in tuple(turn.cabinet.books.releases.values()):
        turn = _settle_release(turn, release, places)
    for ring in _at_odds(turn, places):
        turn = _settle_ring(turn, ring, places)
    return _watch_contradictions(turn)


def _at_odds(turn: Turn, places: Places) -> list[Ring]:
    """The rings that are not booked into the slot in which they are read: all others are where they should be."""
    custody = turn.cabinet.books.custody
    return [
        ring
        for ring in turn.facts.directory.rings.values()
        if not (isinstance(booked := custody.get(ring.id), In) and booked.slot in places.get(ring.tag, ()))
    ]


def _name_foreign(turn: Turn) -> Turn:
    if turn.cabinet.books.commissioning is not None:
        return turn
    for slot, tag in turn.cabinet.foreign(turn.facts.directory).items():
        if (AlarmKind.FOREIGN_TAG, f"slot-{slot}") not in turn.cabinet.books.alarms:
            turn = turn.record(TagSeen(slot, tag[-4:]))
    return turn


def _settle_release(turn: Turn, release: OpenRelease, places: Places) -> Turn:
    ring = turn.facts.directory.rings[release.ring]
    live = isinstance(turn.cabinet.state_of(release.slot), Released | Withdrawn)
    if _is_gone(turn, ring, release.slot, places):
        evidence = _of_removal(turn, release.slot) if live else Evidence.INFERRED
        taken = RingTaken(release.id, ring.id, release.slot, release.holder, evidence, release.due)
        return slots.taken(turn.record(taken), release.slot)
    here = turn.cabinet.seen.content(turn.cabinet.layout, release.slot)
    if not live and (ring.tag in places or here is Nothing.UNREADABLE):
        return turn.record(ReleaseEnded(release.id, ring.id, release.slot, "restarted"))
    return turn


def _is_gone(turn: Turn, ring: Ring, slot: int, places: Places) -> bool:
    """Whether this ring is known to hang neither in this slot nor anywhere else.

    At a released slot either witness is enough, the tag that is read no more or the contact that has opened, if the
    other cannot be heard. Two witnesses that are heard must agree: a tag that cannot be read is no ring that is gone,
    unless another tag hangs in its slot for certain, or in its place since it has fallen silent.
    """
    if ring.tag in places:
        return False
    cabinet, seen = turn.cabinet, turn.cabinet.seen
    match seen.content(cabinet.layout, slot):
        case Hanging(evidence=evidence):
            return evidence is Evidence.TAG_READ or seen.silent.get(slot) == ring.tag
        case Nothing.EMPTY:
            return True
        case Nothing.UNREADABLE:
            return False
        case Nothing.UNKNOWN:
            one_witness = seen.contacts.get(slot) is False or seen.bank_is_read(cabinet.layout, slot)
            return one_witness and isinstance(cabinet.state_of(slot), Released | Withdrawn)


def _of_removal(turn: Turn, slot: int) -> Evidence:
    return Evidence.TAG_READ if turn.cabinet.seen.bank_is_read(turn.cabinet.layout, slot) else Evidence.CONTACT


def _settle_ring(turn: Turn, ring: Ring, places: Places) -> Turn:
    custody = turn.cabinet.books.custody.get(ring.id)
    seen_in = places.get(ring.tag, ())
    match custody:
        case In(slot=slot) if not seen_in and _is_gone(turn, ring, slot, places):
            return turn.record(_lost_from(turn, ring.id, slot))
        case In(slot=slot) if seen_in and slot not in seen_in:
            return turn.record(RingMoved(ring.id, slot, seen_in[0], _evidence(turn, seen_in[0])))
        case _ if seen_in and turn.cabinet.seen.is_touching(seen_in[0]):
            return turn  # two witnesses that contradict each other are a fault (see alarms), and no return
        case Out() if seen_in:
            return _returned(turn, ring, custody, seen_in[0])
        case Missing() | SetAside() | Unverified() if seen_in:
            return turn.record(RingFound(ring.id, seen_in[0], _evidence(turn, seen_in[0])))
        case _:
            return turn


def _lost_from(turn: Turn, ring: str, slot: int) -> RingMissing | RingSetAside:
    return RingMissing(ring, slot) if turn.cabinet.books.commissioning is None else RingSetAside(ring, slot)


def _returned(turn: Turn, ring: Ring, custody: Out, slot: int) -> Turn:
    entry = RingReturned(ring.id, slot, _evidence(turn, slot), custody.holder, _who_is_here(turn))
    text = "THANK YOU" if slot == ring.home_slot else f"BELONGS IN SLOT {ring.home_slot}"
    return turn.record(entry).noted(f"SLOT {slot} RETURNED", text).command(Play(Tune.ACCEPTED))


def _who_is_here(turn: Turn) -> str | None:
    match turn.cabinet.session:
        case Choosing(person=person) | Taking(person=person):
            return person
        case _:
            return None


def _evidence(turn: Turn, slot: int) -> Evidence:
    return turn.cabinet.seen.hanging[slot].evidence


def _watch_contradictions(turn: Turn) -> Turn:
    """A contact says that something is in a slot and no tag is read there, or a tag is and the contact says empty."""
    cabinet, seen = turn.cabinet, turn.cabinet.seen
    unread = {slot for slot, closed in seen.contacts.items() if closed} - seen.hanging.keys()
    held = {slot for slot in seen.hanging if seen.bank_is_read(cabinet.layout, slot) and seen.is_touching(slot)}
    return turn.having(unread_since={slot: cabinet.unread_since.get(slot, turn.elapsed) for slot in unread | held})
