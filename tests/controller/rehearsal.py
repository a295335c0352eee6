"""A cabinet of eight slots in a few lines: the model that the controller is held against."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain import events as e
from keycabinet.domain.books import Books
from keycabinet.domain.entries import Evidence, LatchTestIntended, ReturnOffered, RingEnrolled, RingFound, SlotTested
from keycabinet.domain.seen import PATIENCE
from keycabinet.domain.state import Cabinet, Hindered, Turn
from keycabinet.errors import StoreError
from keycabinet.store.change import Change
from tests.builders import NOON, PINS, SLOTS, ZONE, a_directory, a_layout, tags
from tests.fakes import FakeArchive, FakeChecker, FakeClock, FakeReserve, nothing_waits

RINGS = range(1, 7)
PEOPLE = sorted(PINS)
Failure = Enum("Failure", ["NOT_WRITTEN", "WRITTEN_AND_NOT_SAID"])
PowerCut = Enum("PowerCut", ["BEFORE_THE_COMMIT", "AFTER_THE_COMMIT", "AFTER_THE_COIL"])


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
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self):
        enrolled = [RingEnrolled(f"r{n}", n) for n in RINGS] + [RingFound(f"r{n}", n, Evidence.TAG_READ) for n in RINGS]
        self.archive = FakeArchive(Books().fold(enrolled, NOON.utc))

    def boot(self):
        """Start a new process over the same store and the same world; the driver has forgotten its orders."""
        self.power_cut, self.slow, self.inbox, self.ordered = None, False, [], []
        self.failure, self.failing_for, self.written = None, 0, False
        hardware = Hardware(slots=dict.fromkeys(SLOTS, self))
        outside = Outside(
            self, hardware, FakeChecker(self.inbox.append), self.clock, ZONE, FakeReserve(), nothing_waits
        )
        self.controller = self.kind(Cabinet(a_layout(), books=self.archive.books), a_directory(), outside, Inbox())
        self.controller.start("1")
        self.tell(e.BoltsRead(SLOTS, home=not self.loose), e.DoorRead(is_open=False))
        self.tell(*(e.ContactRead(slot, slot in self.hanging) for slot in SLOTS), e.DeviceReady("pins"))
        self.tell(self.census(), e.DeviceReady("bank1"), e.DeviceReady("panel"))

    def tell(self, *events: e.Event):
        """What happened, and all that follows from it; the process may die over it, and is started again."""
        try:
            self._go_on()
            for event in events:
                self.controller.handle(event)
                self._go_on()
            self._mend()
        except PowerIsOff:
            self.boot()

    def _go_on(self):
        while self.inbox or (self.ordered and not self.slow):
            if self.ordered and not self.slow:
                self._pulse(self.ordered.pop(0))
            while self.inbox:
                self.controller.handle(self.inbox.pop(0))

    def _mend(self):
        """The store works again after a while; what waited is answered."""
        while self.controller._outage is not None:
            self.clock.move(timedelta(seconds=2))
            self.controller.look_after_store()
            self._go_on()

    def _pulse(self, slot: int):
        """The coil is on: whatever hangs there must be meant by a row that is durable, and still open."""
        ring, opened = self.hanging.get(slot), self.archive.books.releases.get(slot)
        offered = any(isinstance(it, ReturnOffered) and it.slot == slot for it in self.archive.entries[-20:])
        meant = (opened and opened.ring == f"r{ring}") or (ring is None and (opened or offered))
        if not meant and not (ring is None and self._is_under_test(slot)):
            self.unexplained.append(slot)
        if ring is not None:
            self.loose.add(slot)
        self.inbox += [e.BoltsRead(SLOTS, home=not self.loose), e.CoilPulsed(slot)]
        if self.power_cut is PowerCut.AFTER_THE_COIL:
            raise PowerIsOff

    def _is_under_test(self, slot: int) -> bool:
        about = (it for it in reversed(self.archive.entries) if isinstance(it, LatchTestIntended | SlotTested))
        return isinstance(next((it for it in about if it.slot == slot), None), LatchTestIntended)

    def ask(self, rule: Callable[[Turn], Turn | Hindered]):
        """The administrator asks for this at the control socket; a store that fails is an answer."""
        try:
            self._go_on()
            with suppress(StoreError):
                self.controller.carry_out(rule)
            self._go_on()
            self._mend()
        except PowerIsOff:
            self.boot()

    def press(self, keys: str):
        self.tell(*(e.KeyPressed(key) for key in keys))

    def log_in(self, code: str):
        self.press(f"***{code}#{PINS[code]}#")

    def pull(self, slot: int):
        if slot in self.hanging and slot in self.loose:
            opened = self.archive.books.releases.get(slot)
            self.taken_by[self.hanging.pop(slot)] = opened.holder if opened else None
            self.loose.discard(slot)
            self.tell(e.BoltsRead(SLOTS, home=not self.loose), e.ContactRead(slot, closed=False), self.census())

    def insert(self, slot: int, ring: int):
        if slot not in self.hanging and self.where(ring) is None:
            self.hanging[slot] = ring
            self.tell(e.ContactRead(slot, closed=True), self.census())

    def swap(self, slot: int, ring: int):
        """Tear a ring out and put another one in, before the next reading."""
        if slot in self.hanging and self.where(ring) is None:
            self.taken_by[self.hanging.pop(slot)] = None
            self.hanging[slot] = ring
            self.loose.discard(slot)
            self.tell(self.census())
            self.clock.move(PATIENCE)
            self.tell(e.TimePassed())

    def wait(self, seconds: float):
        """Time passes; then the door closes, and presses home every ring whose release is over."""
        self.clock.move(timedelta(seconds=seconds))
        if seconds > 5:
            self.inbox += [e.PulseRefused(slot, "too late") for slot in self.ordered]
            self.ordered, self.slow = [], False
        self.tell(e.TimePassed())
        self.loose &= set(self.archive.books.releases)
        self.tell(e.BoltsRead(SLOTS, home=not self.loose))

    def release(self, slot: int):
        self.ordered.append(slot)
        if not self.slow:
            self._pulse(self.ordered.pop())

    def withdraw(self, slot: int):
        if slot in self.ordered:
            self.ordered.remove(slot)
            self.inbox.append(e.PulseRefused(slot, "withdrawn"))

    def commit(self, change: Change, moment):
        if self.power_cut is PowerCut.BEFORE_THE_COMMIT:
            raise PowerIsOff
        if self.failure is not None:
            self._fail(change, moment)
        self.archive.commit(change, moment)
        if self.power_cut is PowerCut.AFTER_THE_COMMIT:
            raise PowerIsOff

    def _fail(self, change: Change, moment):
        self.written, self.failure = self.failure is Failure.WRITTEN_AND_NOT_SAID, None
        if self.written:
            self.archive.commit(change, moment)
        raise StoreError("disk I/O error")

    def recover(self) -> bool:
        if self.failing_for:
            self.failing_for -= 1
            raise StoreError("disk I/O error")
        return self.written

    def where(self, ring: int) -> int | None:
        return next((slot for slot, hangs in self.hanging.items() if hangs == ring), None)

    def census(self) -> e.TagsRead:
        return e.TagsRead("bank1", tags(*self.hanging.values()))
