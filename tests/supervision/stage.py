"""Threads that freeze and thaw when a test says so, under a supervisor whose clock stands still until it is moved."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from keycabinet.domain.events import DeviceReady, DoorRead, Event
from keycabinet.ports import Emit, Stopping
from keycabinet.supervision import Supervisor


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class FreezingDevice:
    """Serves; comes to a stop when it is frozen, and says what it saw before, or breaks, when it thaws."""

    name = "pins"

    def __init__(self, last_words: Event | None = None, breaks: Exception | None = None) -> None:
        self.rounds = queue.SimpleQueue[str]()
        self._last_words, self._breaks = last_words, breaks
        self._freeze = threading.Event()
        self._thaw = threading.Event()

    def run(self, emit: Emit, stopping: Stopping) -> None:
        emit(DoorRead(is_open=False))
        emit(DeviceReady(self.name))
        while not stopping.wait(0.01):
            if self._freeze.is_set():
                self.rounds.put("frozen")
                self._thaw.wait()
                self._freeze.clear()
                if self._breaks is not None:
                    raise self._breaks
                if self._last_words is not None:
                    emit(self._last_words)

    def work(self, stopping: Stopping) -> None:
        """The same as work that is not a device's."""
        self.run(lambda _event: None, stopping)

    def freeze(self) -> None:
        """Return when the thread has come to a stop."""
        self._thaw.clear()
        self._freeze.set()
        assert self.rounds.get(timeout=5) == "frozen"

    def thaw(self) -> None:
        self._thaw.set()


class Stage:
    """A supervisor, its clock, and the events that its devices emitted."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.supervisor = Supervisor(self.clock)
        self.events = queue.SimpleQueue[Event]()

    def next(self) -> Event:
        return self.events.get(timeout=5)

    def look_for(self, seconds: float) -> tuple[str, ...]:
        """Look once a second, as the deciding loop does, while so many seconds pass."""
        stuck: tuple[str, ...] = ()
        until_s = self.clock.now_s + seconds
        while self.clock.now_s < until_s:
            self.clock.now_s = min(self.clock.now_s + 1.0, until_s)
            stuck = self.supervisor.look()
        return stuck


@contextmanager
def a_stage(*frozen: FreezingDevice) -> Iterator[Stage]:
    """Whatever is frozen thaws in the end, so that it can be stopped."""
    stage = Stage()
    try:
        yield stage
    finally:
        for each in frozen:
            each.thaw()
        stage.supervisor.stop()
