"""What people see at the cabinet: a projection of the state, never an effect. Slot numbers only (R22).

The display has four lines of twenty characters; all text is ASCII.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from keycabinet.domain.attention import is_shown
from keycabinet.domain.effects import Light
from keycabinet.domain.entries import AlarmKind
from keycabinet.domain.people import LoginMode
from keycabinet.domain.state import Cabinet, Facts
from keycabinet.domain.states import (
    Aim,
    Approve,
    Attending,
    Changing,
    Checking,
    Choosing,
    CodeEntry,
    DoorOpen,
    Free,
    Idle,
    Learning,
    LogIn,
    Naming,
    NewPin,
    Offered,
    PinEntry,
    Released,
    RepeatPin,
    Taking,
    UnderTest,
    Unlatched,
)

COLUMNS = 20
ROWS = 4
KEYS = "#=OK          *=BACK"
INVITATIONS = {
    LoginMode.PIN: "TYPE YOUR CODE, #=OK",
    LoginMode.BADGE_PIN: "SHOW YOUR BADGE",
    LoginMode.EITHER: "CODE AND #, OR BADGE",
}


def screen(cabinet: Cabinet, facts: Facts) -> tuple[str, ...]:
    """The four lines that belong to this state at this time."""
    if not cabinet.running:
        return _fit("STARTING", "PLEASE WAIT")
    if cabinet.notice is not None:
        return _fit(*cabinet.notice.lines)
    return _fit(*_dialogue(cabinet, facts))


def lights(cabinet: Cabinet, facts: Facts) -> Mapping[int, Light]:
    """The lamps that are lit: steady where a ring can be taken or belongs, blinking where something is wrong."""
    lamps: dict[int, Light] = {}
    if isinstance(cabinet.door, DoorOpen):
        lamps |= dict.fromkeys(_homes_of_rings_out(cabinet, facts), Light.STEADY)
    lamps |= dict.fromkeys(_troubled_slots(cabinet, facts), Light.BLINKING)
    for slot, state in cabinet.slots.items():
        lamps[slot] = Light.STEADY if isinstance(state, Released | Offered | UnderTest) else Light.BLINKING
    return lamps


def next_change(now: datetime) -> timedelta:
    """How long the clock on the idle display shows this minute."""
    return timedelta(minutes=1) - timedelta(seconds=now.second, microseconds=now.microsecond)


def _dialogue(cabinet: Cabinet, facts: Facts) -> tuple[str, ...]:
    match cabinet.session:
        case Idle() | CodeEntry() | PinEntry(badge=False) if cabinet.guard.is_paused(facts.now.utc):
            return _paused(cabinet, facts)
        case Idle():
            return _idle(cabinet, facts)
        case CodeEntry(code=code, aim=aim):
            wanted = "SHOW YOUR BADGE" if cabinet.login is LoginMode.BADGE_PIN else "USER CODE"
            return _titled(aim, wanted, code)
        case PinEntry(pin=pin, aim=aim):
            return _titled(aim, "PIN", "*" * len(pin))
        case Checking() | Changing():
            return ("ONE MOMENT",)
        case Naming() | NewPin() | RepeatPin() | Attending() as entry:
            return _asked(cabinet, facts, entry)
        case Choosing(person=person, digits=digits):
            return "WHICH SLOT?", digits, _held_by(cabinet, person), "#=TAKE         *=END"
        case Taking(slot=slot, due=due):
            opened = "IS OPEN" if _has_opened(cabinet, slot) else "OPENS"
            return f"SLOT {slot} {opened}", "TAKE THE RING", due_text(due, facts), "*=CANCEL"


def _asked(cabinet: Cabinet, facts: Facts, entry: Naming | NewPin | RepeatPin | Attending) -> tuple[str, ...]:
    match entry:
        case Attending():
            return _attended(cabinet, facts, entry)
        case Naming(code=code):
            return "RELEASE WHICH CODE?", code, "", KEYS
        case NewPin(pin=pin):
            return f"NEW PIN, {cabinet.pins.digits} DIGITS", "*" * len(pin), "", KEYS
        case RepeatPin(pin=pin):
            return "THE SAME PIN AGAIN", "*" * len(pin), "", KEYS


def _titled(aim: Aim, wanted: str, typed: str) -> tuple[str, ...]:
    match aim:
        case LogIn():
            return wanted, typed, "", KEYS
        case Approve(needed=needed, by=by):
            return f"PERSON {len(by) + 2} OF {needed + 1}", wanted, typed, KEYS
        case Free():
            return "SECOND PERSON", wanted, typed, KEYS


def _attended(cabinet: Cabinet, facts: Facts, state: Attending) -> tuple[str, ...]:
    alarm = cabinet.books.alarms.get(state.at) if state.at is not None else None
    if state.at is None or alarm is None:
        return "NO ALARM" if state.at is None else "IT IS OVER", "", "", "              *=BACK"
    kind, subject = state.at
    if subject in facts.directory.rings:
        subject = f"slot {facts.directory.rings[subject].home_slot}"
    by = facts.directory.people.get(alarm.acknowledged_by or "")
    taken = f"ACKNOWLEDGED BY {by.code}" if by is not None else "NOT ACKNOWLEDGED"
    since = alarm.raised_at.astimezone(facts.zone)
    title = f"{kind.value.replace('_', ' ')} {since:%H:%M}"
    return title.upper(), subject.replace("slot-", "slot ").upper(), taken, "#=ACK 0=QUIET 8=NEXT"


def _paused(cabinet: Cabinet, facts: Facts) -> tuple[str, ...]:
    assert cabinet.guard.pause is not None
    until = (cabinet.guard.pause.until + timedelta(milliseconds=999)).astimezone(facts.zone)
    return "TOO MANY WRONG PINS", f"WAIT UNTIL {until:%H:%M:%S}"


def due_text(due: datetime | None, facts: Facts) -> str:
    """When a ring is due, in local time, with the day unless that is today."""
    if due is None:
        return "NO TIME LIMIT"
    local, today = due.astimezone(facts.zone), facts.now.utc.astimezone(facts.zone).date()
    day = "" if local.date() == today else f"{local:%a %d} ".upper()
    return f"BACK BY {day}{local:%H:%M:%S}" if local.second else f"BACK BY {day}{local:%H:%M}"


def _idle(cabinet: Cabinet, facts: Facts) -> tuple[str, ...]:
    local = facts.now.utc.astimezone(facts.zone)
    clock = f"{local:%a %d %b}".upper() + f"{local:%H:%M}".rjust(10)
    if cabinet.books.commissioning is not None:
        asked = "PUT ONE RING IN" if isinstance(cabinet.learning, Learning) else _advice(cabinet)
        return clock, "COMMISSIONING", asked, _trouble(cabinet, facts) or "NO RING IS RELEASED"
    return clock, _trouble(cabinet, facts), _advice(cabinet), INVITATIONS[cabinet.login]


def _trouble(cabinet: Cabinet, facts: Facts) -> str:
    overdue = _homes_in_alarm(cabinet, facts, AlarmKind.OVERDUE)
    if overdue:
        return "OVERDUE: SLOT " + " ".join(str(slot) for slot in overdue)
    shown = sum(is_shown(key, alarm) for key, alarm in cabinet.books.alarms.items())
    return f"ALARMS: {shown}" if shown else _soon(cabinet, facts)


def _soon(cabinet: Cabinet, facts: Facts) -> str:
    soon = _homes_in_alarm(cabinet, facts, AlarmKind.DUE_SOON)
    return "DUE SOON: SLOT " + " ".join(str(slot) for slot in soon) if soon else ""


def _homes_in_alarm(cabinet: Cabinet, facts: Facts, wanted: AlarmKind) -> list[int]:
    rings = facts.directory.rings
    alarms = cabinet.books.alarms
    return sorted(rings[subject].home_slot for kind, subject in alarms if kind is wanted and subject in rings)


def _advice(cabinet: Cabinet) -> str:
    loose = sorted(slot for slot, state in cabinet.slots.items() if isinstance(state, Unlatched))
    if loose:
        return f"PUSH IN SLOT {loose[0]}"
    return "CLOSE THE DOOR" if isinstance(cabinet.door, DoorOpen) else ""


def _has_opened(cabinet: Cabinet, slot: int) -> bool:
    """Whether the bolt was seen to move; where none is sensed, nobody will know better."""
    state = cabinet.state_of(slot)
    return slot not in cabinet.layout.bolts or (isinstance(state, Released) and state.drawn)


def _held_by(cabinet: Cabinet, person: str) -> str:
    held = [it.slot for it in cabinet.books.out.values() if it.holder == person]
    return "YOU HOLD: " + " ".join(str(slot) for slot in sorted(held)) if held else ""


def _homes_of_rings_out(cabinet: Cabinet, facts: Facts) -> set[int]:
    rings = facts.directory.rings
    return {
        rings[ring].home_slot
        for ring in cabinet.books.out
        if ring in rings and rings[ring].home_slot in cabinet.layout.latches
    }


def _troubled_slots(cabinet: Cabinet, facts: Facts) -> set[int]:
    rings = facts.directory.rings
    troubled = set()
    for kind, subject in cabinet.books.alarms:
        if subject.startswith("slot-"):
            troubled.add(int(subject.removeprefix("slot-")))
        elif subject in rings and kind in {AlarmKind.OVERDUE, AlarmKind.MISSING, AlarmKind.LEFT_HOLDING}:
            troubled.add(rings[subject].home_slot)
    return troubled & cabinet.layout.latches


def _fit(*lines: str) -> tuple[str, ...]:
    padded = (*lines, *("" for _ in range(ROWS)))[:ROWS]
    return tuple(line[:COLUMNS].ljust(COLUMNS) for line in padded)
