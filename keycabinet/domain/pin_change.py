"""A person chooses a PIN at the keypad: typed twice, hashed by the worker, committed, and only then confirmed (R3)."""

from datetime import timedelta

from keycabinet.domain.effects import ChosenPin, HashPin, Play, Tune
from keycabinet.domain.entries import PinChanged
from keycabinet.domain.events import PinHashed
from keycabinet.domain.menu import leave, menu
from keycabinet.domain.people import Person, Pin
from keycabinet.domain.state import Turn
from keycabinet.domain.states import Changing, NewPin, RepeatPin


def begin(turn: Turn, person: str, *, forced: bool) -> Turn:
    """The person is asked for a new PIN."""
    return turn.at(NewPin(person, Pin(), _until(turn), forced))


def key(turn: Turn, state: NewPin | RepeatPin, person: Person, pressed: str) -> Turn:
    """The person, who may still be here, pressed a key."""
    if pressed == "*":
        return _back(turn, state)
    if pressed == "#":
        return _confirm(turn, state, person) if len(state.pin) else turn
    pin = state.pin.then(pressed) if len(state.pin) <= turn.cabinet.pins.digits else state.pin
    if isinstance(state, NewPin):
        return turn.at(NewPin(state.person, pin, _until(turn), state.forced))
    return turn.at(RepeatPin(state.person, state.first, pin, _until(turn), state.forced))


def hashed(turn: Turn, event: PinHashed) -> Turn:
    """The worker has hashed a PIN. An answer that nobody waits for any more changes nothing."""
    match turn.cabinet.session:
        case Changing(person=person, attempt=attempt, forced=forced) if attempt == event.attempt:
            if event.digest is None:
                return _again(turn, person, "CHOOSE ANOTHER PIN", forced=forced)
            now = turn.facts.now.utc
            chosen = ChosenPin(person, event.digest, now, turn.cabinet.pins.expiry(now))
            turn = menu(turn.keep(chosen).record(PinChanged(person)), person)
            return turn.noted("PIN CHANGED").command(Play(Tune.ACCEPTED))
        case _:
            return turn


def not_hashed(turn: Turn, state: Changing) -> Turn:
    """The worker did not answer."""
    return leave(turn, state.person, "not_answered").noted("PIN NOT CHANGED").command(Play(Tune.REFUSED))


def _back(turn: Turn, state: NewPin | RepeatPin) -> Turn:
    if len(state.pin) or isinstance(state, RepeatPin):
        return begin(turn, state.person, forced=state.forced)
    return leave(turn, state.person, "pin_not_changed") if state.forced else menu(turn, state.person)


def _confirm(turn: Turn, state: NewPin | RepeatPin, person: Person) -> Turn:
    match state:
        case NewPin(pin=pin) if not turn.cabinet.pins.allows(pin, person.code):
            return _again(turn, state.person, "CHOOSE ANOTHER PIN", forced=state.forced)
        case NewPin(pin=pin):
            return turn.at(RepeatPin(state.person, pin, Pin(), _until(turn), state.forced))
        case RepeatPin(first=first, pin=pin) if pin != first:
            return _again(turn, state.person, "NOT THE SAME PIN", forced=state.forced)
        case RepeatPin(pin=pin):
            attempt, until = turn.facts.fresh, turn.elapsed + turn.cabinet.times.checking
            changing = Changing(state.person, attempt, until, state.forced)
            return turn.at(changing).command(HashPin(attempt, person.code, pin))


def _again(turn: Turn, person: str, why: str, *, forced: bool) -> Turn:
    digits = turn.cabinet.pins.digits
    turn = begin(turn, person, forced=forced).noted(why, f"{digits} DIGITS, NO DATE,", "NO ROW, NO USER CODE")
    return turn.command(Play(Tune.REFUSED))


def _until(turn: Turn) -> timedelta:
    return turn.elapsed + turn.cabinet.times.menu
