"""Trying a PIN, at the keypad or at another door: counted, committed, compared, and only then worth something (R1, R4).

The command to compare is carried out after the count is durable: however often the power is cut, nobody gets more tries
than the limits allow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from keycabinet.domain import alarms
from keycabinet.domain.effects import AnswerLogin, CheckCredential
from keycabinet.domain.entries import (
    AlarmKind,
    DuressUsed,
    Entry,
    KeypadPaused,
    LoginGranted,
    LoginRefused,
    PinDisabled,
    PinIssued,
    PinReset,
    Reason,
)
from keycabinet.domain.events import CredentialChecked, LoginAsked, Verdict
from keycabinet.domain.guard import Try
from keycabinet.domain.people import Person, Pin
from keycabinet.domain.policy import Denied, may_enter
from keycabinet.domain.state import Cabinet, Turn
from keycabinet.domain.states import IDLE, Changing, Checking, NewPin, RepeatPin


@dataclass(frozen=True, slots=True)
class Known:
    """Code and PIN were right, and the person counts now. ``must_change``: this PIN is for its first use only."""

    person: Person
    must_change: bool


def compare(turn: Turn, attempt: str, typed: tuple[str, Pin], via: str | None = None) -> Turn:
    """Count one more failure, and have the worker compare this code and PIN once that is durable."""
    code, pin = typed
    person = turn.facts.directory.person_of_code.get(code)
    cabinet = turn.cabinet
    allowed = person is None or not cabinet.guard.is_disabled(person.id, cabinet.limits)
    tried = Try(person.id if person is not None else None, turn.facts.now.utc, allowed, via)
    guard, tries = cabinet.guard.counting(tried, cabinet.limits), {**cabinet.tries, attempt: tried}
    return turn.having(guard=guard, tries=tries).command(CheckCredential(attempt, code, pin))


def give_up(turn: Turn, attempt: str) -> Turn:
    """Nobody waits for this answer any more: whatever it will be, the try was a failure."""
    return turn.having(tries={each: tried for each, tried in turn.cabinet.tries.items() if each != attempt})


def note_duress(turn: Turn, event: CredentialChecked) -> Turn:
    """Raise the silent alarm for a PIN for duress, whatever comes of it, and even if nobody waits any more (R6)."""
    if event.verdict is not Verdict.DURESS or event.person is None:
        return turn
    tried = turn.cabinet.tries.get(event.attempt)
    turn = turn.record(DuressUsed(event.person, tried.via if tried is not None else None))
    return alarms.latch(turn, AlarmKind.DURESS, event.person)


def compared(turn: Turn, tried: Try, event: CredentialChecked) -> tuple[Turn, Known | Denied]:
    """What a compared PIN is worth now. A failure stays counted, also that of somebody who may not be here."""
    found = _worth(turn, tried, event)
    turn = give_up(turn, event.attempt)
    if isinstance(found, Denied):
        return turn, found
    others = sum(each.person == tried.person for each in turn.cabinet.tries.values())
    return turn.having(guard=turn.cabinet.guard.taking_back(tried, others)), found


def asked(turn: Turn, event: LoginAsked) -> Turn:
    """Somebody logs in at another door. A busy or starting cabinet makes no difference."""
    return compare(turn, event.attempt, (event.code, event.pin), event.via)


def answered(turn: Turn, tried: Try, event: CredentialChecked) -> Turn:
    """What to say at the other door, once it is durable."""
    turn, found = compared(turn, tried, event)
    match found:
        case Known(person, must_change) if not must_change:
            granted = LoginGranted(person.id, tried.via, "code+pin")
            return turn.record(granted).command(AnswerLogin(event.attempt, person.id))
        case Known(person):
            refusal = LoginRefused(Reason.PIN_TO_CHANGE, person.id, tried.via)
        case Denied(reason):
            refusal = LoginRefused(reason, tried.person, tried.via)
    return turn.record(refusal).command(AnswerLogin(event.attempt, None))


def reissued(cabinet: Cabinet, entries: Iterable[Entry]) -> Cabinet:
    """The cabinet after PINs were issued, reset or disabled by an administrator: what was under way with the old ones
    comes to nothing, and nothing is held against who has a new one.
    """
    entries = tuple(entries)
    forgiven = {entry.person for entry in entries if isinstance(entry, PinIssued | PinReset)}
    concerned = forgiven | {entry.person for entry in entries if isinstance(entry, PinDisabled)}
    if not concerned:
        return cabinet
    tries = {each: tried for each, tried in cabinet.tries.items() if tried.person not in concerned}
    match cabinet.session:
        case Checking(attempt=attempt) if attempt in cabinet.tries.keys() - tries.keys():
            cabinet = replace(cabinet, session=IDLE)
        case NewPin(person=person) | RepeatPin(person=person) | Changing(person=person) if person in concerned:
            cabinet = replace(cabinet, session=IDLE)
        case _:
            pass
    return replace(cabinet, guard=cabinet.guard.forgiving(forgiven), tries=tries)


def settle(turn: Turn) -> Turn:
    """Shut what had too many failures, the tries that are still being compared apart."""
    return _disable(_pause(turn))


def _worth(turn: Turn, tried: Try, event: CredentialChecked) -> Known | Denied:
    person = turn.facts.directory.people.get(tried.person or "")
    if not tried.allowed:
        return Denied(Reason.PIN_DISABLED)
    if event.verdict not in {Verdict.RIGHT, Verdict.DURESS}:
        return Denied(Reason(event.verdict.value))
    if person is None or event.person != person.id:
        return Denied(Reason.UNKNOWN_CODE)
    if event.terms.disabled:
        return Denied(Reason.PIN_DISABLED)
    if event.terms.expires_at is not None and turn.facts.now.utc >= event.terms.expires_at:
        return Denied(Reason.PIN_EXPIRED)
    entered = may_enter(person, turn.facts.now.utc)
    return entered if isinstance(entered, Denied) else Known(person, event.terms.must_change)


def _pause(turn: Turn) -> Turn:
    cabinet, now = turn.cabinet, turn.facts.now.utc
    open_tries = sum(tried.via is None for tried in cabinet.tries.values())
    if len(cabinet.guard.recent) - open_tries < cabinet.limits.pause_at:
        return turn
    guard = cabinet.guard.pausing(now, cabinet.limits)
    assert guard.pause is not None
    return turn.having(guard=guard).record(KeypadPaused(int(guard.pause.length.total_seconds())))


def _disable(turn: Turn) -> Turn:
    for person in sorted(person for kind, person in alarms.of_pins(turn) if kind is AlarmKind.PIN_DISABLED):
        if (AlarmKind.PIN_DISABLED, person) not in turn.cabinet.books.alarms:
            turn = alarms.latch(turn.record(PinDisabled(person)), AlarmKind.PIN_DISABLED, person)
    return turn
