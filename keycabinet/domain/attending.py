"""Alarms at the keypad: one after the other, to be silenced and acknowledged without any network (R40).

Supervisors and those above may look and silence; who acknowledges takes the alarm on, and that is for commanders.
"""

from keycabinet.domain.alarm import AlarmKey, oldest_first
from keycabinet.domain.attention import is_shown
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import AlarmAcknowledged, AlarmSilenced
from keycabinet.domain.menu import menu, refused
from keycabinet.domain.people import COMMANDERS, SUPERVISORS, Person
from keycabinet.domain.state import Cabinet, Turn
from keycabinet.domain.states import Attending

SILENCE, NEXT = "0", "8"


def may_attend(person: Person) -> bool:
    """Whether the menu of this person has the alarms."""
    return person.role in SUPERVISORS


def begin(turn: Turn, person: str) -> Turn:
    """Show the first alarm."""
    shown = listed(turn.cabinet)
    return _show(turn, person, shown[0] if shown else None)


def listed(cabinet: Cabinet) -> list[AlarmKey]:
    """The alarms that are shown at the keypad, oldest first; never those of quiet kinds (R5, R6)."""
    alarms = cabinet.books.alarms
    return [key for key in oldest_first(alarms) if is_shown(key, alarms[key])]


def key(turn: Turn, state: Attending, person: Person, pressed: str) -> Turn:
    """The person, who may still be here, pressed a key."""
    if pressed == "*" or state.at is None:
        return menu(turn, person.id)
    if state.at not in turn.cabinet.books.alarms:
        return begin(turn, person.id)
    match pressed:
        case "#":
            return _acknowledge(turn, state.at, person)
        case digit if digit == SILENCE:
            return _silence(turn, state.at, person)
        case digit if digit == NEXT:
            return _show(turn, person.id, _after(turn.cabinet, state.at))
        case _:
            return _show(turn, person.id, state.at)


def _acknowledge(turn: Turn, key: AlarmKey, person: Person) -> Turn:
    if person.role not in COMMANDERS:
        return refused(_show(turn, person.id, key))
    if turn.cabinet.books.alarms[key].acknowledged_by is None:
        turn = turn.record(AlarmAcknowledged(*key, person.id)).command(Play(Tune.ACCEPTED))
    return _show(turn, person.id, key)


def _silence(turn: Turn, key: AlarmKey, person: Person) -> Turn:
    if not turn.cabinet.books.alarms[key].silenced:
        turn = turn.record(AlarmSilenced(*key, person.id)).command(Play(Tune.ACCEPTED))
    return _show(turn, person.id, key)


def _after(cabinet: Cabinet, key: AlarmKey) -> AlarmKey:
    shown = listed(cabinet)
    return shown[(shown.index(key) + 1) % len(shown)] if key in shown else shown[0]


def _show(turn: Turn, person: str, key: AlarmKey | None) -> Turn:
    return turn.at(Attending(person, key, turn.elapsed + turn.cabinet.times.menu))
