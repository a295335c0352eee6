"""Reads the ledger from the core, row by row, in a thread of its own, and no further ahead than there is room."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue

import structlog

from keycabinet.control.client import CallRefused, Client, CoreUnreachable
from keycabinet.errors import ConfigError
from keycabinet.ports import Stopping
from keycabinet.publisher.bell import Bell, hand_over
from keycabinet.publisher.heard import Cursor, Hello, Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.pauses import Pauses

log = structlog.get_logger(__name__)
CURSOR = "mqtt"


@dataclass(frozen=True, slots=True)
class Began:
    """The stream (re)started. ``restart_at``: forget all rows and begin after this one; None: go on after the last."""

    head: int
    restart_at: Cursor | None


class Stream:
    """The rows of one cabinet. ``run`` belongs to one thread, ``take`` to another."""

    def __init__(self, cabinet: str, connect: Callable[[], Client], bell: Bell, limits: Limits) -> None:
        self._cabinet = cabinet
        self._connect = connect
        self._bell = bell
        self._limits = limits
        self._queue: Queue[Began | Row] = Queue(limits.rows_ahead)
        self._position: int | None = None
        self._client: Client | None = None

    def take(self) -> Began | Row | None:
        """What came next, if anything did."""
        try:
            return self._queue.get_nowait()
        except Empty:
            return None

    def run(self, stopping: Stopping) -> None:
        """Read until ``stopping``, connecting again whenever the core goes away.

        Raises ConfigError if another cabinet answers, ValueError if the core says what was not agreed.
        """
        pauses = Pauses(self._limits.first_pause_s, self._limits.longest_pause_s)
        while not stopping.is_set():
            try:
                self._read(stopping, pauses)
            except (CoreUnreachable, CallRefused) as error:
                log.info("core lost", reading="rows", reason=str(error))
            stopping.wait(pauses.next())

    def close(self) -> None:
        """Have a blocked ``run`` look at ``stopping``; any thread."""
        if (client := self._client) is not None:
            client.close()

    def _read(self, stopping: Stopping, pauses: Pauses) -> None:
        self._wait_for_room(stopping)
        client = self._client = self._connect()
        try:
            position = self._begin(client, stopping)
            pauses.reset()
            for each in client.stream(position + 1, stopping.is_set, peer=CURSOR):
                row = Row.model_validate(each)
                self._put(row, stopping)
                self._position = row.seq
                if stopping.is_set():
                    return
        finally:
            client.close()

    def _begin(self, client: Client, stopping: Stopping) -> int:
        hello = Hello.model_validate(client.call("hello"))
        if hello.cabinet != self._cabinet:
            raise ConfigError(f"the core is cabinet {hello.cabinet!r}, the configuration says {self._cabinet!r}")
        if self._position is not None and self._position <= hello.head_seq:
            self._put(Began(hello.head_seq, None), stopping)
            return self._position
        if self._position is not None:
            log.error("the ledger is shorter than it was", was=self._position, now=hello.head_seq)
        cursor = Cursor.model_validate(client.call("cursor.get", name=CURSOR))
        self._position = cursor.seq
        log.info("core found", cabinet=hello.cabinet, head=hello.head_seq, published=cursor.seq)
        self._put(Began(hello.head_seq, cursor), stopping)
        return cursor.seq

    def _wait_for_room(self, stopping: Stopping) -> None:
        while self._queue.full() and not stopping.wait(self._limits.tick_s):
            pass

    def _put(self, item: Began | Row, stopping: Stopping) -> None:
        hand_over(item, self._queue, self._bell, lambda: not stopping.is_set(), self._limits.tick_s)
