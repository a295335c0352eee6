"""One thread, one order: descriptors and due times are served in the sequence in which they happen."""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from typing import Protocol

Readable = Callable[[int], None]
"""Called with the moment (ns) at which its descriptor was found readable."""


class Clocked(Protocol):
    """A part of the world that does something by itself when a moment comes."""

    def next_due(self) -> int | None:
        """The next such moment, ns of the monotonic clock."""
        ...

    def advance(self, now: int) -> None:
        """Do what is due at this moment."""
        ...


class Loop:
    """Serves until stopped. A part never blocks here, and nothing else runs the world."""

    def __init__(self) -> None:
        # epoll rounds a wait up to whole milliseconds; a byte at 19200 baud takes half of one.
        self._selector = selectors.SelectSelector()
        self._clocked: list[Clocked] = []
        self._stopping = False
        self._wake, self._waker = socket.socketpair()

    def add(self, clocked: Clocked) -> None:
        """From now on its due times are served."""
        self._clocked.append(clocked)

    def watch(self, fd: int, readable: Readable) -> None:
        """Call ``readable`` whenever this descriptor has something to read."""
        self._selector.register(fd, selectors.EVENT_READ, (readable, None))

    def watch_room(self, fd: int, writable: Readable | None) -> None:
        """Call ``writable`` as well, whenever this watched descriptor takes bytes; None ends it."""
        readable, _ = self._selector.get_key(fd).data
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writable else 0)
        self._selector.modify(fd, events, (readable, writable))

    def unwatch(self, fd: int) -> None:
        """Stop watching; call before closing the descriptor."""
        self._selector.unregister(fd)

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or ``stop``."""
        self._listen_to_signals()
        while not self._stopping:
            self._serve_due(time.monotonic_ns())
            for key, events in self._selector.select(self._pause()):
                now = time.monotonic_ns()
                self._serve_due(now)
                self._serve(key, events, now)
        self._selector.close()

    def stop(self) -> None:
        """Leave ``run`` after the current round."""
        self._stopping = True

    def _serve(self, key: selectors.SelectorKey, events: int, now: int) -> None:
        for event, serve in zip((selectors.EVENT_READ, selectors.EVENT_WRITE), key.data, strict=True):
            if events & event and self._selector.get_map().get(key.fd) == key:  # unless closed earlier in this round
                serve(now)

    def _serve_due(self, now: int) -> None:
        """In the order of their moments, whoever's they are."""
        while True:
            due, clocked = min(
                ((due, index) for index, each in enumerate(self._clocked) if (due := each.next_due()) is not None),
                default=(now + 1, -1),
            )
            if due > now:
                return
            self._clocked[clocked].advance(due)

    def _pause(self) -> float | None:
        dues = [due for each in self._clocked if (due := each.next_due()) is not None]
        return max(min(dues) - time.monotonic_ns(), 0) / 1e9 if dues else None

    def _listen_to_signals(self) -> None:
        self._wake.settimeout(0)
        self._waker.settimeout(0)
        signal.set_wakeup_fd(self._waker.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        self.watch(self._wake.fileno(), lambda _now: bytes_thrown_away(self._wake.fileno()))


def bytes_thrown_away(fd: int) -> None:
    """Empty a descriptor whose bytes mean nothing but "wake up"."""
    os.read(fd, 4096)
