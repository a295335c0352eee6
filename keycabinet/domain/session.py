"""The dialogue at the keypad: code, PIN, slot, and out again at every step by ``*`` or by waiting.

Refusals read the same whatever their reason; the reason goes into the ledger (R5, law 10).
"""

from dataclasses import replace

from keycabinet.domain import door, health, slot, trying
from keycabinet.domain.books import In, Out
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import (
    LoginGranted,
    LoginRefused,
    Reason,
    ReleaseIntended,
    ReleaseRefused,
    RingTaken,
    SessionEnded,
)
from keycabinet.domain.events import CredentialChecked, KeyPressed
from keycabinet.domain.guard import Try
from keycabinet.domain.people import Person, Pin
from keycabinet.domain.policy import Denied, Granted, may_enter, may_take
from keycabinet.domain.rings import Ring, due_time
from keycabinet.domain.screen import due_text
from keycabinet.domain.seen import Hanging
from keycabinet.domain.state import Turn
from keycabinet.domain.states import IDLE, Checking, Choosing, CodeEntry, Idle, PinEntry, Released, Taking

LONGEST_CODE = 16
LONGEST_PIN = 16
LONGEST_SLOT = 8
"""Longer than any that exists, so that one that is cut off is never a right one."""
LONGEST_AHEAD = 4
REFUSED = ("NOT ACCEPTED", "ASK YOUR SUPERVISOR")


def key(turn: Turn, event: KeyPressed) -> Turn:
    """A key was pressed. Keys of a cabinet that is starting are dropped; those while a PIN is compared wait for it.

    While the keypad is paused, nobody begins to log in (R4).
    """
    if not turn.cabinet.running or _is_shut(turn):
        return turn
    turn = turn.having(notice=None)
    match turn.cabinet.session:
        case Idle():
            return _type_code(turn, "", event.key)
        case CodeEntry(code=code):
            return _type_code(turn, code, event.key)
        case PinEntry() as entry:
            return _type_pin(turn, entry, event.key)
        case Checking(ahead=ahead) as checking:
            return turn.at(replace(checking, ahead=(ahead + event.key)[:LONGEST_AHEAD]))
        case Choosing() as choosing:
            return _choose(turn, choosing, event.key)
        case Taking() as taking:
            return _while_taking(turn, taking, event.key)


def checked(turn: Turn, event: CredentialChecked) -> Turn:
    """The worker has compared a PIN. Answers to anything but an attempt that is waited for are dropped."""
    turn, tried = trying.note_duress(turn, event), turn.cabinet.tries.get(event.attempt)
    if tried is None:
        return turn
    match turn.cabinet.session:
        case Checking(attempt=attempt, ahead=ahead) if attempt == event.attempt:
            return _type_ahead(_enter(turn, tried, event), ahead)
        case _ if tried.via is not None:
            return trying.answered(turn, tried, event)
        case _:
            return trying.give_up(turn, event.attempt)


def expire(turn: Turn) -> Turn:
    """Nobody pressed a key for too long."""
    turn = _without_old_notice(turn)
    match turn.cabinet.session:
        case CodeEntry(until=until) | PinEntry(until=until) if turn.elapsed >= until:
            return turn.at(IDLE)
        case Checking(attempt=attempt, until=until) if turn.elapsed >= until:
            return _refused(trying.give_up(turn, attempt).at(IDLE).record(LoginRefused(Reason.NOT_ANSWERED)))
        case Choosing(person=person, until=until) if turn.elapsed >= until:
            return turn.at(IDLE).record(SessionEnded(person, "timeout"))
        case _:
            return turn


def follow(turn: Turn) -> Turn:
    """Go on when the release that the person waits for has come to its end, by whatever cause."""
    match turn.cabinet.session:
        case Taking(person=person, slot=number, release=release, due=due):
            state = turn.cabinet.state_of(number)
            if isinstance(state, Released) and state.release == release:
                return turn
            taken = any(isinstance(entry, RingTaken) and entry.release == release for entry in turn.entries)
            turn = _menu(turn, person)
            texts = (f"SLOT {number} TAKEN", due_text(due, turn.facts), "", "NEXT SLOT?     *=END")
            return turn.noted(*texts).command(Play(Tune.ACCEPTED)) if taken else turn
        case _:
            return turn


def _type_code(turn: Turn, code: str, pressed: str) -> Turn:
    until = turn.elapsed + turn.cabinet.times.entry
    if pressed == "*":
        return turn.at(IDLE)
    if pressed == "#":
        return turn.at(PinEntry(code, Pin(), until)) if code else turn
    return turn.at(CodeEntry((code + pressed)[:LONGEST_CODE], until))


def _type_pin(turn: Turn, entry: PinEntry, pressed: str) -> Turn:
    until = turn.elapsed + turn.cabinet.times.entry
    if pressed == "*":
        return turn.at(PinEntry(entry.code, Pin(), until) if len(entry.pin) else IDLE)
    if pressed == "#":
        return _ask_worker(turn, entry) if len(entry.pin) else turn
    pin = entry.pin.then(pressed) if len(entry.pin) < LONGEST_PIN else entry.pin
    return turn.at(PinEntry(entry.code, pin, until))


def _ask_worker(turn: Turn, entry: PinEntry) -> Turn:
    attempt = turn.facts.fresh
    checking = Checking(attempt, turn.elapsed + turn.cabinet.times.checking)
    return trying.compare(turn.at(checking), attempt, (entry.code, entry.pin))


