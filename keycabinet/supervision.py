"""Threads that are watched: named, restarted after a pause when they fail, and stopped in order.

The one place of the program with a broad ``except``: whatever breaks in a thread is told, logged and tried again.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import structlog

from keycabinet.domain.events import DeviceFailed
from keycabinet.ports import Device, DeviceFault, Emit, Stopping

log = structlog.get_logger(__name__)
T = TypeVar("T")

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0
"""A device that can work again does so within 5 s: this, and what its opening takes."""
STOP_WITHIN_S = 5.0


class Supervisor:
    """Runs work in named threads and starts it again, after a growing pause, whenever it fails."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def serve(self, device: Device, emit: Emit) -> None:
        """Run a device; its failures enter the inbox as ``DeviceFailed``."""

        def tell(error: Exception) -> None:
            fault = error.fault if isinstance(error, DeviceFault) else type(error).__name__
            emit(DeviceFailed(device.name, fault, str(error)))

        self.spawn(device.name, lambda stopping: device.run(emit, stopping), tell)

    def spawn(self, name: str, work: Callable[[Stopping], None], tell: Callable[[Exception], None]) -> None:
        """Run ``work`` in a thread of this name until it returns or everything stops; ``tell`` hears each failure."""
        thread = threading.Thread(target=self._keep_running, args=(name, work, tell), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Tell every thread to come to its end, and wait for each, 5 s at most."""
        self._stopping.set()
        for thread in reversed(self._threads):
            thread.join(STOP_WITHIN_S)
            if thread.is_alive():
                log.error("thread does not stop", thread=thread.name)

    def _keep_running(self, name: str, work: Callable[[Stopping], None], tell: Callable[[Exception], None]) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                work(self._stopping)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told and tried again
                log.warning("thread failed", thread=name, error=str(error), kind=type(error).__name__)
                tell(error)
            else:
                return
            self._stopping.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def nobody(_error: Exception) -> None:
    """Tells nobody: the log says it already."""


def fulfil(future: "Future[T]", job: Callable[[], T]) -> None:
    """Do the job, and hand its result or its error to whoever waits for the future."""
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(job())
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(error)
