"""The dialogue at the keypad: code, PIN, slot, and out again at every step by ``*`` or by waiting.

Refusals read the same whatever their reason; the reason goes into the ledger (R5, law 10). What follows a choice is in
``taking``, ``second_person`` and ``pin_change``; what a PIN is worth, in ``trying``.
"""

from dataclasses import replace
from datetime import timedelta

from keycabinet.domain import attending, pin_change, second_person, slot, taking, trying
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import LoginGranted, LoginRefused, Reason, RingTaken
from keycabinet.domain.events import CredentialChecked, KeyPressed
from keycabinet.domain.guard import Try
from keycabinet.domain.menu import REFUSED, leave, menu, refused
from keycabinet.domain.people import LoginMode, Person, Pin
from keycabinet.domain.policy import Denied, may_enter
from keycabinet.domain.screen import due_text
from keycabinet.domain.state import Turn
from keycabinet.domain.states import (
    IDLE,
    LOG_IN,
    Aim,
    Attending,
    Changing,
    Checking,
    Choosing,
    CodeEntry,
    Idle,
    LogIn,
    Naming,
    NewPin,
    PinEntry,
    Released,
    RepeatPin,
    Taking,
)

__all__ = ["REFUSED", "badge", "checked", "expire", "follow", "key"]

LONGEST_CODE = 16
LONGEST_PIN = 16
LONGEST_SLOT = 8
"""Longer than any that exists, so that one that is cut off is never a right one."""
LONGEST_AHEAD = 4
FREE_A_CODE, CHANGE_PIN, ALARMS = "0", "00", "000"
"""What is typed in the menu instead of a slot: no slot has such a number."""


def key(turn: Turn, event: KeyPressed) -> Turn:
    """A key was pressed. Keys of a cabinet that is starting are dropped; those while a PIN is compared wait for it.

    While the keypad is paused, or wants a badge, a code that is typed does nothing (R4, R7).
    """
    if not turn.cabinet.running or _is_shut(turn, event.key):
        return turn
    turn = turn.having(notice=None)
    match turn.cabinet.session:
        case Idle():
            return _type_code(turn, CodeEntry("", turn.elapsed), event.key)
        case CodeEntry() as code_entry:
            return _type_code(turn, code_entry, event.key)
        case PinEntry() as pin_entry:
            return _type_pin(turn, pin_entry, event.key)
        case Checking(ahead=ahead) as checking:
            return turn.at(replace(checking, ahead=(ahead + event.key)[:LONGEST_AHEAD]))
        case Taking() as wanted:
            return slot.cancel(turn, wanted.slot, "cancelled") if event.key == "*" else turn
        case Choosing() | Naming() | NewPin() | RepeatPin() | Changing() | Attending() as state:
            return _while_logged_in(turn, state, event.key)


def badge(turn: Turn, person: Person) -> Turn:
    """A badge was shown: it stands for the code, also of a paused keypad (R4, R7). Elsewhere it does nothing."""
    match turn.cabinet.session:
        case Idle() | CodeEntry(aim=LogIn()) | PinEntry(aim=LogIn()):
            aim: Aim = LOG_IN
        case CodeEntry(aim=aim) | PinEntry(aim=aim):
            pass
        case _:
            return turn
    return turn.having(notice=None).at(PinEntry(person.code, Pin(), _until(turn, aim), aim, badge=True))


def checked(turn: Turn, event: CredentialChecked) -> Turn:
    """The worker has compared a PIN. Answers to anything but an attempt that is waited for are dropped."""
    turn, tried = trying.note_duress(turn, event), turn.cabinet.tries.get(event.attempt)
    if tried is None:
        return turn
    match turn.cabinet.session:
        case Checking(attempt=attempt) as checking if attempt == event.attempt:
            return _type_ahead(_enter(turn, checking, tried, event), checking.ahead)
        case _ if tried.via is not None:
            return trying.answered(turn, tried, event)
        case _:
            return trying.give_up(turn, event.attempt)


def expire(turn: Turn) -> Turn:
    """Nobody pressed a key for too long."""
    turn = _without_old_notice(turn)
    match turn.cabinet.session:
        case CodeEntry(until=until, aim=aim) | PinEntry(until=until, aim=aim) if turn.elapsed >= until:
            return turn.at(IDLE) if isinstance(aim, LogIn) else second_person.give_up(turn, aim)
        case Checking(until=until) as checking if turn.elapsed >= until:
            return _not_let_in(trying.give_up(turn, checking.attempt), checking, LoginRefused(Reason.NOT_ANSWERED))
        case Changing(until=until) as changing if turn.elapsed >= until:
            return pin_change.not_hashed(turn, changing)
        case (
            Choosing(until=until)
            | Naming(until=until)
            | NewPin(until=until)
            | RepeatPin(until=until)
            | Attending(until=until) as state
        ) if turn.elapsed >= until:
            return leave(turn, state.person, "timeout")
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
            turn = menu(turn, person)
            texts = (f"SLOT {number} TAKEN", due_text(due, turn.facts), "", "NEXT SLOT?     *=END")
            return turn.noted(*texts).command(Play(Tune.ACCEPTED)) if taken else turn
        case _:
            return turn


# ---- until somebody is let in


def _is_shut(turn: Turn, pressed: str) -> bool:
    match turn.cabinet.session:
        case Idle() | CodeEntry(aim=LogIn()) | PinEntry(aim=LogIn(), badge=False):
            return _takes_no_code(turn)
        case CodeEntry() | PinEntry(badge=False):
            return pressed != "*" and _takes_no_code(turn)
        case _:
            return False


