"""The one thread that decides. Each event is answered in four beats: gather, decide, record, act."""

import queue
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from typing import Protocol, TypeVar

import structlog

from keycabinet.domain import trying
from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.cabinet import carry_out, next_deadline, start, step
from keycabinet.domain.directory import Directory
from keycabinet.domain.effects import (
    AnswerLogin,
    CheckCredential,
    Command,
    Effects,
    HashPin,
    Light,
    Play,
    ReleaseDoor,
    ReleaseSlot,
    Tune,
    WithdrawSlot,
)
from keycabinet.domain.entries import Entry
from keycabinet.domain.events import DirectoryChanged, Event, SpaceEnough, SpaceShort, TimePassed
from keycabinet.domain.health import STORE
from keycabinet.domain.moment import Moment
from keycabinet.domain.screen import lights, next_change, screen
from keycabinet.domain.state import Cabinet, Facts, Hindered, Ill, Lag, Turn
from keycabinet.errors import ConfigError, StoreError
from keycabinet.outage import Outage, Unfinished
from keycabinet.ports import Display, Door, KeySlots, SlotLights, Sounder, Stopping
from keycabinet.store.change import Change
from keycabinet.supervision import fulfil

T = TypeVar("T")
Item = Event | Callable[[], None]

log = structlog.get_logger(__name__)

OUT_OF_SERVICE = ("OUT OF SERVICE", "USE THE PAPER LOG", "", "")
LOOK_UP_EVERY = timedelta(seconds=1)
"""The loop comes round at least so often, also when nothing happens."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Moment:
        """This instant on both clocks."""
        ...

    def is_synced(self) -> bool:
        """Whether it goes by a time that a trusted source has set."""
        ...


class Archive(Protocol):
    """Makes entries durable."""

    def commit(self, change: Change, moment: Moment) -> object:
        """Make one change durable, whole, in one transaction. Raises StoreError; then ``recover`` knows if it is."""
        ...

    def recover(self) -> bool:
        """After a failure: whether the last change is durable after all. Raises StoreError while nothing can be."""
        ...


class Reserve(Protocol):
    """Space kept for the day when the disk is full."""

    def hold(self) -> bool:
        """Keep it, if there is room; whether it is kept."""
        ...

    def give_up(self) -> bool:
        """Make room with it, if the disk is full; whether that has made room."""
        ...

    @property
    def state(self) -> str:
        """In words."""
        ...


class CredentialChecker(Protocol):
    """Compares and hashes PINs, elsewhere."""

    def check(self, command: CheckCredential) -> None:
        """Take the question and return at once; answered by ``CredentialChecked`` in the inbox."""
        ...

    def hash(self, command: HashPin) -> None:
        """Take the PIN and return at once; answered by ``PinHashed`` in the inbox."""
        ...


class Delivery(Protocol):
    """What has arrived elsewhere."""

    def delivered(self) -> frozenset[AlarmKey]:
        """The standing alarms that everybody has who is registered for them."""
        ...

    def silent(self, now: timedelta) -> frozenset[str]:
        """Who is registered and was not heard for too long, at ``now`` (elapsed)."""
        ...


class LoginDesk(Protocol):
    """Where somebody waits for the outcome of a log-in that was not typed at the keypad."""

    def answer(self, attempt: str, person: str | None) -> None:
        """Say who logged in with this attempt, or that nobody did; returns at once."""
        ...


@dataclass(frozen=True)
class Hardware:
    """Which device serves which part of the cabinet."""

    slots: Mapping[int, KeySlots] = field(default_factory=dict)
    lights: Mapping[int, SlotLights] = field(default_factory=dict)
    doors: tuple[Door, ...] = ()
    displays: tuple[Display, ...] = ()
    sounders: tuple[Sounder, ...] = ()


@dataclass(frozen=True)
class Outside:
    """All that the controller asks and acts on."""

    archive: Archive
    hardware: Hardware
    checker: CredentialChecker
    clock: Clock
    zone: tzinfo
    reserve: Reserve
    lag: Callable[[], Lag | None]
    desk: LoginDesk | None = None
    delivery: Delivery | None = None
    """None: nobody is registered."""


class Inbox:
    """The one way into the deciding thread: events, and jobs of the control socket. For any thread; never blocks."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()

    def emit(self, event: Event) -> None:
        """Put an event in."""
        self._items.put(event)

    def submit(self, job: Callable[[], T]) -> "Future[T]":
        """Put a job in, to be done between two events."""
        future: Future[T] = Future()
        self._items.put(lambda: fulfil(future, job))
        return future

    def answer_jobs(self) -> None:
        """Do the jobs that are left and drop the events: nobody decides any more, and nobody is left waiting."""
        while not self._items.empty():
            item = self._items.get()
            if callable(item):
                item()

    def next(self, wait: timedelta) -> Item:
        """Take the next item out; ``TimePassed`` when none comes for so long."""
        try:
            return self._items.get(timeout=wait.total_seconds())
        except queue.Empty:
            return TimePassed()


