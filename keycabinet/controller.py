"""The one thread that decides. Each event is answered in four beats: gather, decide, record, act."""

import queue
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from typing import Protocol, TypeVar

from keycabinet.domain.cabinet import next_deadline, start, step
from keycabinet.domain.directory import Directory
from keycabinet.domain.effects import (
    CheckCredential,
    Command,
    Effects,
    Light,
    Play,
    ReleaseDoor,
    ReleaseSlot,
    WithdrawSlot,
)
from keycabinet.domain.entries import Entry
from keycabinet.domain.events import DirectoryChanged, Event, TimePassed
from keycabinet.domain.moment import Moment
from keycabinet.domain.screen import lights, next_change, screen
from keycabinet.domain.state import Cabinet, Facts
from keycabinet.errors import ConfigError
from keycabinet.ports import Display, Door, KeySlots, SlotLights, Sounder, Stopping
from keycabinet.store.change import Change
from keycabinet.supervision import fulfil

T = TypeVar("T")
Item = Event | Callable[[], None]

LOOK_UP_EVERY = timedelta(seconds=1)
"""The loop comes round at least so often, also when nothing happens."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Moment:
        """This instant on both clocks."""
        ...


class Archive(Protocol):
    """Makes entries durable."""

    def commit(self, change: Change, moment: Moment) -> object:
        """Make one change durable, whole, in one transaction. Raises StoreError; nothing is stored then."""
        ...


class CredentialChecker(Protocol):
    """Compares PINs, elsewhere."""

    def check(self, command: CheckCredential) -> None:
        """Take the question and return at once; answered by ``CredentialChecked`` in the inbox."""
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

    @property
    def cabinet(self) -> Cabinet:
        """The cabinet as it is now: an immutable value, safe to read from any thread."""
        return self._cabinet

    @property
    def directory(self) -> Directory:
        """People, rings and rights as they are now: an immutable value, safe to read from any thread."""
        return self._directory

    def submit(self, job: Callable[[], T]) -> "Future[T]":
        """Have this done by the deciding thread, between two events; from any thread."""
        return self._inbox.submit(job)

    def start(self, version: str) -> None:
        """Record the start; nothing is energised."""
        facts = self._gather()
        self._finish(*start(self._cabinet, facts, version), facts)

    def run(self, stopping: Stopping) -> None:
        """Answer the inbox until told to stop. Raises StoreError when an entry cannot be made durable."""
        while not stopping.is_set():
            item = self._inbox.next(self._longest_wait())
            if callable(item):
                item()
            else:
                self.handle(item)
        self._inbox.answer_jobs()

    def handle(self, event: Event) -> None:
        """Answer one event: gather, decide, record, act."""
        facts = self._gather()
        self._finish(*step(self._cabinet, event, facts), facts)

    def enrol(self, directory: Directory, change: Change) -> None:
        """Record a change of people, rings or rights, and work with it from now on. Deciding thread only.

        The books of the change are worked out here. Raises ConfigError for a ring that is being released with another
        tag or slot, and StoreError; everything is as before then.
        """
        self._refuse_to_change_rings_on_their_way(directory)
        moment, books = self._outside.clock.now(), self._cabinet.books
        after = books.fold(change.entries, moment.utc)
        self._outside.archive.commit(replace(change, before=books, after=after), moment)
        self._cabinet, self._directory = replace(self._cabinet, books=after), directory
        self._inbox.emit(DirectoryChanged())

    def note(self, *entries: Entry) -> None:
        """Record what happened at the control socket. Deciding thread only. Raises StoreError."""
        moment, books = self._outside.clock.now(), self._cabinet.books
        after = books.fold(entries, moment.utc)
        self._outside.archive.commit(Change(entries, books, after), moment)
        self._cabinet = replace(self._cabinet, books=after)

    def announce(self, lines: tuple[str, ...]) -> None:
        """Show this text, until the state says something new."""
        self._shown = lines
        for display in self._outside.hardware.displays:
            display.show(lines)

    def _refuse_to_change_rings_on_their_way(self, directory: Directory) -> None:
        for release in self._cabinet.books.releases.values():
            known, wanted = (each.rings.get(release.ring) for each in (self._directory, directory))
            if known and wanted and (known.tag, known.home_slot) != (wanted.tag, wanted.home_slot):
                raise ConfigError(f"ring {known.number} is being released: its tag and slot can be changed after that")

    def _gather(self) -> Facts:
        return Facts(self._outside.clock.now(), self._outside.zone, self._directory, secrets.token_hex(8))

    def _finish(self, cabinet: Cabinet, effects: Effects, facts: Facts) -> None:
        self._record(cabinet, effects, facts)
        self._cabinet = cabinet
        for command in effects.commands:
            self._act(command)
        self._show(facts)

    def _record(self, cabinet: Cabinet, effects: Effects, facts: Facts) -> None:
        if effects.entries:
            self._outside.archive.commit(Change(effects.entries, self._cabinet.books, cabinet.books), facts.now)

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

    def _show(self, facts: Facts) -> None:
        lines = screen(self._cabinet, facts)
        if lines != self._shown:
            self.announce(lines)
        lit, lamps = lights(self._cabinet, facts), self._outside.hardware.lights
        for slot, light in lit.items() - self._lit.items():
            if slot in lamps:
                lamps[slot].light(slot, light)
        self._lit = lit

    def _longest_wait(self) -> timedelta:
        facts = self._gather()
        deadline = next_deadline(self._cabinet, facts)
        waits = [LOOK_UP_EVERY, next_change(facts.now.utc)]
        return min(waits if deadline is None else [*waits, deadline])