def _takes_no_code(turn: Turn) -> bool:
    return turn.cabinet.login is LoginMode.BADGE_PIN or turn.cabinet.guard.is_paused(turn.facts.now.utc)


def _until(turn: Turn, aim: Aim) -> timedelta:
    """Who logs in has time for each key; a second person has so much in all."""
    return turn.elapsed + turn.cabinet.times.entry if isinstance(aim, LogIn) else aim.until


def _type_code(turn: Turn, entry: CodeEntry, pressed: str) -> Turn:
    code, aim = entry.code, entry.aim
    if pressed == "*":
        if isinstance(aim, LogIn):
            return turn.at(IDLE)
        return turn.at(replace(entry, code="")) if code else second_person.give_up(turn, aim)
    if pressed == "#":
        return turn.at(PinEntry(code, Pin(), _until(turn, aim), aim)) if code else turn
    return turn.at(CodeEntry((code + pressed)[:LONGEST_CODE], _until(turn, aim), aim))


def _type_pin(turn: Turn, entry: PinEntry, pressed: str) -> Turn:
    entry = replace(entry, until=_until(turn, entry.aim))
    if pressed == "*":
        if len(entry.pin):
            return turn.at(replace(entry, pin=Pin()))
        return turn.at(IDLE if isinstance(entry.aim, LogIn) else CodeEntry("", entry.until, entry.aim))
    if pressed == "#":
        return _ask_worker(turn, entry) if len(entry.pin) else turn
    return turn.at(replace(entry, pin=entry.pin.then(pressed))) if len(entry.pin) < LONGEST_PIN else turn.at(entry)


def _ask_worker(turn: Turn, entry: PinEntry) -> Turn:
    attempt = turn.facts.fresh
    checking = Checking(attempt, turn.elapsed + turn.cabinet.times.checking, "", entry.aim, entry.badge)
    return trying.compare(turn.at(checking), attempt, (entry.code, entry.pin))


def _enter(turn: Turn, checking: Checking, tried: Try, event: CredentialChecked) -> Turn:
    turn, found = trying.compared(turn, tried, event)
    if isinstance(found, Denied):
        return _not_let_in(turn, checking, LoginRefused(found.reason, tried.person))
    if isinstance(checking.aim, LogIn):
        return _let_in(turn, checking, found)
    if found.must_change:
        return _not_let_in(turn, checking, LoginRefused(Reason.PIN_TO_CHANGE, tried.person))
    return second_person.vouched(turn, checking.aim, found.person)


def _let_in(turn: Turn, checking: Checking, found: trying.Known) -> Turn:
    person = found.person.id
    granted = LoginGranted(person, factors="badge+pin" if checking.badge else "code+pin")
    turn = turn.record(granted).command(Play(Tune.ACCEPTED))
    return pin_change.begin(turn, person, forced=True) if found.must_change else menu(turn, person)


def _not_let_in(turn: Turn, checking: Checking, refusal: LoginRefused) -> Turn:
    if isinstance(checking.aim, LogIn):
        return refused(turn.at(IDLE).record(refusal))
    return second_person.not_vouched(turn, checking.aim, replace(refusal, via=second_person.AT))


def _type_ahead(turn: Turn, ahead: str) -> Turn:
    """An officer in a hurry had typed on: worth nothing unless the PIN was right, nor what a ``*`` took back."""
    for pressed in ahead.rpartition("*")[2]:
        if isinstance(turn.cabinet.session, Choosing):
            turn = key(turn, KeyPressed(pressed))
    return turn


# ---- afterwards


def _while_logged_in(
    turn: Turn, state: Choosing | Naming | NewPin | RepeatPin | Changing | Attending, pressed: str
) -> Turn:
    person = turn.facts.directory.people.get(state.person)
    if person is None or isinstance(may_enter(person, turn.facts.now.utc), Denied):
        return refused(leave(turn, state.person, "no_longer_valid"))
    match state:
        case Choosing():
            return _choose(turn, state, person, pressed)
        case Naming():
            return second_person.name_code(turn, state, pressed, LONGEST_CODE)
        case NewPin() | RepeatPin():
            return pin_change.key(turn, state, person, pressed)
        case Attending():
            return attending.key(turn, state, person, pressed)
        case Changing():
            return turn


def _choose(turn: Turn, choosing: Choosing, person: Person, pressed: str) -> Turn:
    if pressed == "*":
        return menu(turn, person.id) if choosing.digits else leave(turn, person.id, "cancelled")
    if pressed != "#":
        return menu(turn, person.id, (choosing.digits + pressed)[:LONGEST_SLOT])
    match choosing.digits:
        case "":
            return menu(turn, person.id)
        case digits if digits == CHANGE_PIN:
            return pin_change.begin(turn, person.id, forced=False)
        case digits if digits == ALARMS and attending.may_attend(person):
            return attending.begin(turn, person.id)
        case digits if digits == FREE_A_CODE and second_person.may_free(turn, person):
            return turn.at(Naming(person.id, "", turn.elapsed + turn.cabinet.times.menu))
        case digits:
            return taking.ask_for(turn, person, int(digits))


def _without_old_notice(turn: Turn) -> Turn:
    notice = turn.cabinet.notice
    return turn.having(notice=None) if notice is not None and turn.elapsed >= notice.until else turn
