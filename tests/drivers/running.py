"""Run a device in a thread of its own, as the supervisor does, and wait for what it emits."""

import queue
import threading
import time
from typing import Any, Self, TypeVar

from keycabinet.domain.events import DeviceReady, Event
from keycabinet.ports import Device, DeviceFault

E = TypeVar("E")
STOPS_WITHIN_S = 2.0


class Running:
    """A device between ``run`` and its end; leaving the context stops it and proves that it stops in time."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._stopping = threading.Event()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"test-{device.name}")
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._device.run(self._events.put, self._stopping)
        except Exception as failure:  # noqa: BLE001 - as the supervisor
            self.failure = failure

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        self._thread.join(STOPS_WITHIN_S)
        assert not self._thread.is_alive(), f"{self._device.name} has not stopped within {STOPS_WITHIN_S} s"

    def readings(self, within: float = 10.0) -> list[Event]:
        """What it emits before it is ready."""
        found: list[Event] = []
        deadline = time.monotonic() + within
        while not isinstance(event := self._next(deadline, DeviceReady), DeviceReady):
            found.append(event)
        assert event == DeviceReady(self._device.name)
        return found

    def event(self, kind: type[E], within: float = 5.0, **fields: Any) -> E:
        """The next event of this kind with these fields; others are passed over."""
        deadline = time.monotonic() + within
        while True:
            event = self._next(deadline, kind)
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
                return event

    def rest(self) -> list[Event]:
        """What was emitted and not asked for yet."""
        found: list[Event] = []
        while not self._events.empty():
            found.append(self._events.get())
        return found

    def end(self, within: float = 10.0) -> BaseException:
        """Wait until it fails by itself; the failure."""
        self._thread.join(within)
        assert not self._thread.is_alive(), f"{self._device.name} still runs"
        assert self.failure is not None, f"{self._device.name} ended without a failure"
        return self.failure

    def fault(self, within: float = 10.0) -> DeviceFault:
        """Wait until it fails by itself with a DeviceFault."""
        failure = self.end(within)
        assert isinstance(failure, DeviceFault), repr(failure)
        return failure

    def _next(self, deadline: float, awaited: type[object]) -> Event:
        try:
            return self._events.get(timeout=max(0.001, deadline - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"{awaited.__name__} did not come; failure: {self.failure!r}") from None
