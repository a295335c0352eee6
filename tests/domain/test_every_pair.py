"""Every state × event pair of each small machine, and what becomes of it. A pair that is not in a table fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

from keycabinet.domain import slot as slots
from keycabinet.domain.books import Books, In, Missing, OpenRelease, Out, Unverified
from keycabinet.domain.entries import Evidence, ReleaseIntended
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    CredentialChecked,
    DeviceFailed,
    DoorRead,
    Event,
    KeyPressed,
    PulseRefused,
    TagPresented,
    TagsRead,
    Verdict,
)
from keycabinet.domain.guard import Try
from keycabinet.domain.people import Pin
from keycabinet.domain.seen import PATIENCE
from keycabinet.domain.state import Turn
from keycabinet.domain.states import (
    IDLE,
    SECURED,
    Checking,
    Choosing,
    CodeEntry,
    DoorLocked,
    DoorOpen,
    DoorReleased,
    DoorUnknown,
    Offered,
    PinEntry,
    Released,
    Taking,
    Unlatched,
    Withdrawn,
)
from tests.builders import NOON, SLOTS, Story, a_ring, running, tags

T = NOON.elapsed
SOON, LATE = T + timedelta(seconds=10), timedelta(minutes=10)


def check(table: dict[str, dict[str, str]], states: dict, events: dict, outcome: Callable) -> None:
    """Hold every pair of a table against what really happens; report all differences at once."""
    assert set(table) == set(states)
    assert all(set(row) == set(events) for row in table.values())
    found = {state: {event: outcome(states[state], events[event]) for event in events} for state in states}
    wrong = [
        f"{state} × {event}: {found[state][event]}, expected {table[state][event]}"
        for state, event in product(states, events)
        if found[state][event] != table[state][event]
    ]
    assert wrong == []


# ---- door ----

DOORS = {
    "unknown": DoorUnknown(),
    "locked": DoorLocked(),
    "released": DoorReleased(SOON),
    "open": DoorOpen(T),
    "toned": DoorOpen(T, toned=True),
}
DOOR_EVENTS = {
    "reads open": DoorRead(is_open=True),
    "reads closed": DoorRead(is_open=False),
    "contact lost": DeviceFailed("pins", "gone", ""),
    "10 min": LATE,
}
DOOR_TABLE = {
    #            reads open                              reads closed                contact lost      10 min
    "unknown": ("DoorOpen", "DoorLocked", "DoorUnknown +device.lost", "DoorUnknown"),
    "locked": ("DoorOpen +door.forced", "DoorLocked", "DoorUnknown +device.lost", "DoorLocked"),
    "released": ("DoorOpen +door.opened", "DoorReleased", "DoorUnknown +device.lost", "DoorLocked"),
    "open": ("DoorOpen", "DoorLocked +door.closed", "DoorUnknown +device.lost", "DoorOpen"),
    "toned": ("DoorOpen", "DoorLocked +door.closed", "DoorUnknown +device.lost", "DoorOpen"),
}


def test_the_door_answers_every_event_in_every_state():
    def outcome(state, event):
        story = running()
        story.cabinet = replace(story.cabinet, door=state)
        return told(story, event, lambda: type(story.cabinet.door).__name__)

    check(by_name(DOOR_TABLE, DOOR_EVENTS), DOORS, DOOR_EVENTS, outcome)


# ---- slot ----

SLOT_STATES = {
    "secured": SECURED,
    "released": Released("x", SOON),
    "pulsed": Released("x", SOON, pulsed=True, drawn=True),
    "to be checked": Released("x", SOON, pulsed=True, check_by=SOON),
    "withdrawn": Withdrawn("x", "cancelled", SOON),
    "offered": Offered(SOON),
    "unlatched": Unlatched(),
}
SLOT_EVENTS = {
    "bolt drawn": BoltsRead(SLOTS, home=False),
    "bolt home": BoltsRead(SLOTS, home=True),
    "coil pulsed": CoilPulsed(3),
    "pulse refused": PulseRefused(3, "queue"),
    "its own tag at the panel": TagPresented("panel", a_ring(3).tag),
    "pins lost": DeviceFailed("pins", "gone", ""),
    "10 min": LATE,
    "ring gone": (ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6))),
}
TAG, LOST, ENDED = "+tag.refused", "+device.lost", "+release.ended"
SLOT_TABLE = {
    "secured": (
        "Secured", "Secured", "Secured", "Secured", f"Secured {TAG}", f"Secured {LOST}", "Secured",
        "Secured +ring.missing",
    ),
    "released": (
        "Released", "Released", "Released", f"Secured {ENDED}", f"Released {TAG}", f"Released {LOST}", "Withdrawn",
        "Secured +ring.taken",
    ),
    "pulsed": (
        "Released", "Released", "Released", f"Secured {ENDED}", f"Released {TAG}", f"Released {LOST}",
        f"Secured {ENDED}", "Secured +ring.taken",
    ),
    "to be checked": (
        "Released", "Released", "Released", f"Secured {ENDED}", f"Released {TAG}", f"Released {LOST}",
        f"Secured {ENDED}", "Secured +ring.taken",
    ),
    "withdrawn": (
        "Withdrawn", "Withdrawn", f"Secured {ENDED}", f"Secured {ENDED}", f"Withdrawn {TAG}", f"Withdrawn {LOST}",
        f"Secured {ENDED}", "Secured +ring.taken",
    ),
    "offered": (
        "Offered", "Offered", "Secured", "Secured", f"Offered {TAG}", f"Offered {LOST}", "Secured",
        "Offered +ring.missing",
    ),
    "unlatched": (
        "Unlatched", "Secured", "Unlatched", "Unlatched", f"Unlatched {TAG}", f"Unlatched {LOST}", "Unlatched",
        "Unlatched +ring.missing",
    ),
}  # fmt: skip


def test_a_slot_answers_every_event_in_every_state():
    def outcome(state, event):
        story = running()
        books = story.cabinet.books
        if isinstance(state, Released | Withdrawn):
            books = replace(books, releases={3: OpenRelease("x", "ann", "r3", 3)})
        story.cabinet = replace(story.cabinet, slots={3: state}, books=books)
        return told(story, event, lambda: type(story.cabinet.state_of(3)).__name__)

    check(by_name(SLOT_TABLE, SLOT_EVENTS), SLOT_STATES, SLOT_EVENTS, outcome)


def test_the_bolt_that_moved_is_remembered_with_the_release():
    story = running()
    turn = slots.release(Turn(story.cabinet, story.facts), ReleaseIntended("x", "ann", "r3", 3))
    story.cabinet = turn.cabinet
    story.tell(BoltsRead(SLOTS, home=False), CoilPulsed(3)).later(seconds=5)

    assert story.cabinet.state_of(3) == Released("x", T + timedelta(seconds=15), pulsed=True, drawn=True)


# ---- session ----

SESSIONS = {
    "idle": IDLE,
    "code": CodeEntry("1001", SOON),
    "pin": PinEntry("1001", Pin("47"), SOON),
    "checking": Checking("a", SOON),
    "choosing": Choosing("ann", "", SOON),
    "chosen": Choosing("ann", "3", SOON),
    "taking": Taking("ann", 3, "x", None),
}
SESSION_EVENTS = {
    "5": KeyPressed("5"),
    "*": KeyPressed("*"),
    "#": KeyPressed("#"),
    "right": CredentialChecked("a", Verdict.RIGHT, "ann"),
    "wrong": CredentialChecked("a", Verdict.WRONG_PIN, "ann"),
    "another": CredentialChecked("b", Verdict.RIGHT, "ann"),
    "slot over": PulseRefused(3, "queue"),
    "10 min": LATE,
}
SESSION_TABLE = {
    "idle": ("CodeEntry", "Idle", "Idle", "Idle", "Idle", "Idle", "Idle", "Idle"),
    "code": ("CodeEntry", "Idle", "PinEntry", "CodeEntry", "CodeEntry", "CodeEntry", "CodeEntry", "Idle"),
    "pin": ("PinEntry", "PinEntry", "Checking", "PinEntry", "PinEntry", "PinEntry", "PinEntry", "Idle"),
    "checking": (
        "Checking", "Checking", "Checking", "Choosing +login.granted", "Idle +login.refused", "Checking", "Checking",
        "Idle +login.refused",
    ),
    "choosing": (
        "Choosing", "Idle +session.ended", "Choosing", "Choosing", "Choosing", "Choosing", "Choosing",
        "Idle +session.ended",
    ),
    "chosen": (
        "Choosing", "Choosing", "Taking +release.intended", "Choosing", "Choosing", "Choosing", "Choosing",
        "Idle +session.ended",
    ),
    "taking": (
        "Taking", "Choosing +release.ended", "Taking", "Taking", "Taking", "Taking", "Choosing +release.ended",
        "Choosing +release.ended",
    ),
}  # fmt: skip


def test_the_session_answers_every_event_in_every_state():
    def outcome(state, event):
        story = running()
        tries = {"a": Try("ann", NOON.utc, allowed=True)} if isinstance(state, Checking) else {}
        cabinet = replace(story.cabinet, session=state, tries=tries)
        if isinstance(state, Taking):
            books = replace(cabinet.books, releases={3: OpenRelease("x", "ann", "r3", 3)})
            cabinet = replace(cabinet, slots={3: Released("x", SOON, pulsed=True)}, books=books)
        story.cabinet = cabinet
        return told(story, event, lambda: type(story.cabinet.session).__name__)

    check(by_name(SESSION_TABLE, SESSION_EVENTS), SESSIONS, SESSION_EVENTS, outcome)


# ---- custody ----

CUSTODIES = {
    "in": In(3, NOON.utc, Evidence.TAG_READ),
    "out": Out(3, NOON.utc, Evidence.TAG_READ, "ann"),
    "missing": Missing(3, NOON.utc),
    "unverified": Unverified(NOON.utc),
}
SIGHTS = {
    "in its slot": (ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6))),
    "in another": (
        ContactRead(3, closed=False), ContactRead(7, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6)), PATIENCE,
    ),
    "nowhere": (ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6))),
    "unreadable": (ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6))),
    "no reader": DeviceFailed("bank1", "line_silent", ""),
}  # fmt: skip
CUSTODY_TABLE = {
    "in": ("In", "In +ring.moved", "Missing +ring.missing", "In", "In +device.lost"),
    "out": ("In +ring.returned", "In +ring.returned", "Out", "Out", "Out +device.lost"),
    "missing": ("In +ring.found", "In +ring.found", "Missing", "Missing", "Missing +device.lost"),
    "unverified": ("In +ring.found", "In +ring.found", "Unverified", "Unverified", "Unverified +device.lost"),
}


def test_the_books_follow_every_sight_from_every_custody():
    def outcome(state, event):
        story = running(*((1, 2, 3, 4, 5, 6) if isinstance(state, In) else (1, 2, 4, 5, 6)))
        custody = {**story.cabinet.books.custody, "r3": state}
        story.cabinet = replace(story.cabinet, books=Books(custody))
        return told(story, event, lambda: type(story.cabinet.books.custody["r3"]).__name__)

    check(by_name(CUSTODY_TABLE, SIGHTS), CUSTODIES, SIGHTS, outcome)


# ---- helpers ----


def by_name(table: dict[str, tuple[str, ...]], events: dict) -> dict[str, dict[str, str]]:
    return {state: dict(zip(events, row, strict=True)) for state, row in table.items()}


def told(story: Story, event: Event | tuple | timedelta, state: Callable[[], str]) -> str:
    """The name of the state after the event, and the first entry about it that was recorded (alarms apart)."""
    for each in event if isinstance(event, tuple) else (event,):
        story.later(seconds=each.total_seconds()) if isinstance(each, timedelta) else story.tell(each)
    types = [entry.type for entry in story.entries if not entry.type.startswith("alarm.")]
    return " +".join([state(), *types[:1]])
