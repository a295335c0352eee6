"""Threads that are watched: named, restarted after a pause when they fail, missed when stuck, and stopped in order.

The one place of the program with a broad ``except``: whatever breaks in a thread is told, logged and tried again.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import structlog

from keycabinet.domain.events import CoilPulsed, DeviceFailed, Event, PulseRefused
from keycabinet.heartbeat import Heartbeat, Now
from keycabinet.ports import Device, DeviceFault, Emit, Stopping

log = structlog.get_logger(__name__)
T = TypeVar("T")
Work = Callable[[Stopping], None]
Tell = Callable[[Exception], None]

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0
"""A device that can work again does so within 5 s: this, and what its opening takes."""
STOP_WITHIN_S = 5.0
STALE_S = 3.5
"""A thread that has not asked for so long is stuck: longer than any driver rightly works between two questions (a round
over a full bus, a write that times out), and with a look every 1.25 s at the latest still told within 5 s."""
LATE_S = 2.0
"""After a look that comes so late, everything may have stood still: nobody is blamed for the time before it."""


@dataclass(frozen=True)
class Watched:
    """A supervised thread: its name, its work, who hears of its failures and of its being stuck, and how it lives."""

    name: str
    work: Work
    failed: Tell
    stuck: Tell
    heartbeat: Heartbeat
    stale_s: float


class Supervisor:
    """Runs work in named threads, starts it again, after a growing pause, whenever it fails, and looks who is stuck."""

    def __init__(self, now_s: Now = time.monotonic) -> None:
        self._now_s = now_s
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._watched: list[Watched] = []
        self._looked_s = self._blameless_until_s = now_s()

    def serve(self, device: Device, emit: Emit) -> None:
        """Run a device; its failures, and its being stuck, enter the inbox as ``DeviceFailed``.

        A stuck device that asks or speaks again fails by it: what it would go on with is old, and it opens anew.
        """

        def tell(error: Exception) -> None:
            fault = error.fault if isinstance(error, DeviceFault) else type(error).__name__
            emit(DeviceFailed(device.name, fault, str(error)))

        def say(event: Event) -> None:
            if not isinstance(event, CoilPulsed | PulseRefused):  # what became of a pulse is never out of date
                heartbeat.come_back()
            emit(event)

        heartbeat = Heartbeat(self._stopping, _fail, self._now_s)
        work: Work = lambda stopping: device.run(say, stopping)  # noqa: E731
        self._start(Watched(device.name, work, tell, tell, heartbeat, STALE_S))

    def spawn(self, name: str, work: Work, tell: Tell, stale_s: float = STALE_S) -> None:
        """Run ``work`` in a thread of this name until it returns or everything stops; ``tell`` hears each failure.

        It is stuck when it has not asked whether to stop for ``stale_s``.
        """
        heartbeat = Heartbeat(self._stopping, _welcome, self._now_s)
        self._start(Watched(name, work, tell, nobody, heartbeat, stale_s))

    def look(self) -> tuple[str, ...]:
        """The names of the threads that are stuck now; each is logged and told once. Call it once a second, or oftener.

        For one thread: that whose own life shall depend on all the others.
        """
        now_s = self._now_s()
        if now_s - self._looked_s > LATE_S:
            self._blameless_until_s = now_s
        self._looked_s = now_s
        for each in self._watched:
            self._judge(each, now_s)
        return tuple(each.name for each in self._watched if each.heartbeat.given_up)

    def stop(self) -> None:
        """Tell every thread to come to its end, and wait for each, 5 s at most."""
        self._stopping.set()
        for thread in reversed(self._threads):
            thread.join(STOP_WITHIN_S)
            if thread.is_alive():
                log.error("thread does not stop", thread=thread.name)

    def _start(self, watched: Watched) -> None:
        thread = threading.Thread(target=self._keep_running, args=(watched,), name=watched.name, daemon=True)
        self._threads.append(thread)
        self._watched.append(watched)
        thread.start()

    def _judge(self, watched: Watched, now_s: float) -> None:
        silent_s = now_s - max(watched.heartbeat.alive_s, self._blameless_until_s)
        if silent_s <= watched.stale_s or watched.heartbeat.given_up:
            return
        log.critical("thread is stuck", thread=watched.name, silent_s=round(silent_s, 1))
        fault = DeviceFault("thread_stuck", f"{watched.name}: its thread has not come round for {silent_s:.1f} s")
        # Told before the thread can hear of it: the other way round, it could be back before it was said to be lost.
        watched.stuck(fault)
        watched.heartbeat.give_up(fault)

    def _keep_running(self, watched: Watched) -> None:
        pause_s, heartbeat = FIRST_PAUSE_S, watched.heartbeat
        while not self._stopping.is_set():
            heartbeat.begin()
            try:
                watched.work(heartbeat)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told and tried again
                log.warning("thread failed", thread=watched.name, error=str(error), kind=type(error).__name__)
                watched.failed(error)
            else:
                break
            heartbeat.rest(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        heartbeat.end()


def nobody(_error: Exception) -> None:
    """Tells nobody: the log says it already."""


def _fail(fault: DeviceFault) -> None:
    raise fault


def _welcome(fault: DeviceFault) -> None:
    log.warning("thread comes round again", after=str(fault))


def fulfil(future: "Future[T]", job: Callable[[], T]) -> None:
    """Do the job, and hand its result or its error to whoever waits for the future."""
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(job())
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(error)
