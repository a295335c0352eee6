"""The process ``keycabinet mqtt``: a client of the core's control socket and of the broker, and nothing else."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType

import structlog

from keycabinet import logs
from keycabinet.control.client import Client
from keycabinet.publisher.again import Again
from keycabinet.publisher.bell import Bell
from keycabinet.publisher.desk import Desk
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.publisher import Publisher
from keycabinet.publisher.settings import PublisherSettings, read_settings
from keycabinet.publisher.stream import Stream
from keycabinet.supervision import Supervisor
from keycabinet.watchdog import Watchdog, to_systemd

log = structlog.get_logger(__name__)

FEED_EVERY_S = 1.0


def main(config_path: Path) -> int:
    """Publish until SIGTERM or SIGINT (0), or until something fails that waiting cannot mend (1).

    Raises ConfigError when the configuration does not allow it. To be called in the main thread.
    """
    logs.configure()
    settings = read_settings(config_path)
    ended: SimpleQueue[None] = SimpleQueue()  # which a signal may fill at any point of the waiting; an Event may not
    failures: list[Exception] = []

    def fail(error: Exception) -> None:
        failures.append(error)
        ended.put(None)

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.put(None)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    running = Running(settings, Limits(), fail)
    with to_systemd() as notify:
        watchdog = Watchdog(notify, running.look)
        running.start()
        watchdog.ready("the publisher runs")
        _feed_until(ended, watchdog)
        watchdog.stopping()
    running.stop()
    return 1 if failures else 0


def _feed_until(ended: "SimpleQueue[None]", watchdog: Watchdog) -> None:
    while True:
        watchdog.feed()
        with suppress(Empty):
            return ended.get(timeout=FEED_EVERY_S)


class Running:
    """The threads of the publisher: one for the broker, three for the core."""

    def __init__(self, settings: PublisherSettings, limits: Limits, fail: Callable[[Exception], None]) -> None:
        self._settings = settings
        self._limits = limits
        self._fail = fail
        self._bell = Bell()
        self._supervisor = Supervisor()
        self._desk = Desk(self._connect, self._bell, limits)
        self._again = Again(self._connect, self._bell, limits)
        self._stream = Stream(settings.cabinet, self._connect, self._bell, limits)

    def start(self) -> None:
        """Start every thread; what fails in one of them unforeseen is handed to ``fail``."""
        if self._settings.broker.protocol == "3.1.1":
            log.warning("MQTT 3.1.1: what the broker's access rules refuse is lost without a sign")
        publisher = Publisher(self._settings, self._stream, self._again, self._desk, self._bell, self._limits)
        for name, work in (
            ("rows", self._stream.run),
            ("again", self._again.run),
            ("core", self._desk.run),
            ("broker", publisher.run),
        ):
            self._supervisor.spawn(name, work, self._fail, self._limits.stuck_after_s)
        log.info("publisher started", cabinet=self._settings.cabinet, broker=self._settings.broker.host)

    def look(self) -> tuple[str, ...]:
        """The names of the threads that are stuck now, as ``Supervisor.look``."""
        return self._supervisor.look()

    def stop(self) -> None:
        """End every thread, ``offline`` published; 1.4 s at most, whatever the network does."""
        # In a thread of its own: one that is stuck in the name service or in a TCP handshake would hold us up.
        stopping = threading.Thread(target=self._supervisor.stop, name="stop", daemon=True)
        stopping.start()
        until_s = time.monotonic() + self._limits.stop_within_s
        while stopping.is_alive() and time.monotonic() < until_s:
            self._bell.ring()
            self._stream.close()
            self._again.close()
            stopping.join(self._limits.tick_s / 5)
        if stopping.is_alive():
            log.warning("not everything came to its end in time")
        else:
            self._bell.close()
            log.info("publisher ended")

    def _connect(self) -> Client:
        client = Client(self._settings.control, self._limits.core_answer_s)
        client.connect()
        return client
