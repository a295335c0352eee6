"""The door of the cabinet: locked but when a granted take, or the tag of a ring that is out, releases it (R17)."""

from keycabinet.domain import alarms
from keycabinet.domain.effects import Play, ReleaseDoor, Tune
from keycabinet.domain.entries import AlarmKind, DoorClosed, DoorForced, DoorOpened
from keycabinet.domain.events import DoorRead
from keycabinet.domain.state import Turn
from keycabinet.domain.states import DoorLocked, DoorOpen, DoorReleased, DoorUnknown


def release(turn: Turn) -> Turn:
    """Let somebody open the door; nothing to do where it is open or there is none to release."""
    if not turn.cabinet.layout.door_latch or isinstance(turn.cabinet.door, DoorOpen):
        return turn
    if isinstance(turn.cabinet.door, DoorUnknown):
        return turn.command(ReleaseDoor())
    until = turn.elapsed + turn.cabinet.times.door_release
    return turn.having(door=DoorReleased(until)).command(ReleaseDoor())


def read(turn: Turn, event: DoorRead) -> Turn:
    """The contact says that the door is open, or that it is closed."""
    return _opened(turn) if event.is_open else _closed(turn)


def lost(turn: Turn) -> Turn:
    """Nobody can tell any more where the door is."""
    return turn.having(door=DoorUnknown())


def expire(turn: Turn) -> Turn:
    """A release that nobody used ends; a door that stays open is heard."""
    match turn.cabinet.door:
        case DoorReleased(until=until) if turn.elapsed >= until:
            return turn.having(door=DoorLocked())
        case DoorOpen(since=since, toned=False) if turn.elapsed >= since + turn.cabinet.times.door_tone:
            return turn.having(door=DoorOpen(since, toned=True)).command(Play(Tune.WARNING))
        case _:
            return turn


def _opened(turn: Turn) -> Turn:
    match turn.cabinet.door:
        case DoorLocked():
            forced = turn.having(door=DoorOpen(turn.elapsed)).record(DoorForced())
            return alarms.latch(forced, AlarmKind.DOOR_FORCED, "door")
        case DoorReleased():
            return turn.having(door=DoorOpen(turn.elapsed)).record(DoorOpened())
        case DoorUnknown():
            return turn.having(door=DoorOpen(turn.elapsed))
        case DoorOpen():
            return turn


def _closed(turn: Turn) -> Turn:
    match turn.cabinet.door:
        case DoorOpen():
            return alarms.unlatch(turn.having(door=DoorLocked()).record(DoorClosed()), AlarmKind.DOOR_FORCED, "door")
        case DoorUnknown():
            return alarms.unlatch(turn.having(door=DoorLocked()), AlarmKind.DOOR_FORCED, "door")
        case DoorLocked() | DoorReleased():
            return turn
