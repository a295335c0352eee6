"""A person who is logged in asks for a slot: may they, can it be, who has to vouch for it, and then it opens."""

from dataclasses import replace

from keycabinet.domain import door, health, slot
from keycabinet.domain.books import In, Out
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import Reason, ReleaseApproved, ReleaseIntended, ReleaseRefused
from keycabinet.domain.menu import menu, refused
from keycabinet.domain.people import Person
from keycabinet.domain.policy import Denied, Granted, may_approve, may_take
from keycabinet.domain.rings import Ring, due_time
from keycabinet.domain.seen import Hanging
from keycabinet.domain.state import Turn
from keycabinet.domain.states import Approve, CodeEntry, Taking


def ask_for(turn: Turn, person: Person, number: int) -> Turn:
    """The person typed the number of a slot."""
    ring = _ring_at(turn, number)
    match _decide(turn, person, number, ring):
        case Denied(reason):
            return _refuse(turn, person.id, number, reason)
        case Granted(approval):
            assert ring is not None, "a grant names a ring"
            needed = approval.approvers
            return _ask_others(turn, person, ring, number, needed) if needed else _release(turn, person, ring, number)


def approved(turn: Turn, aim: Approve, approver: str) -> Turn:
    """One more person vouches; when all have, what was granted then is decided anew now (R27)."""
    turn = turn.record(ReleaseApproved(approver, aim.person, aim.ring, aim.slot)).command(Play(Tune.ACCEPTED))
    aim = replace(aim, by=(*aim.by, approver), until=turn.elapsed + turn.cabinet.times.second_person)
    if len(aim.by) < aim.needed:
        return turn.at(CodeEntry("", aim.until, aim))
    people, ring = turn.facts.directory.people, _ring_at(turn, aim.slot)
    person = people.get(aim.person)
    if person is None or ring is None or ring.id != aim.ring or not _all_count(turn, aim.by, person, ring):
        return not_approved(turn, aim)
    match _decide(turn, person, aim.slot, ring):
        case Denied(reason):
            return _refuse(turn, person.id, aim.slot, reason)
        case Granted():
            return _release(turn, person, ring, aim.slot)


def not_approved(turn: Turn, aim: Approve) -> Turn:
    """Nobody vouches, or not all who have to, or not in time."""
    return _refuse(turn, aim.person, aim.slot, Reason.NOT_APPROVED)


def _ask_others(turn: Turn, person: Person, ring: Ring, number: int, needed: int) -> Turn:
    until = turn.elapsed + turn.cabinet.times.second_person
    aim = Approve(person.id, number, ring.id, needed, until)
    return turn.at(CodeEntry("", until, aim)).command(Play(Tune.ACCEPTED))


def _refuse(turn: Turn, person: str, number: int, reason: Reason) -> Turn:
    ring = _ring_at(turn, number)
    refusal = ReleaseRefused(person, number, reason, ring.id if ring is not None else None)
    return refused(menu(turn, person).record(refusal))


def _release(turn: Turn, person: Person, ring: Ring, number: int) -> Turn:
    release = turn.facts.fresh
    due = due_time(ring.due, turn.facts.now, turn.facts.zone)
    turn = turn.at(Taking(person.id, number, release, due)).command(Play(Tune.ACCEPTED))
    return slot.release(door.release(turn), ReleaseIntended(release, person.id, ring.id, number, due))


def _all_count(turn: Turn, by: tuple[str, ...], person: Person, ring: Ring) -> bool:
    """Whether all who vouched may still do so, and are as many as the ring needs by now."""
    known = [turn.facts.directory.people.get(each) for each in by]
    return len(known) >= ring.approval.approvers and all(
        each is not None
        and isinstance(may_approve(each, person, ring, frozenset(by) - {each.id}, turn.facts.now.utc), Granted)
        for each in known
    )


def _ring_at(turn: Turn, number: int) -> Ring | None:
    """The ring that is booked into this slot, or else the one that belongs there."""
    directory, booked = turn.facts.directory, turn.cabinet.books.ring_in.get(number)
    return directory.ring_of_home.get(number) if booked is None else directory.rings.get(booked)


def _decide(turn: Turn, person: Person, number: int, ring: Ring | None) -> Granted | Denied:
    cabinet = turn.cabinet
    if number not in cabinet.layout.latches:
        return Denied(Reason.NO_SUCH_SLOT)
    if ring is None:
        return Denied(Reason.EMPTY_SLOT)
    if not health.is_store_trusted(cabinet, turn.elapsed):
        return Denied(Reason.STORAGE)
    if cabinet.books.commissioning is not None:
        return Denied(Reason.COMMISSIONING)
    if number in cabinet.books.out_of_service:
        return Denied(Reason.OUT_OF_SERVICE)
    allowed = may_take(person, ring, turn.facts.directory, turn.when, cabinet.books.holdings)
    if isinstance(allowed, Denied):
        return allowed
    reason = _cannot_be_taken(turn, number, ring)
    return allowed if reason is None else Denied(reason)


def _cannot_be_taken(turn: Turn, number: int, ring: Ring) -> Reason | None:
    custody = turn.cabinet.books.custody.get(ring.id)
    match custody:
        case Out():
            return Reason.ALREADY_OUT
        case In(slot=booked) if booked == number:
            pass
        case _:
            return Reason.EMPTY_SLOT
    if not slot.is_free(turn.cabinet.state_of(number)):
        return Reason.SLOT_BUSY
    seen, layout = turn.cabinet.seen, turn.cabinet.layout
    content = seen.content(layout, number)
    contact_agrees = number not in layout.contacts or seen.contacts.get(number) is True
    if not isinstance(content, Hanging) or content.tag != ring.tag or not contact_agrees:
        return Reason.SLOT_UNKNOWN
    return None
