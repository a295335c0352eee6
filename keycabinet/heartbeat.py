"""Signs of life of a supervised thread: whoever asks whether to stop is alive. No driver has to do anything for it."""

import math
import time
from collections.abc import Callable

from keycabinet.ports import DeviceFault, Stopping

Now = Callable[[], float]
"""Seconds on a clock that only moves forward."""


class Heartbeat:
    """The ``Stopping`` of one thread, which notes when it is asked. That thread asks, the supervisor looks."""

    def __init__(self, stopping: Stopping, back: Callable[[DeviceFault], None], now_s: Now = time.monotonic) -> None:
        """``back`` is called in the thread, with the fault, when it asks again after it was given up; it may raise."""
        self._stopping, self._back, self._now_s = stopping, back, now_s
        self._alive_s = now_s()
        self._fault: DeviceFault | None = None

    @property
    def alive_s(self) -> float:
        """The latest instant at which the thread is known to have been alive; in the future while it waits."""
        return self._alive_s

    @property
    def given_up(self) -> bool:
        """Whether the thread was given up and has not asked since."""
        return self._fault is not None

    def give_up(self, fault: DeviceFault) -> None:
        """Say that the thread is stuck; it hears of it as soon as it asks. Any thread."""
        self._fault = fault

    def is_set(self) -> bool:
        """As of ``Stopping``; raises what ``back`` raises."""
        self.beat()
        return self._stopping.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """As of ``Stopping``; raises what ``back`` raises."""
        self.beat()
        over = self.rest(timeout)
        self.beat()
        return over

    def beat(self) -> None:
        """The thread is alive now; if it was given up, ``back`` is called."""
        self._alive_s = self._now_s()
        self.come_back()

    def come_back(self) -> None:
        """If the thread was given up, call ``back``, once."""
        fault, self._fault = self._fault, None
        if fault is not None:
            self._back(fault)

    def rest(self, timeout: float | None) -> bool:
        """Wait as ``wait`` does, for a thread that was not doing its work anyway: nothing is raised."""
        self._alive_s = math.inf if timeout is None else self._now_s() + timeout
        over = self._stopping.wait(timeout)
        self._alive_s = self._now_s()
        return over

    def begin(self) -> None:
        """The work begins (again): what was said of it before is forgotten."""
        self._fault, self._alive_s = None, self._now_s()

    def end(self) -> None:
        """The work has returned: nobody asks any more, and nobody is missed."""
        self._fault, self._alive_s = None, math.inf
