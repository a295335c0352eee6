"""Every state × event pair of each small machine, and what becomes of it. A pair that is not in a table fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from keycabinet.domain import slot as slots
from keycabinet.domain.books import Books, Commissioning, In, Missing, OpenRelease, Out, SetAside, Unverified
from keycabinet.domain.entries import AlarmKind, Evidence, ReleaseIntended
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    CredentialChecked,
    DeviceFailed,
    DoorRead,
    Event,
    KeyPressed,
    LoginAsked,
    PinHashed,
    PulseRefused,
    TagPresented,
    TagsRead,
    Verdict,
)
from keycabinet.domain.guard import Guard, Try
from keycabinet.domain.people import LoginMode, Pin, Role
from keycabinet.domain.rings import UNAIDED, Approval
from keycabinet.domain.seen import PATIENCE
from keycabinet.domain.state import Turn
from keycabinet.domain.states import (
    IDLE,
    SECURED,
    Approve,
    Attending,
    Changing,
    Checking,
    Choosing,
    CodeEntry,
    DoorLocked,
    DoorOpen,
    DoorReleased,
    DoorUnknown,
    Free,
    Learned,
    Learning,
    Naming,
    NewPin,
    NotLearned,
    Offered,
    PinEntry,
    Released,
    RepeatPin,
    Taking,
    UnderTest,
    Unlatched,
    Withdrawn,
)
from tests.builders import NOON, SLOTS, Story, a_directory, a_person, a_ring, running, tags

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
    "under test": UnderTest(T, SOON),
    "tested, coil": UnderTest(T, SOON, coil=timedelta(0)),
    "tested, bolt": UnderTest(T, SOON, bolt=timedelta(0)),
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
TAG, LOST, ENDED, TESTED = "+tag.refused", "+device.lost", "+release.ended", "+slot.tested"
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
    "under test": (
        "UnderTest", "UnderTest", "UnderTest", f"Secured {TESTED}", f"UnderTest {TAG}", f"Secured {LOST}",
        f"Secured {TESTED}", "UnderTest +ring.missing",
    ),
    "tested, coil": (
        "UnderTest", "UnderTest", "UnderTest", f"Secured {TESTED}", f"UnderTest {TAG}", f"Secured {LOST}",
        f"Secured {TESTED}", "UnderTest +ring.missing",
    ),
    "tested, bolt": (
        "UnderTest", "UnderTest", "UnderTest", f"Secured {TESTED}", f"UnderTest {TAG}", f"Secured {LOST}",
        f"Secured {TESTED}", "UnderTest +ring.missing",
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

BADGE = "01AA0000000000AA"
APPROVE = Approve("bob", 4, "r4", 1, SOON)
FREE = Free("wac", "dee", SOON)
SESSIONS = {
    "idle": IDLE,
    "code": CodeEntry("1001", SOON),
    "pin": PinEntry("1001", Pin("47"), SOON),
    "checking": Checking("a", SOON),
    "choosing": Choosing("ann", "", SOON),
    "chosen": Choosing("ann", "3", SOON),
    "taking": Taking("ann", 3, "x", None),
    "second code": CodeEntry("20", SOON, APPROVE),
    "second pin": PinEntry("2002", Pin("59"), SOON, APPROVE),
    "second checking": Checking("a", SOON, "", APPROVE),
    "free code": CodeEntry("20", SOON, FREE),
    "free pin": PinEntry("2002", Pin("59"), SOON, FREE),
    "free checking": Checking("a", SOON, "", FREE),
    "naming": Naming("wac", "", SOON),
    "named": Naming("wac", "1004", SOON),
    "new pin": NewPin("ann", Pin("481593"), SOON, forced=False),
    "repeated": RepeatPin("ann", Pin("481593"), Pin("481593"), SOON, forced=False),
    "changing": Changing("ann", "a", SOON, forced=False),
    "attending": Attending("wac", (AlarmKind.READER_FAULT, "bank1"), SOON),
    "nothing to attend": Attending("wac", None, SOON),
}
SESSION_EVENTS = {
    "5": KeyPressed("5"),
    "*": KeyPressed("*"),
    "#": KeyPressed("#"),
    "right": CredentialChecked("a", Verdict.RIGHT, "ann"),
    "wrong": CredentialChecked("a", Verdict.WRONG_PIN, "ann"),
    "another": CredentialChecked("b", Verdict.RIGHT, "ann"),
    "duress": CredentialChecked("a", Verdict.DURESS, "ann"),
    "badge": TagPresented("panel", BADGE),
    "log-in elsewhere": LoginAsked("s", "socket", "1001", Pin("0")),
    "hashed": PinHashed("a", b"digest"),
    "not that one": PinHashed("a", None),
    "hashed late": PinHashed("b", b"digest"),
    "slot over": PulseRefused(3, "queue"),
    "10 min": LATE,
}


def stays(state: str, **but: str) -> dict[str, str]:
    """A row of the table: the state stays as it is, and nothing is recorded, but for these events."""
    names = {"k5": "5", "star": "*", "hash_": "#", "late": "10 min"}
    told = {names.get(event, event.replace("_", " ")): outcome for event, outcome in but.items()}
    return dict.fromkeys(SESSION_EVENTS, state) | {"duress": f"{state} +duress.used"} | told


ENDED, REFUSED, GIVEN_UP = "Idle +session.ended", "Idle +login.refused", "Choosing +release.refused"
IN, ALARMED = "Choosing +login.granted", "+duress.used"
SESSION_TABLE = {
    "idle": stays("Idle", k5="CodeEntry", badge="PinEntry"),
    "code": stays("CodeEntry", star="Idle", hash_="PinEntry", badge="PinEntry", late="Idle"),
    "pin": stays("PinEntry", hash_="Checking", late="Idle"),
    "checking": stays("Checking", right=IN, wrong=REFUSED, duress=f"Choosing {ALARMED}", late=REFUSED),
    "choosing": stays("Choosing", star=ENDED, late=ENDED),
    "chosen": stays("Choosing", hash_="Taking +release.intended", late=ENDED),
    "taking": stays(
        "Taking", star="Choosing +release.ended", slot_over="Choosing +release.ended", late="Choosing +release.ended"
    ),
    "second code": stays("CodeEntry", hash_="PinEntry", badge="PinEntry", late=GIVEN_UP),
    "second pin": stays("PinEntry", hash_="Checking", late=GIVEN_UP),
    "second checking": stays(
        "Checking", right="Taking +release.approved", wrong="Choosing +login.refused",
        duress=f"Taking {ALARMED}", late="Choosing +login.refused",
    ),
    "free code": stays("CodeEntry", hash_="PinEntry", badge="PinEntry", late="Choosing"),
    "free pin": stays("PinEntry", hash_="Checking", late="Choosing"),
    "free checking": stays(
        "Checking", right="Choosing +pin.released", wrong="Choosing +login.refused",
        duress=f"Choosing {ALARMED}", late="Choosing +login.refused",
    ),
    "naming": stays("Naming", star="Choosing", late=ENDED),
    "named": stays("Naming", hash_="CodeEntry", late=ENDED),
    "new pin": stays("NewPin", hash_="RepeatPin", late=ENDED),
    "repeated": stays("RepeatPin", star="NewPin", hash_="Changing", late=ENDED),
    "changing": stays("Changing", hashed="Choosing +pin.changed", not_that_one="NewPin", late=ENDED),
    "attending": stays("Attending", star="Choosing", late=ENDED),
    "nothing to attend": stays("Attending", k5="Choosing", star="Choosing", hash_="Choosing", late=ENDED),
}  # fmt: skip
RINGS = tuple(a_ring(n, approval=Approval(1, roles=frozenset({Role.SUPERVISOR})) if n == 4 else UNAIDED) for n in SLOTS)
PEOPLE = (
    a_person("ann", "1001", role=Role.SUPERVISOR, badge=BADGE),
    a_person("bob", "1002"),
    a_person("dee", "1004"),
    a_person("wac", "2001", role=Role.WATCH_COMMANDER),
)


def test_the_session_answers_every_event_in_every_state():
    def outcome(state, event):
        story = running(directory=a_directory(people=PEOPLE, rings=RINGS))
        tries = {"a": Try("ann", NOON.utc, allowed=True)} if isinstance(state, Checking) else {}
        cabinet = replace(story.cabinet, session=state, tries=tries, login=LoginMode.EITHER, guard=Guard({"dee": 10}))
        if isinstance(state, Taking):
            books = replace(cabinet.books, releases={3: OpenRelease("x", "ann", "r3", 3)})
            cabinet = replace(cabinet, slots={3: Released("x", SOON, pulsed=True)}, books=books)
        story.cabinet = cabinet
        story.later(seconds=0).entries.clear()
        return told(story, event, lambda: type(story.cabinet.session).__name__)

    check(SESSION_TABLE, SESSIONS, SESSION_EVENTS, outcome)


# ---- custody ----

CUSTODIES = {
    "in": In(3, NOON.utc, Evidence.TAG_READ),
    "out": Out(3, NOON.utc, Evidence.TAG_READ, "ann"),
    "missing": Missing(3, NOON.utc),
    "set aside": SetAside(3, NOON.utc),
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
    "set aside": ("In +ring.found", "In +ring.found", "SetAside", "SetAside", "SetAside +device.lost"),
    "unverified": ("In +ring.found", "In +ring.found", "Unverified", "Unverified", "Unverified +device.lost"),
}


WHILE_COMMISSIONED = CUSTODY_TABLE | {
    "in": ("In", "In +ring.moved", "SetAside +ring.set_aside", "In", "In +device.lost"),
}


@pytest.mark.parametrize(
    ("table", "mode"),
    [(CUSTODY_TABLE, None), (WHILE_COMMISSIONED, Commissioning(NOON.utc, "eve"))],
    ids=["in use", "commissioned"],
)
def test_the_books_follow_every_sight_from_every_custody(table, mode):
    def outcome(state, event):
        story = running(*((1, 2, 3, 4, 5, 6) if isinstance(state, In) else (1, 2, 4, 5, 6)))
        custody = {**story.cabinet.books.custody, "r3": state}
        story.cabinet = replace(story.cabinet, books=Books(custody, commissioning=mode))
        return told(story, event, lambda: type(story.cabinet.books.custody["r3"]).__name__)

    check(by_name(table, SIGHTS), CUSTODIES, SIGHTS, outcome)


# ---- learning ----

LEARNINGS = {
    "nothing": None,
    "waiting": Learning("r7", "eve", SOON, frozenset({7, 8}), tags(1, 2, 3, 4, 5, 6)),
    "learned": Learned("r7", 7),
    "not learned": NotLearned("r7", "two tags"),
}
OWN, OTHER = "01DEADBEEF000042", "01DEADBEEF000043"
HANGING = tags(1, 2, 3, 4, 5, 6)
LEARNING_EVENTS = {
    "a tag in slot 7": (ContactRead(7, closed=True), TagsRead("bank1", HANGING | {OWN})),
    "two tags": (ContactRead(7, closed=True), TagsRead("bank1", HANGING | {OWN, OTHER})),
    "a contact alone": ContactRead(7, closed=True),
    "a tag alone": TagsRead("bank1", HANGING | {OWN}),
    "a ring leaves": (ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6))),
    "reader lost": DeviceFailed("bank1", "line_silent", ""),
    "10 min": LATE,
}
LEFT, REFUSED = "+ring.set_aside", "+ring.not_learned"
LEARNING_TABLE = {
    "nothing": ("NoneType", "NoneType", "NoneType", "NoneType", f"NoneType {LEFT}", f"NoneType {LOST}", "NoneType"),
    "waiting": (
        "Learned +ring.enrolled", f"NotLearned {REFUSED}", "Learning", "Learning", f"Learning {LEFT}",
        f"Learning {LOST}", f"NotLearned {REFUSED}",
    ),
    "learned": ("Learned", "Learned", "Learned", "Learned", f"Learned {LEFT}", f"Learned {LOST}", "Learned"),
    "not learned": (
        "NotLearned", "NotLearned", "NotLearned", "NotLearned", f"NotLearned {LEFT}", f"NotLearned {LOST}",
        "NotLearned",
    ),
}  # fmt: skip


def test_learning_answers_every_event_in_every_state():
    def outcome(state, event):
        story = running(directory=a_directory().having(rings=[a_ring(7, tag="")]))
        books = replace(story.cabinet.books, commissioning=Commissioning(NOON.utc, "eve"))
        story.cabinet = replace(story.cabinet, learning=state, books=books)
        return told(story, event, lambda: type(story.cabinet.learning).__name__)

    check(by_name(LEARNING_TABLE, LEARNING_EVENTS), LEARNINGS, LEARNING_EVENTS, outcome)


# ---- helpers ----


def by_name(table: dict[str, tuple[str, ...]], events: dict) -> dict[str, dict[str, str]]:
    return {state: dict(zip(events, row, strict=True)) for state, row in table.items()}


def told(story: Story, event: Event | tuple | timedelta, state: Callable[[], str]) -> str:
    """The name of the state after the event, and the first entry about it that was recorded (alarms apart)."""
    for each in event if isinstance(event, tuple) else (event,):
        story.later(seconds=each.total_seconds()) if isinstance(each, timedelta) else story.tell(each)
    types = [entry.type for entry in story.entries if not entry.type.startswith("alarm.")]
    return " +".join([state(), *types[:1]])
