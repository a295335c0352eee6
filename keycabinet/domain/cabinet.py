"""One step of the cabinet: what happened, on what it is, becomes what it will be and what is to be recorded and done.

Pure: the same state, event and facts give the same answer. Time, chance, people and rings come in as facts.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from keycabinet.domain import (
    alarms,
    attention,
    custody,
    door,
    health,
    learning,
    panel_tag,
    pin_change,
    session,
    slot,
    trying,
)
from keycabinet.domain.effects import Effects
from keycabinet.domain.entries import CabinetStarted
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    CredentialChecked,
    DeviceFailed,
    DeviceReady,
    DirectoryChanged,
    DoorRead,
    Event,
    KeyPressed,
    LoginAsked,
    PinHashed,
    PulseRefused,
    SpaceEnough,
    SpaceShort,
    StorageRecovered,
    TagPresented,
    TagsRead,
    TimePassed,
)
from keycabinet.domain.seen import PATIENCE
from keycabinet.domain.state import Cabinet, Facts, Hindered, Turn
from keycabinet.domain.states import (
    DoorOpen,
    DoorReleased,
    Idle,
    Learning,
    Offered,
    Released,
    Taking,
    UnderTest,
    Withdrawn,
)


def start(cabinet: Cabinet, facts: Facts, version: str) -> tuple[Cabinet, Effects]:
    """Begin: energise nothing, and wait for every device before anything is settled."""
    turn = Turn(cabinet, facts).record(CabinetStarted(version))
    turn = turn.having(
        unheard=frozenset(cabinet.layout.devices), starting_until=facts.now.elapsed + cabinet.times.start
    )
    return turn.cabinet, turn.effects


def step(cabinet: Cabinet, event: Event, facts: Facts) -> tuple[Cabinet, Effects]:
    """Answer one event. Whatever its time had come before it is dealt with first."""
    turn = _react(_expire(Turn(cabinet, facts)), event)
    if turn.cabinet.seen is not cabinet.seen or turn.cabinet.running != cabinet.running:
        turn = custody.settle(learning.watch(turn))
    turn = _conclude(turn)
    return turn.cabinet, turn.effects


def carry_out(
    cabinet: Cabinet, asked: Callable[[Turn], Turn | Hindered], facts: Facts
) -> tuple[Cabinet, Effects] | Hindered:
    """Do what a person asked for at the control socket, or say what hinders it; then nothing has happened."""
    turn = asked(_expire(Turn(cabinet, facts)))
    if isinstance(turn, Hindered):
        return turn
    turn = _conclude(custody.settle(turn))
    return turn.cabinet, turn.effects


def next_deadline(cabinet: Cabinet, facts: Facts) -> timedelta | None:
    """How long the rules can wait for the next event before they want ``TimePassed``; None: for ever."""
    now = facts.now
    waits = chain(
        (until - now.elapsed for until in _elapsed_deadlines(cabinet)),
        (due - now.utc for due in chain(_dues(cabinet), _ends(cabinet, facts), attention.deadlines(cabinet))),
        (pause.until - now.utc for pause in (cabinet.guard.pause,) if pause is not None),
    )
    return min((wait for wait in waits if wait > timedelta(0)), default=None)


def _conclude(turn: Turn) -> Turn:
    return attention.settle(alarms.settle(trying.settle(health.watch_link(session.follow(turn)))))


def _expire(turn: Turn) -> Turn:
    for rule in (health.give_up_waiting, session.expire, slot.expire, door.expire, learning.expire, custody.expire):
        turn = rule(turn)
    return turn


def _react(turn: Turn, event: Event) -> Turn:
    match event:
        case KeyPressed() | CredentialChecked() | LoginAsked() | PinHashed() | TagPresented():
            return _react_to_people(turn, event)
        case TagsRead():
            return custody.tags_read(turn, event)
        case ContactRead():
            return custody.contact_read(turn, event)
        case DirectoryChanged():
            return custody.directory_changed(turn)
        case TimePassed():
            return turn
        case _:
            return _react_to_hardware(turn, event)


def _react_to_people(turn: Turn, event: KeyPressed | CredentialChecked | LoginAsked | PinHashed | TagPresented) -> Turn:
    match event:
        case KeyPressed():
            return session.key(turn, event)
        case CredentialChecked():
            return session.checked(turn, event)
        case PinHashed():
            return pin_change.hashed(turn, event)
        case LoginAsked():
            return trying.asked(turn, event)
        case TagPresented():
            return panel_tag.presented(turn, event)


def _react_to_hardware(turn: Turn, event: Event) -> Turn:
    match event:
        case BoltsRead():
            return slot.bolts_read(turn, event)
        case CoilPulsed():
            return slot.pulsed(turn, event)
        case PulseRefused():
            return slot.refused(turn, event)
        case DoorRead():
            return door.read(turn, event)
        case DeviceReady():
            return health.device_ready(turn, event)
        case DeviceFailed():
            return health.device_failed(turn, event)
        case _:
            return _react_to_the_store(turn, event)


def _react_to_the_store(turn: Turn, event: Event) -> Turn:
    match event:
        case StorageRecovered():
            return health.storage_recovered(turn, event)
        case SpaceShort():
            return health.space_short(turn, event)
        case SpaceEnough():
            return health.space_enough(turn, event)
        case _:
            raise AssertionError(f"no rule for {event!r}")


def _elapsed_deadlines(cabinet: Cabinet) -> Iterator[timedelta]:
    if cabinet.starting_until is not None:
        yield cabinet.starting_until
    if cabinet.notice is not None:
        yield cabinet.notice.until
    if cabinet.store_trusted_from is not None:
        yield cabinet.store_trusted_from
    if isinstance(cabinet.learning, Learning):
        yield cabinet.learning.until
    match cabinet.session:
        case Idle() | Taking():
            pass
        case session_state:
            yield session_state.until
    yield from attention.elapsed_deadlines(cabinet)
    yield from _slot_deadlines(cabinet)
    yield from _door_deadlines(cabinet)
    yield from (since + cabinet.times.unread for since in cabinet.unread_since.values())
    yield from (since + PATIENCE for since in cabinet.seen.contrary.values())


def _slot_deadlines(cabinet: Cabinet) -> Iterator[timedelta]:
    for state in cabinet.slots.values():
        if isinstance(state, Released):
            yield from (each for each in (state.until, state.check_by) if each is not None)
        elif isinstance(state, Withdrawn | Offered | UnderTest):
            yield state.until


def _door_deadlines(cabinet: Cabinet) -> Iterator[timedelta]:
    match cabinet.door:
        case DoorReleased(until=until):
            yield until
        case DoorOpen(since=since, toned=toned):
            yield since + (cabinet.times.door_alarm if toned else cabinet.times.door_tone)
        case _:
            pass


def _ends(cabinet: Cabinet, facts: Facts) -> Iterator[datetime]:
    """When the validity of those who hold rings ends."""
    people = facts.directory.people
    holders = {it.holder for it in cabinet.books.out.values()} & people.keys()
    return (until for holder in holders if (until := people[holder].valid_until) is not None)


def _dues(cabinet: Cabinet) -> Iterator[datetime]:
    for out in cabinet.books.out.values():
        if out.due is not None:
            yield out.due
            if (warned := cabinet.alarm_rules.warned_at(out.since, out.due)) is not None:
                yield warned
