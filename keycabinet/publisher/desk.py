"""Asks the core what it is asked for, in a thread of its own, so that a core that hangs holds up nothing else."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import structlog

from keycabinet.control.client import CallRefused, Client, CoreUnreachable
from keycabinet.ports import Stopping
from keycabinet.publisher.bell import Bell
from keycabinet.publisher.envelopes import Snapshot
from keycabinet.publisher.heard import Hello, Status
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.pauses import Pauses
from keycabinet.publisher.receipts import Stored
from keycabinet.publisher.stream import CURSOR

log = structlog.get_logger(__name__)
LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the publisher is, and by which fault (a name) it gets no further; no fault: it goes on."""

    seq: int
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """The core did not answer."""

    reason: str


class Desk:
    """Wishes to the core, the newest of each kind; answers in order. ``run`` belongs to one thread."""

    def __init__(self, connect: Callable[[], Client], bell: Bell, limits: Limits) -> None:
        self._connect = connect
        self._bell = bell
        self._limits = limits
        self._answers: SimpleQueue[Snapshot | Silent] = SimpleQueue()
        self._wish = threading.Condition()
        self._cursor: Standing | None = None
        self._receipts: dict[str, Stored] = {}
        self._snapshot = False
        self._finished = False
        self._hello: Hello | None = None
        self._client: Client | None = None

    def want_snapshot(self) -> None:
        """Ask for the status of the cabinet, soon."""
        with self._wish:
            self._snapshot = True
            self._wish.notify()

    def want_cursor(self, standing: Standing | None) -> None:
        """Have the cursor moved, and the fault known; None takes back an older wish."""
        with self._wish:
            self._cursor = standing
            self._wish.notify()

    def want_receipt(self, stored: Stored) -> None:
        """Have it noted what a consumer has."""
        with self._wish:
            self._receipts[stored.consumer] = stored
            self._wish.notify()

    def finish(self) -> None:
        """Nothing more will be wished: fulfil the last wish for the cursor, and end."""
        with self._wish:
            self._finished = True
            self._wish.notify()

    def take(self) -> Snapshot | Silent | None:
        """The next answer, if there is one."""
        try:
            return self._answers.get_nowait()
        except Empty:
            return None

    def run(self, stopping: Stopping) -> None:
        """Serve until ``finish``; raises ValueError if the core says what was not agreed."""
        pauses = Pauses(self._limits.first_pause_s, self._limits.longest_pause_s)
        while not self._finished:
            stopping.is_set()  # a sign of life; the answer does not count, ``finish`` does
            pause_s = self._limits.redraw_every_s
            try:
                self._serve()
                pauses.reset()
            except (CoreUnreachable, CallRefused) as error:
                self._hang_up()
                self._answer(Silent(str(error)))
                pause_s = pauses.next()
            self._rest(pause_s)
        self._last_wish()
        self._hang_up()

    def _serve(self) -> None:
        """Ask for what is wished; once every poll, and again after a failure, for a snapshot in any case."""
        with self._wish:
            cursor, self._cursor = self._cursor, None
            receipts, self._receipts = self._receipts, {}
            self._snapshot = False
        client = self._client or self._open()
        try:
            self._move(client, cursor)
            self._note(client, receipts.values())  # after the cursor: the core takes none that is ahead of it
        except CoreUnreachable:
            self._keep(cursor, receipts)
            raise
        assert self._hello is not None
        self._answer(Snapshot(self._hello, Status.model_validate(client.call("status", peer=CURSOR))))

    def _open(self) -> Client:
        client = self._client = self._connect()
        self._hello = Hello.model_validate(client.call("hello"))
        return client

    def _move(self, client: Client, standing: Standing | None) -> None:
        if standing is None:
            return
        try:
            detail = standing.detail[:LONGEST_DETAIL]
            client.call("cursor.move", name=CURSOR, seq=standing.seq, fault=standing.fault, detail=detail)
        except CallRefused as refusal:
            log.warning("the core does not move the cursor", seq=standing.seq, reason=str(refusal))

    def _note(self, client: Client, receipts: Iterable[Stored]) -> None:
        for each in receipts:
            try:
                client.call("receipt.note", consumer=each.consumer, sequence=each.sequence, sealed=each.sealed)
            except CallRefused as refusal:
                log.warning("the core does not take the receipt", consumer=each.consumer, reason=str(refusal))

    def _keep(self, cursor: Standing | None, receipts: Mapping[str, Stored]) -> None:
        with self._wish:
            self._receipts = {**receipts, **self._receipts}
            if self._cursor is None:
                self._cursor = cursor

    def _rest(self, pause_s: float) -> None:
        """Pause, then wait for a wish, or until it is time to look whether the core is there."""
        until_s = time.monotonic() + pause_s
        with self._wish:
            self._wish.wait_for(lambda: self._finished, pause_s)
            poll_s = max(self._limits.poll_every_s - (time.monotonic() - until_s), 0.0)
            self._wish.wait_for(lambda: self._finished or self._has_wish, poll_s)

    @property
    def _has_wish(self) -> bool:
        return self._snapshot or self._cursor is not None or bool(self._receipts)

    def _last_wish(self) -> None:
        try:
            if self._cursor is not None:
                self._move(self._client or self._open(), self._cursor)
        except (CoreUnreachable, CallRefused) as error:
            log.warning(
                "the cursor is behind: rows will be repeated", seq=self._cursor and self._cursor.seq, reason=str(error)
            )

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _answer(self, answer: Snapshot | Silent) -> None:
        self._answers.put(answer)
        self._bell.ring()
