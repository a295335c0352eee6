"""A store that fails: nothing is decided that cannot be recorded, and nothing that happened is forgotten."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from keycabinet.controller import OUT_OF_SERVICE, Controller, Hardware, Inbox, Outside
from keycabinet.domain.books import Books, In, Out
from keycabinet.domain.effects import Tune
from keycabinet.domain.entries import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    DoorClosed,
    DuressUsed,
    Evidence,
    LoginGranted,
    Reason,
    ReleaseEnded,
    ReleaseIntended,
    ReleaseRefused,
    RingEnrolled,
    RingFound,
    RingReturned,
    SessionEnded,
    SpaceFreed,
    SpaceGone,
    StorageFailed,
)
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    CredentialChecked,
    DeviceReady,
    DoorRead,
    KeyPressed,
    TagPresented,
    TagsRead,
    TimePassed,
    Verdict,
)
from keycabinet.domain.state import Cabinet
from keycabinet.domain.states import IDLE
from keycabinet.errors import StoreError
from tests.builders import NOON, PINS, SLOTS, ZONE, a_directory, a_layout, a_ring, tags
from tests.fakes import FakeArchive, FakeChecker, FakeClock, FakePanel, FakeReserve, nothing_waits

RINGS = range(1, 7)


@dataclass
class FailingArchive(FakeArchive):
    """Fails as long as it is told to; ``writes``: a change that fails is written all the same."""

    fails: bool = False
    writes: bool = False
    broken: bool = False
    written: bool = False

    def commit(self, change, moment) -> None:
        if not self.fails:
            super().commit(change, moment)
            return
        self.written = self.writes
        if self.writes:
            super().commit(change, moment)
        raise StoreError("disk I/O error")

    def recover(self) -> bool:
        if self.broken:
            raise StoreError("disk I/O error")
        self.fails = False
        return self.written


@dataclass
class Bench:
    """A controller at rest with six rings, over a store that can fail."""

    archive: FailingArchive = field(default_factory=FailingArchive)
    panel: FakePanel = field(default_factory=FakePanel)
    clock: FakeClock = field(default_factory=FakeClock)
    reserve: FakeReserve = field(default_factory=FakeReserve)

    def __post_init__(self) -> None:
        ids = [f"r{n}" for n in RINGS]
        enrolled = [RingEnrolled(ring, n) for n, ring in zip(RINGS, ids, strict=True)]
        found = [RingFound(ring, n, Evidence.TAG_READ) for n, ring in zip(RINGS, ids, strict=True)]
        self.archive.books = Books().fold([*enrolled, *found], NOON.utc)
        panel = self.panel
        hardware = Hardware(dict.fromkeys(SLOTS, panel), {}, (panel,), (panel,), (panel,))
        self.checker = FakeChecker(self.answer)
        outside = Outside(self.archive, hardware, self.checker, self.clock, ZONE, self.reserve, nothing_waits)
        self.inbox = Inbox()
        self.controller = Controller(Cabinet(a_layout(), books=self.archive.books), a_directory(), outside, self.inbox)
        self.controller.start("1")
        self.tell(BoltsRead(SLOTS, home=True), DoorRead(is_open=False))
        self.tell(*(ContactRead(slot, slot in RINGS) for slot in SLOTS), DeviceReady("pins"))
        self.tell(TagsRead("bank1", tags(*RINGS)), DeviceReady("bank1"), DeviceReady("panel"))
        self.archive.entries.clear()

    def answer(self, event) -> None:
        self.controller.handle(event)

    def tell(self, *events) -> None:
        for event in events:
            self.controller.handle(event)

    def press(self, keys: str) -> None:
        self.tell(*map(KeyPressed, keys))

    def later(self, **by: float) -> None:
        self.clock.move(timedelta(**by))
        self.tell(TimePassed())
        self.controller.look_after_store()

    def of(self, kind: type) -> list:
        return [entry for entry in self.archive.entries if isinstance(entry, kind)]

    def custody(self, ring: int):
        return self.controller.cabinet.books.custody[f"r{ring}"]

    def take(self, slot: int) -> None:
        self.press(f"1001#{PINS['1001']}#{slot}#")
        self.tell(BoltsRead(SLOTS, home=False), CoilPulsed(slot), ContactRead(slot, closed=False))
        self.tell(TagsRead("bank1", tags(*(n for n in RINGS if n != slot))), BoltsRead(SLOTS, home=True))
        self.press("**")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def fail(bench: Bench, *, for_good: bool = True, writes: bool = False) -> None:
    bench.archive.fails, bench.archive.broken, bench.archive.writes = True, for_good, writes


def mend(bench: Bench) -> None:
    bench.archive.broken = False
    bench.later(seconds=5)


def test_a_release_that_could_not_be_recorded_opens_nothing_neither_now_nor_when_the_store_works_again(bench):
    bench.press(f"1001#{PINS['1001']}#3")
    fail(bench)
    bench.press("#")
    mend(bench)

    assert (bench.panel.pulsed, bench.panel.doors, bench.of(ReleaseIntended)) == ([], 0, [])
    assert bench.of(StorageFailed) == [StorageFailed("disk I/O error")]
    assert bench.of(SessionEnded) == [SessionEnded("ann", "storage")]


def test_a_release_that_was_recorded_although_the_store_said_no_is_ended_without_a_pulse(bench):
    bench.press(f"1001#{PINS['1001']}#3")
    fail(bench, for_good=False, writes=True)
    bench.press("#")

    assert (bench.panel.pulsed, bench.panel.doors) == ([], 0)
    assert [it.why for it in bench.of(ReleaseEnded)] == ["pulse_refused"]
    assert bench.controller.cabinet.books == bench.archive.books
    assert bench.controller.cabinet.books.releases == {}


def test_what_is_typed_or_held_to_the_panel_meanwhile_is_dropped(bench):
    bench.take(5)
    fail(bench)
    bench.tell(DoorRead(is_open=True))
    doors, pulses = bench.panel.doors, list(bench.panel.pulsed)
    bench.press(f"1001#{PINS['1001']}#3#")
    bench.tell(TagPresented("panel", a_ring(5).tag))
    mend(bench)

    assert (bench.panel.doors, bench.panel.pulsed) == (doors, pulses)


def test_a_ring_that_comes_back_meanwhile_is_booked_when_the_store_works_again(bench):
    bench.take(5)
    fail(bench)
    bench.tell(ContactRead(5, closed=True), TagsRead("bank1", tags(*RINGS)), DoorRead(is_open=True))
    assert isinstance(bench.custody(5), Out)
    mend(bench)

    assert [it.ring for it in bench.of(RingReturned)] == ["r5"]
    assert isinstance(bench.custody(5), In)


def test_readings_are_answered_in_the_order_in_which_they_came(bench):
    bench.tell(DoorRead(is_open=True))
    fail(bench)
    bench.tell(DoorRead(is_open=False), DoorRead(is_open=True), DoorRead(is_open=False))
    mend(bench)

    assert len(bench.of(DoorClosed)) == 2


def test_people_see_and_hear_that_the_cabinet_is_out_of_service_and_are_reminded(bench):
    fail(bench)
    bench.tell(DoorRead(is_open=True))
    assert (bench.panel.shown, bench.panel.played) == (OUT_OF_SERVICE, [Tune.ALARM])

    for _ in range(8):
        bench.later(seconds=2)
    assert bench.panel.played == [Tune.ALARM] * 2

    mend(bench)
    assert bench.panel.shown != OUT_OF_SERVICE


def test_the_store_is_named_as_ill_meanwhile(bench):
    fail(bench)
    bench.tell(DoorRead(is_open=True))
    assert bench.controller.ills["store"].fault == "store_failed"

    mend(bench)
    assert "store" not in bench.controller.ills


def test_a_job_is_refused_meanwhile(bench):
    fail(bench)
    bench.tell(DoorRead(is_open=True))

    with pytest.raises(StoreError, match="nothing can be recorded: disk I/O error"):
        bench.controller.note(DoorClosed())


def test_a_job_that_was_recorded_although_the_store_said_no_is_done(bench):
    fail(bench, for_good=False, writes=True)

    bench.controller.note(DoorClosed())

    assert len(bench.of(DoorClosed)) == 1
    assert bench.controller.cabinet.books == bench.archive.books


def test_nothing_is_released_for_a_while_after_a_failure_and_an_alarm_stands_so_long(bench):
    fail(bench, for_good=False)
    bench.tell(DoorRead(is_open=True))
    bench.press(f"1001#{PINS['1001']}#3#")
    assert [it.reason for it in bench.of(ReleaseRefused)] == [Reason.STORAGE]
    assert AlarmRaised(AlarmKind.STORAGE, "store") in bench.archive.entries

    bench.later(seconds=5)
    assert AlarmCleared(AlarmKind.STORAGE, "store") in bench.archive.entries
    bench.press("3#")
    assert bench.panel.pulsed == [3]


def test_on_a_full_disk_nothing_is_released_and_returns_go_on(bench):
    bench.take(5)
    pulsed = list(bench.panel.pulsed)
    bench.reserve.full = True
    bench.controller.look_after_store()
    assert len(bench.of(SpaceGone)) == 1
    assert bench.controller.ills["store"].fault == "disk_full"

    bench.press(f"1001#{PINS['1001']}#3#**")
    bench.tell(ContactRead(5, closed=True), TagsRead("bank1", tags(*RINGS)))
    assert (bench.panel.pulsed, [it.ring for it in bench.of(RingReturned)]) == (pulsed, ["r5"])

    bench.reserve.full = False
    bench.controller.look_after_store()
    bench.press(f"1001#{PINS['1001']}#3#")
    assert len(bench.of(SpaceFreed)) == 1
    assert bench.panel.pulsed == [*pulsed, 3]


def test_a_store_that_takes_the_probe_and_nothing_more_is_not_asked_without_a_pause(bench):
    fail(bench, for_good=False)
    tries = []

    def recover() -> bool:
        tries.append(bench.clock.moment)
        return False

    bench.archive.recover = recover
    bench.tell(DoorRead(is_open=True))
    for _ in range(20):
        bench.later(milliseconds=100)

    assert 2 <= len(tries) <= 8


def test_a_pin_whose_try_cannot_be_counted_is_not_compared(bench):
    bench.press(f"1001#{PINS['1001']}")
    fail(bench)
    bench.press("#")
    mend(bench)

    assert bench.of(LoginGranted) == []
    assert bench.controller.cabinet.tries == {}


@pytest.mark.parametrize("already", [True, False])
def test_a_pin_for_duress_that_was_compared_meanwhile_is_told_later_and_opens_nothing(bench, already):
    bench.checker.emit = lambda event: None
    bench.press(f"1001#{PINS['1001']}#")
    (attempt,) = bench.controller.cabinet.tries
    fail(bench)
    if already:
        bench.tell(DoorRead(is_open=True))
    bench.tell(CredentialChecked(attempt, Verdict.DURESS, "ann"))
    mend(bench)

    assert bench.of(LoginGranted) == []
    assert bench.of(DuressUsed) == [DuressUsed("ann")]
    assert bench.controller.cabinet.session == IDLE
    assert bench.archive.guard.failures == {"ann": 1}