def _enter(turn: Turn, tried: Try, event: CredentialChecked) -> Turn:
    turn, found = trying.compared(turn, tried, event)
    match found:
        case trying.Known(person):
            return _menu(turn, person.id).record(LoginGranted(person.id)).command(Play(Tune.ACCEPTED))
        case Denied(reason):
            return _refused(turn.at(IDLE).record(LoginRefused(reason, tried.person)))


def _is_shut(turn: Turn) -> bool:
    at_the_beginning = isinstance(turn.cabinet.session, Idle | CodeEntry | PinEntry)
    return at_the_beginning and turn.cabinet.guard.is_paused(turn.facts.now.utc)


def _type_ahead(turn: Turn, ahead: str) -> Turn:
    """An officer in a hurry had typed on: worth nothing unless the PIN was right, nor what a ``*`` took back."""
    for pressed in ahead.rpartition("*")[2]:
        if isinstance(turn.cabinet.session, Choosing):
            turn = key(turn, KeyPressed(pressed))
    return turn


def _refused(turn: Turn) -> Turn:
    return turn.noted(*REFUSED).command(Play(Tune.REFUSED))


def _menu(turn: Turn, person: str, digits: str = "") -> Turn:
    return turn.at(Choosing(person, digits, turn.elapsed + turn.cabinet.times.menu))


def _choose(turn: Turn, choosing: Choosing, pressed: str) -> Turn:
    person = turn.facts.directory.people.get(choosing.person)
    if person is None or isinstance(may_enter(person, turn.facts.now.utc), Denied):
        return _refused(turn.at(IDLE).record(SessionEnded(choosing.person, "no_longer_valid")))
    if pressed == "*":
        return _menu(turn, person.id) if choosing.digits else _leave(turn, person.id)
    if pressed == "#":
        return _ask_for(turn, person, int(choosing.digits)) if choosing.digits else _menu(turn, person.id)
    return _menu(turn, person.id, (choosing.digits + pressed)[:LONGEST_SLOT])


def _leave(turn: Turn, person: str) -> Turn:
    return turn.at(IDLE).record(SessionEnded(person, "cancelled"))


def _while_taking(turn: Turn, taking: Taking, pressed: str) -> Turn:
    return slot.cancel(turn, taking.slot, "cancelled") if pressed == "*" else turn


def _ask_for(turn: Turn, person: Person, number: int) -> Turn:
    ring = _ring_at(turn, number)
    match _decide(turn, person, number, ring):
        case Denied(reason):
            refusal = ReleaseRefused(person.id, number, reason, ring.id if ring else None)
            return _refused(_menu(turn, person.id).record(refusal))
        case Granted():
            return _release(turn, person, number, ring)


def _release(turn: Turn, person: Person, number: int, ring: Ring | None) -> Turn:
    assert ring is not None, "a grant names a ring"
    release = turn.facts.fresh
    due = due_time(ring.due, turn.facts.now, turn.facts.zone)
    turn = turn.at(Taking(person.id, number, release, due)).command(Play(Tune.ACCEPTED))
    return slot.release(door.release(turn), ReleaseIntended(release, person.id, ring.id, number, due))


def _ring_at(turn: Turn, number: int) -> Ring | None:
    """The ring that is booked into this slot, or else the one that belongs there."""
    for ring, custody in turn.cabinet.books.custody.items():
        if isinstance(custody, In) and custody.slot == number:
            return turn.facts.directory.rings.get(ring)
    return turn.facts.directory.ring_of_home.get(number)


def _decide(turn: Turn, person: Person, number: int, ring: Ring | None) -> Granted | Denied:
    cabinet = turn.cabinet
    if number not in cabinet.layout.latches:
        return Denied(Reason.NO_SUCH_SLOT)
    if ring is None:
        return Denied(Reason.EMPTY_SLOT)
    if not health.is_store_trusted(cabinet, turn.elapsed):
        return Denied(Reason.STORAGE)
    allowed = may_take(person, ring, turn.facts.directory, turn.when, cabinet.books.holdings)
    if isinstance(allowed, Granted) and allowed.approvers:
        return Denied(Reason.APPROVAL_NEEDED)  # nobody can approve at the keypad yet
    return allowed if isinstance(allowed, Denied) else _can_be_taken(turn, number, ring)


def _can_be_taken(turn: Turn, number: int, ring: Ring) -> Granted | Denied:
    custody = turn.cabinet.books.custody.get(ring.id)
    match custody:
        case Out():
            return Denied(Reason.ALREADY_OUT)
        case In(slot=booked) if booked == number:
            pass
        case _:
            return Denied(Reason.EMPTY_SLOT)
    if not slot.is_free(turn.cabinet.state_of(number)):
        return Denied(Reason.SLOT_BUSY)
    seen, layout = turn.cabinet.seen, turn.cabinet.layout
    content = seen.content(layout, number)
    contact_agrees = number not in layout.contacts or seen.contacts.get(number) is True
    if not isinstance(content, Hanging) or content.tag != ring.tag or not contact_agrees:
        return Denied(Reason.SLOT_UNKNOWN)
    return Granted()


def _without_old_notice(turn: Turn) -> Turn:
    notice = turn.cabinet.notice
    return turn.having(notice=None) if notice is not None and turn.elapsed >= notice.until else turn
