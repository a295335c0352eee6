"""Reads rows from the core that are to be sent again, in a thread of its own, beside the stream of new ones."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue

import structlog

from keycabinet.control.client import CallRefused, Client, CoreUnreachable
from keycabinet.ports import Stopping
from keycabinet.publisher.bell import Bell, hand_over
from keycabinet.publisher.heard import Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.repeats import Stretch
from keycabinet.publisher.stream import CURSOR

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reread:
    """A row of a stretch; None: there are no more of it, or the core does not give them."""

    stretch: Stretch
    row: Row | None


class Again:
    """``run`` belongs to one thread, ``want`` and ``take`` to another. A new wish ends the one before."""

    def __init__(self, connect: Callable[[], Client], bell: Bell, limits: Limits) -> None:
        self._connect, self._bell, self._limits = connect, bell, limits
        self._queue: Queue[Reread] = Queue(limits.repeats_ahead)
        self._wish = threading.Condition()
        self._wanted: Stretch | None = None
        self._client: Client | None = None

    def want(self, stretch: Stretch | None) -> None:
        """Read these rows; None: none any more."""
        with self._wish:
            self._wanted = stretch
            self._wish.notify()

    def take(self) -> Reread | None:
        """What was read next, of whichever wish, if anything was."""
        try:
            return self._queue.get_nowait()
        except Empty:
            return None

    def run(self, stopping: Stopping) -> None:
        """Read what is wanted until ``stopping``; raises ValueError if the core says what was not agreed."""
        while not stopping.is_set():
            stretch = self._next_wish()
            if stretch is not None:
                self._fulfil(stretch, stopping)

    def close(self) -> None:
        """Have a blocked ``run`` look at ``stopping``; any thread."""
        self.want(None)
        if (client := self._client) is not None:
            client.close()

    def _next_wish(self) -> Stretch | None:
        with self._wish:
            self._wish.wait_for(lambda: self._wanted is not None, self._limits.tick_s)
            return self._wanted

    def _fulfil(self, stretch: Stretch, stopping: Stopping) -> None:
        is_wanted = lambda: self._wanted == stretch and not stopping.is_set()  # noqa: E731
        log.info("rows are sent again", sealed=stretch.sealed, after=stretch.after, to=stretch.to)
        try:
            self._read(stretch, is_wanted)
        except (CoreUnreachable, CallRefused) as error:
            log.info("core lost", reading="rows again", reason=str(error))
        self._put(Reread(stretch, None), is_wanted)
        with self._wish:
            if self._wanted == stretch:
                self._wanted = None

    def _read(self, stretch: Stretch, is_wanted: Callable[[], bool]) -> None:
        client = self._client = self._connect()
        try:
            only = "sealed" if stretch.sealed else "rest"
            for each in client.stream(stretch.after + 1, is_wanted, peer=CURSOR, only=only):
                row = Row.model_validate(each)
                if row.seq <= stretch.to:
                    self._put(Reread(stretch, row), is_wanted)
                if row.seq >= stretch.to or not is_wanted():
                    return
        finally:
            client.close()

    def _put(self, item: Reread, is_wanted: Callable[[], bool]) -> None:
        hand_over(item, self._queue, self._bell, is_wanted, self._limits.tick_s)
