"""Cabinets, people and rings with sensible defaults, and a story-teller that carries a cabinet through events."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.cabinet import start, step
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.effects import CheckCredential, Command, Effects, HashPin
from keycabinet.domain.entries import Entry, RingEnrolled
from keycabinet.domain.events import (
    BoltsRead,
    ContactRead,
    CredentialChecked,
    DeviceReady,
    DoorRead,
    Event,
    KeyPressed,
    PinHashed,
    TagsRead,
    TimePassed,
    Verdict,
)
from keycabinet.domain.layout import Layout, Senses
from keycabinet.domain.moment import Moment
from keycabinet.domain.people import Person, PersonClass
from keycabinet.domain.rings import Category, DueAfter, Ring
from keycabinet.domain.screen import screen
from keycabinet.domain.state import Cabinet, Facts, Lag

ZONE = ZoneInfo("America/Chicago")
NOON = Moment(datetime(2026, 3, 4, 18, 0, tzinfo=UTC), timedelta(hours=1))
SLOTS = frozenset(range(1, 9))
PINS = {"1001": "4711", "1002": "2580", "1003": "1470", "1004": "9630", "2001": "8024", "2002": "5937", "2003": "6048"}


def a_person(person: str = "ann", code: str = "1001", groups: str = "officers", **more: object) -> Person:
    """A merit officer who may take the unit rings."""
    standard = Person(person, code, person.title(), PersonClass.MERIT, groups=frozenset(groups.split()))
    return replace(standard, **more)


def a_ring(number: int = 1, **more: object) -> Ring:
    """Ring ``r<number>``, at home in the slot of that number, due after 8 hours, in the group ``unit``."""
    tag = f"01{number:012X}00"
    standard = Ring(
        f"r{number}", str(number), f"Unit {number}", Category.SECURITY, tag, number, frozenset({"unit"}),
        DueAfter(timedelta(hours=8)),
    )  # fmt: skip
    return replace(standard, **more)


def a_directory(*, people: tuple[Person, ...] = (), rings: tuple[Ring, ...] = ()) -> Directory:
    """Ann and Bob may take the unit rings 1-5, Cal has no right at all, Dee may take the medical ring 6 only."""
    people = people or (
        a_person(),
        a_person("bob", "1002"),
        a_person("cal", "1003", groups=""),
        a_person("dee", "1004", groups="nurses"),
    )
    rings = rings or (*(a_ring(number) for number in range(1, 6)), a_ring(6, groups=frozenset({"medical"})))
    return Directory.of(people, rings, {Right("officers", "unit"), Right("nurses", "medical")})


def a_layout(slots: frozenset[int] = SLOTS) -> Layout:
    """Latches, contacts and one sense line for all bolts on ``pins``, all tags on one bus ``bank1``, a door."""
    return Layout(
        latches=slots,
        devices={
            "pins": Senses(contacts=slots, bolts=slots, door=True),
            "bank1": Senses(banks={"bank1": slots}),
            "panel": Senses(),
        },
        door_latch=True,
    )


@dataclass
class Story:
    """Tells a cabinet what happens, and remembers what it answered. Time stands still unless it is moved."""

    cabinet: Cabinet = field(default_factory=lambda: Cabinet(a_layout()))
    directory: Directory = field(default_factory=a_directory)
    now: Moment = NOON
    entries: list[Entry] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    steps: int = 0
    lag: Lag | None = None
    delivered: frozenset[AlarmKey] = frozenset()

    @property
    def facts(self) -> Facts:
        return Facts(self.now, ZONE, self.directory, f"id{self.steps}", self.lag, self.delivered)

    @property
    def display(self) -> str:
        return "\n".join(line.rstrip() for line in screen(self.cabinet, self.facts)).rstrip()

    @property
    def last(self) -> Effects:
        """What the last step asked for."""
        return self._last

    def tell(self, *events: Event) -> "Story":
        for event in events:
            self.steps += 1
            self._keep(*step(self.cabinet, event, self.facts))
        return self

    def start(self) -> "Story":
        self._keep(*start(self.cabinet, self.facts, "1"))
        return self

    def ready(self, *rings: int) -> "Story":
        """Start, and hear every device: these rings hang in the slots of their numbers, all bolts home, door closed."""
        self.start()
        occupied = frozenset(rings)
        contacts = (ContactRead(slot, slot in occupied) for slot in sorted(self.cabinet.layout.contacts))
        self.tell(BoltsRead(SLOTS, home=True), DoorRead(is_open=False), *contacts, DeviceReady("pins"))
        return self.tell(TagsRead("bank1", tags(*rings)), DeviceReady("bank1"), DeviceReady("panel"))

    def press(self, keys: str) -> "Story":
        return self.tell(*(KeyPressed(key) for key in keys))

    def log_in(self, code: str = "1001", pin: str | None = None) -> "Story":
        """Type a code and a PIN (the right one, unless given), and have the worker answer."""
        self.press(f"{code}#{PINS.get(code, '0000') if pin is None else pin}#")
        return self.answer()

    def hashed(self, digest: bytes | None = b"digest") -> "Story":
        """The worker answers with the digest of the PIN that was chosen last, or that it cannot be that one."""
        (asked,) = (command for command in self.last.commands if isinstance(command, HashPin))
        return self.tell(PinHashed(asked.attempt, digest))

    def answer(self) -> "Story":
        """The worker answers the last question."""
        (asked,) = (command for command in self.last.commands if isinstance(command, CheckCredential))
        person = self.directory.person_of_code.get(asked.code)
        right = PINS.get(asked.code) == asked.pin.digits
        verdict = Verdict.UNKNOWN_CODE if person is None else Verdict.RIGHT if right else Verdict.WRONG_PIN
        return self.tell(CredentialChecked(asked.attempt, verdict, person.id if person else None))

    def later(self, **by: float) -> "Story":
        self.now = self.now.later(timedelta(**by))
        return self.tell(TimePassed())

    def of(self, kind: type[Entry]) -> list[Entry]:
        """All entries of a kind so far."""
        return [entry for entry in self.entries if isinstance(entry, kind)]

    def _keep(self, cabinet: Cabinet, effects: Effects) -> None:
        self.cabinet, self._last = cabinet, effects
        if effects.rings:
            self.directory = self.directory.having(rings=effects.rings)
        self.entries += effects.entries
        self.commands += effects.commands


def tags(*rings: int) -> frozenset[str]:
    """The tags of these rings."""
    return frozenset(a_ring(number).tag for number in rings)


def running(*rings: int, **more: object) -> Story:
    """A cabinet that runs, with these rings in their slots (1-6, unless given); enrolled and found in this story."""
    story = Story(**more)
    enrolled = [RingEnrolled(ring.id, ring.home_slot) for ring in story.directory.rings.values()]
    story.cabinet = replace(story.cabinet, books=story.cabinet.books.fold(enrolled, story.now.utc))
    story.ready(*(rings or range(1, 7)))
    story.entries.clear()
    story.commands.clear()
    return story
