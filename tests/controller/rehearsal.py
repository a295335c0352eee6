"""A cabinet of eight slots in a few lines: the model that the controller is held against."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.books import Books
from keycabinet.domain.entries import Evidence, ReturnOffered, RingEnrolled, RingFound
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    DeviceReady,
    DoorRead,
    Event,
    KeyPressed,
    PulseRefused,
    TagsRead,
    TimePassed,
)
from keycabinet.domain.state import Cabinet
from keycabinet.store.change import Change
from tests.builders import NOON, PINS, SLOTS, ZONE, a_directory, a_layout, tags
from tests.fakes import FakeArchive, FakeChecker, FakeClock

RINGS = range(1, 7)
PEOPLE = sorted(PINS)


class PowerCut(Enum):
    """Where in the four beats the power fails."""

    BEFORE_THE_COMMIT = 1
    AFTER_THE_COMMIT = 2
    AFTER_THE_COIL = 3


class PowerIsOff(Exception):  # noqa: N818
    """The process is gone."""


@dataclass
class Rehearsal:
    """The world, the store that survives, and a controller that does not."""

    kind: type[Controller]
    hanging: dict[int, int] = field(default_factory=lambda: {n: n for n in RINGS})
    loose: set[int] = field(default_factory=set)
    taken_by: dict[int, str | None] = field(default_factory=dict)
    unexplained: list[int] = field(default_factory=list)
    power_cut: PowerCut | None = None
    alive: bool = False
    slow: bool = False
    ordered: list[int] = field(default_factory=list)
    """Pulses that the driver has not come to yet."""
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self):
        enrolled = [RingEnrolled(f"r{n}", n) for n in RINGS] + [RingFound(f"r{n}", n, Evidence.TAG_READ) for n in RINGS]
        self.archive = FakeArchive(Books().fold(enrolled, NOON.utc))

    def boot(self):
        """Start a new process over the same store and the same world."""
        self.power_cut, self.inbox, self.slow, self.ordered = None, [], False, []
        hardware = Hardware(slots=dict.fromkeys(SLOTS, self))
        outside = Outside(self, hardware, FakeChecker(self.inbox.append), self.clock, ZONE)
        self.controller = self.kind(Cabinet(a_layout(), books=self.archive.books), a_directory(), outside, Inbox())
        self.alive = True
        self.controller.start("1")
        self.tell(BoltsRead(SLOTS, home=not self.loose), DoorRead(is_open=False))
        self.tell(*(ContactRead(slot, slot in self.hanging) for slot in SLOTS), DeviceReady("pins"))
        self.tell(self.census(), DeviceReady("bank1"), DeviceReady("panel"))

    def tell(self, *events: Event):
        """What happened, and all that follows from it; the process may die over it, and is started again."""
        try:
            self._go_on()
            for event in events:
                self.controller.handle(event)
                self._go_on()
        except PowerIsOff:
            self.alive = False
            self.boot()

    def _go_on(self):
        while self.inbox or (self.ordered and not self.slow):
            if self.ordered and not self.slow:
                self._pulse(self.ordered.pop(0))
            while self.inbox:
                self.controller.handle(self.inbox.pop(0))

    def _pulse(self, slot: int):
        """The coil is on: whatever hangs there must be meant by a row that is durable, and still open."""
        ring, opened = self.hanging.get(slot), self.archive.books.releases.get(slot)
        if ring is not None and not (opened and opened.ring == f"r{ring}"):
            self.unexplained.append(slot)
        if ring is None and not opened and f"offered {slot}" not in self.offered():
            self.unexplained.append(slot)
        if ring is not None:
            self.loose.add(slot)
        self.inbox += [BoltsRead(SLOTS, home=not self.loose), CoilPulsed(slot)]
        if self.power_cut is PowerCut.AFTER_THE_COIL:
            raise PowerIsOff

    def offered(self):
        return {f"offered {it.slot}" for it in self.archive.entries[-20:] if isinstance(it, ReturnOffered)}

    # ---- what people do ----

    def press(self, keys: str):
        self.tell(*(KeyPressed(key) for key in keys))

    def log_in(self, code: str):
        self.press("***")
        self.press(f"{code}#{PINS[code]}#")

    def pull(self, slot: int):
        if slot in self.hanging and slot in self.loose:
            opened = self.archive.books.releases.get(slot)
            self.taken_by[self.hanging.pop(slot)] = opened.holder if opened else None
            self.loose.discard(slot)
            self.tell(BoltsRead(SLOTS, home=not self.loose), ContactRead(slot, closed=False), self.census())

    def insert(self, slot: int, ring: int):
        if slot not in self.hanging and self.where(ring) is None:
            self.hanging[slot] = ring
            self.tell(ContactRead(slot, closed=True), self.census())

    def swap(self, slot: int, ring: int):
        """Tear a ring out and put another one in, before the next reading."""
        if slot in self.hanging and self.where(ring) is None:
            self.taken_by[self.hanging.pop(slot)] = None
            self.hanging[slot] = ring
            self.loose.discard(slot)
            self.tell(self.census())

    def wait(self, seconds: float):
        self.clock.move(timedelta(seconds=seconds))
        if seconds > 5:
            self.inbox += [PulseRefused(slot, "too late") for slot in self.ordered]
            self.ordered, self.slow = [], False
        self.tell(TimePassed())
        self.push_loose_rings_in()

    def push_loose_rings_in(self):
        """The door closes: it presses home every ring whose release is over."""
        self.loose &= set(self.archive.books.releases)
        self.tell(BoltsRead(SLOTS, home=not self.loose))

    # ---- the ports: latches and store ----

    def release(self, slot: int):
        self.ordered.append(slot)
        if not self.slow:
            self._pulse(self.ordered.pop())

    def withdraw(self, slot: int):
        if slot in self.ordered:
            self.ordered.remove(slot)
            self.inbox.append(PulseRefused(slot, "withdrawn"))

    def the_driver_comes_to_it(self):
        self.slow = False
        self.tell()

    def commit(self, change: Change, moment):
        if self.power_cut is PowerCut.BEFORE_THE_COMMIT:
            raise PowerIsOff
        self.archive.commit(change, moment)
        if self.power_cut is PowerCut.AFTER_THE_COMMIT:
            raise PowerIsOff

    # ---- what is so ----

    def where(self, ring: int) -> int | None:
        return next((slot for slot, hangs in self.hanging.items() if hangs == ring), None)

    def census(self) -> TagsRead:
        return TagsRead("bank1", tags(*self.hanging.values()))