class Controller:
    """Holds the only mutable state: the cabinet, the directory, and what was last shown of them."""

    def __init__(self, cabinet: Cabinet, directory: Directory, outside: Outside, inbox: Inbox) -> None:
        self._cabinet, self._directory, self._outside, self._inbox = cabinet, directory, outside, inbox
        self._shown: tuple[str, ...] = ()
        self._lit: Mapping[int, Light] = {}
        self._outage: Outage | None = None
        self._last_outage: Outage | None = None

    @property
    def cabinet(self) -> Cabinet:
        """The cabinet as it is now: an immutable value, safe to read from any thread."""
        return self._cabinet

    @property
    def directory(self) -> Directory:
        """People, rings and rights as they are now: an immutable value, safe to read from any thread."""
        return self._directory

    @property
    def ills(self) -> Mapping[str, Ill]:
        """What does not work, also while the store cannot say so; safe to read from any thread."""
        ills, outage = self._cabinet.ills, self._outage
        return ills if outage is None else {**ills, STORE: Ill("store_failed", outage.detail, outage.began.utc)}

    def submit(self, job: Callable[[], T]) -> "Future[T]":
        """Have this done by the deciding thread, between two events; from any thread."""
        return self._inbox.submit(job)

    def start(self, version: str) -> None:
        """Record the start; nothing is energised."""
        facts = self._gather()
        self._finish(*start(self._cabinet, facts, version), facts)

    def run(self, stopping: Stopping, each_round: Callable[[], None]) -> None:
        """Answer the inbox until told to stop.

        ``each_round`` is called once a round, at least once a second: a sign that whoever decides is alive.
        """
        while not stopping.is_set():
            each_round()
            item = self._inbox.next(self._longest_wait())
            if callable(item):
                item()
            else:
                self.handle(item)
            self.look_after_store()
        self._inbox.answer_jobs()

    def handle(self, event: Event) -> None:
        """Answer one event: gather, decide, record, act. While the store fails nothing is decided."""
        if self._outage is not None:
            self._outage.keep(event)
            return
        facts = self._gather()
        cabinet, effects = step(self._cabinet, event, facts)
        try:
            self._finish(cabinet, effects, facts)
        except StoreError as error:
            self._suspend(error, self._unfinished(cabinet, effects, event))

    def carry_out(self, asked: Callable[[Turn], Turn | Hindered]) -> Hindered | None:
        """Do what a person asked for at the control socket, or say what hinders it. Deciding thread only.

        Raises StoreError while nothing can be recorded: nothing is done then, nor later.
        """
        self._refuse_while_nothing_is_recorded()
        facts = self._gather()
        done = carry_out(self._cabinet, asked, facts)
        if isinstance(done, Hindered):
            return done
        cabinet, effects = done
        try:
            self._finish(cabinet, effects, facts)
        except StoreError as error:
            if not self._suspend(error, self._unfinished(cabinet, effects)):
                raise
        return None

    def enrol(self, directory: Directory, change: Change) -> None:
        """Record a change of people, rings or rights, and work with it from now on. Deciding thread only.

        The books of the change are worked out here. Raises ConfigError for a ring that is being released with another
        tag or slot, and StoreError; everything is as before then.
        """
        self._refuse_to_change_rings_on_their_way(directory)
        self._commit(change, directory)
        self._inbox.emit(DirectoryChanged())

    def note(self, *entries: Entry) -> None:
        """Record what happened at the control socket. Deciding thread only. Raises StoreError."""
        books = self._cabinet.books
        self._commit(Change(entries, books, books), self._directory)

    def announce(self, lines: tuple[str, ...]) -> None:
        """Show this text, until the state says something new."""
        self._shown = lines
        for display in self._outside.hardware.displays:
            display.show(lines)

    def _commit(self, change: Change, directory: Directory) -> None:
        self._refuse_while_nothing_is_recorded()
        moment, books = self._outside.clock.now(), self._cabinet.books
        after = books.fold(change.entries, moment.utc)
        cabinet = trying.reissued(replace(self._cabinet, books=after), change.entries)
        guard = cabinet.guard if cabinet.guard != self._cabinet.guard else None
        try:
            self._outside.archive.commit(replace(change, before=books, after=after, guard=guard), moment)
        except StoreError as error:
            if not self._suspend(error, Unfinished(cabinet, directory)):
                raise
        else:
            self._cabinet, self._directory = cabinet, directory

    # ---- a store that fails

    def _refuse_while_nothing_is_recorded(self) -> None:
        if self._outage is not None:
            raise StoreError(f"nothing can be recorded: {self._outage.detail}")

    def _unfinished(self, cabinet: Cabinet, effects: Effects, event: Event | None = None) -> Unfinished | None:
        """What a failed step leaves undone; None if only acting on it failed, after it was recorded."""
        if self._cabinet is cabinet:
            return None
        return Unfinished(cabinet, self._directory.having(rings=effects.rings), effects.commands, event)

    def _suspend(self, error: StoreError, unfinished: Unfinished | None) -> bool:
        """Decide nothing more until the store works; whether it works, and has the unfinished step, already."""
        log.critical("the store fails: nothing is decided", error=str(error))
        self._outage = Outage.after(self._last_outage, str(error), self._outside.clock.now(), unfinished)
        self._outside.reserve.give_up()
        return self._try_to_go_on(self._outage)

    def look_after_store(self) -> None:
        """Try to go on where the store had failed; otherwise see whether there is room on the disk."""
        if self._outage is not None:
            self._try_to_go_on(self._outage)
            return
        is_short, is_known = not self._outside.reserve.hold(), STORE in self._cabinet.ills
        if is_short is not is_known:
            self.handle(SpaceShort(self._outside.reserve.state) if is_short else SpaceEnough())

    def _try_to_go_on(self, outage: Outage) -> bool:
        now = self._outside.clock.now().elapsed
        if now < outage.next_try:
            return False
        try:
            written = self._outside.archive.recover()
        except StoreError as error:
            outage.failed_again(str(error), now)
            self._outside.reserve.give_up()
            if outage.reminds(now):
                self.announce(OUT_OF_SERVICE)
                self._act(Play(Tune.ALARM))
            return False
        if written and outage.unfinished is not None:
            self._cabinet, self._directory = outage.unfinished.cabinet, outage.unfinished.directory
        self._outage, self._last_outage = None, outage
        outage.next_try = now
        log.warning("the store works again", waiting=len(outage.waiting))
        for event in outage.left_over(written=written):
            self.handle(event)
        return written

    def _refuse_to_change_rings_on_their_way(self, directory: Directory) -> None:
        for release in self._cabinet.books.releases.values():
            known, wanted = (each.rings.get(release.ring) for each in (self._directory, directory))
            if known and wanted and (known.tag, known.home_slot) != (wanted.tag, wanted.home_slot):
                raise ConfigError(f"ring {known.number} is being released: its tag and slot can be changed after that")

    def _gather(self) -> Facts:
        clock, delivery, now = self._outside.clock, self._outside.delivery, self._outside.clock.now()
        return Facts(
            now,
            self._outside.zone,
            self._directory,
            secrets.token_hex(8),
            clock_synced=clock.is_synced(),
            lag=self._outside.lag(),
            delivered=frozenset() if delivery is None else delivery.delivered(),
            silent=frozenset() if delivery is None else delivery.silent(now.elapsed),
        )

    def _finish(self, cabinet: Cabinet, effects: Effects, facts: Facts) -> None:
        self._record(cabinet, effects, facts)
        self._cabinet = cabinet
        if effects.rings:
            self._directory = self._directory.having(rings=effects.rings)
            self._inbox.emit(DirectoryChanged())
        for command in effects.commands:
            self._act(command)
        self._show(facts)

    def _record(self, cabinet: Cabinet, effects: Effects, facts: Facts) -> None:
        guard = cabinet.guard if cabinet.guard != self._cabinet.guard else None
        books, rings, chosen = self._cabinet.books, effects.rings, effects.chosen
        change = Change(effects.entries, books, cabinet.books, rings=rings, guard=guard, chosen=chosen)
        if effects.entries or guard is not None:
            self._outside.archive.commit(change, facts.now)

    def _act(self, command: Command) -> None:
        hardware = self._outside.hardware
        match command:
            case ReleaseSlot(slot):
                hardware.slots[slot].release(slot)
            case WithdrawSlot(slot):
                hardware.slots[slot].withdraw(slot)
            case ReleaseDoor():
                for door in hardware.doors:
                    door.release_door()
            case Play(tune):
                for sounder in hardware.sounders:
                    sounder.play(tune)
            case CheckCredential():
                self._outside.checker.check(command)
            case HashPin():
                self._outside.checker.hash(command)
            case AnswerLogin(attempt, person) if self._outside.desk is not None:
                self._outside.desk.answer(attempt, person)

    def _show(self, facts: Facts) -> None:
        lines = screen(self._cabinet, facts)
        if lines != self._shown:
            self.announce(lines)
        lit, lamps = lights(self._cabinet, facts), self._outside.hardware.lights
        for slot in lit.keys() | self._lit.keys():
            light = lit.get(slot, Light.OFF)
            if slot in lamps and light is not self._lit.get(slot, Light.OFF):
                lamps[slot].light(slot, light)
        self._lit = lit

    def _longest_wait(self) -> timedelta:
        if self._outage is not None:
            return max(self._outage.next_try - self._outside.clock.now().elapsed, timedelta(0))
        facts = self._gather()
        deadline = next_deadline(self._cabinet, facts)
        waits = [LOOK_UP_EVERY, next_change(facts.now.utc)]
        return min(waits if deadline is None else [*waits, deadline])
