"""Which alarms stand.

Most are conditions, worked out from the state at every step: each is raised once and ends when it is so no longer. Some
are latched by the rule that saw them happen, and stand until another rule knows better. What becomes of an alarm that
stands is in ``attention``.
"""

from collections import Counter

from keycabinet.domain import flapping, health
from keycabinet.domain.alarm import WARNING, AlarmKey, by_name
from keycabinet.domain.books import In, Out
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import QUIET_KINDS, AlarmCleared, AlarmKind, AlarmRaised
from keycabinet.domain.policy import is_gone
from keycabinet.domain.state import Turn
from keycabinet.domain.states import DoorOpen

LATCHED = frozenset({AlarmKind.DOOR_FORCED, AlarmKind.LOCK_FAULT, AlarmKind.DURESS})


def settle(turn: Turn) -> Turn:
    """Raise what stands and was not raised, clear what was raised and stands no more."""
    if not turn.cabinet.running:
        return turn
    raised = turn.cabinet.books.alarms.keys()
    standing = _of_rings(turn) | _of_slots(turn) | _of_door(turn) | health.alarms(turn) | _of_copies(turn)
    standing |= of_pins(turn) | _of_keypad(turn) | _latched(turn)
    turn = flapping.note(turn, standing)
    for key in sorted(raised - standing - flapping.held(turn), key=by_name):
        turn = _end(turn, key)
    for kind, subject in sorted(standing - raised, key=by_name):
        turn = latch(turn, kind, subject)
    return turn


def latch(turn: Turn, kind: AlarmKind, subject: str) -> Turn:
    """Raise an alarm, unless it stands already. Of a quiet kind nothing is heard (R5, R6)."""
    if (kind, subject) in turn.cabinet.books.alarms:
        return turn
    level, turn = turn.cabinet.alarm_rules.level(kind), flapping.began(turn, (kind, subject))
    count = flapping.count(turn.cabinet, (kind, subject))
    turn = turn.record(AlarmRaised(kind, subject, level, count if count > 1 else None))
    if kind in QUIET_KINDS:
        return turn
    if level == WARNING:
        return turn.command(Play(Tune.WARNING))
    return turn.having(sounded=turn.elapsed).command(Play(Tune.ALARM))


def unlatch(turn: Turn, kind: AlarmKind, subject: str) -> Turn:
    """Clear an alarm, if it stands."""
    return turn.record(AlarmCleared(kind, subject)) if (kind, subject) in turn.cabinet.books.alarms else turn


def _end(turn: Turn, key: AlarmKey) -> Turn:
    count = flapping.count(turn.cabinet, key)
    return flapping.ended(turn.record(AlarmCleared(*key, count if count > 1 else None)), key)


def _latched(turn: Turn) -> set[AlarmKey]:
    """Those that stand until somebody knows better: of duress, until a commander has acknowledged it (R6)."""
    return {
        key
        for key, alarm in turn.cabinet.books.alarms.items()
        if key[0] in LATCHED and not (key[0] is AlarmKind.DURESS and alarm.acknowledged_by is not None)
    }


def of_pins(turn: Turn) -> set[AlarmKey]:
    """The alarms about people for whom wrong PINs were typed in a row, but for those that are still being compared."""
    limits, open_tries = turn.cabinet.limits, Counter(tried.person for tried in turn.cabinet.tries.values())
    alarms: set[AlarmKey] = set()
    for person, count in turn.cabinet.guard.failures.items():
        failures = count - open_tries[person]
        if failures >= limits.alarm_at:
            alarms.add((AlarmKind.REPEATED_WRONG_PIN, person))
        if failures >= limits.disable_at:
            alarms.add((AlarmKind.PIN_DISABLED, person))
    return alarms


def _of_rings(turn: Turn) -> set[AlarmKey]:
    books = turn.cabinet.books
    missing = {(AlarmKind.MISSING, ring) for ring in books.missing}
    return missing | {(kind, ring) for ring, out in books.out.items() for kind in _of_ring_out(turn, out)}


def _of_ring_out(turn: Turn, out: Out) -> set[AlarmKind]:
    """Overdue or soon so (R35), and out to somebody who has left or is suspended (R9)."""
    now, holder = turn.facts.now.utc, turn.facts.directory.people.get(out.holder)
    gone = {AlarmKind.LEFT_HOLDING} if holder is None or is_gone(holder, now) else set()
    if out.due is not None and now >= out.due:
        return gone | {AlarmKind.OVERDUE}
    warned_at = turn.cabinet.alarm_rules.warned_at(out.since, out.due)
    return gone | ({AlarmKind.DUE_SOON} if warned_at is not None and now >= warned_at else set())


def _of_copies(turn: Turn) -> set[AlarmKey]:
    rings, custody = turn.facts.directory.ring_of_tag, turn.cabinet.books.custody
    hanging_twice = {(AlarmKind.DUPLICATE_TAG, rings[tag].id) for tag in turn.cabinet.seen.doubled if tag in rings}
    shown_at_the_panel = {
        (kind, ring)
        for kind, ring in turn.cabinet.books.alarms
        if kind is AlarmKind.DUPLICATE_TAG and isinstance(custody.get(ring), In)
    }
    return hanging_twice | shown_at_the_panel


def _of_slots(turn: Turn) -> set[AlarmKey]:
    cabinet, books = turn.cabinet, turn.cabinet.books
    strangers = {} if books.commissioning is not None else cabinet.foreign(turn.facts.directory)
    foreign = {(AlarmKind.FOREIGN_TAG, f"slot-{slot}") for slot in strangers}
    unread = {
        (AlarmKind.UNREADABLE, f"slot-{slot}")
        for slot, since in cabinet.unread_since.items()
        if turn.elapsed >= since + cabinet.times.unread and slot not in books.out_of_service
    }
    return foreign | unread


def _of_door(turn: Turn) -> set[AlarmKey]:
    match turn.cabinet.door:
        case DoorOpen(since=since) if turn.elapsed >= since + turn.cabinet.times.door_alarm:
            return {(AlarmKind.DOOR_OPEN, "door")}
        case _:
            return set()


def _of_keypad(turn: Turn) -> set[AlarmKey]:
    paused = turn.cabinet.guard.is_paused(turn.facts.now.utc)
    return {(AlarmKind.KEYPAD_PAUSED, "keypad")} if paused else set()
