"""Wakes the one thread that looks at the broker's socket, from any other."""

import os
from collections.abc import Callable
from contextlib import suppress
from queue import Full, Queue
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """A descriptor that becomes readable when somebody rings."""

    def __init__(self) -> None:
        self._rung = False
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def ring(self) -> None:
        """Wake the waiting thread; never blocks."""
        if not self._rung:
            self._rung = True
            os.eventfd_write(self.fd, 1)

    def hush(self) -> None:
        """Be readable no more until the next ring; whoever waited looks for what there is after this, not before."""
        with suppress(BlockingIOError):
            os.eventfd_read(self.fd)
        self._rung = False  # after the reading: the other way round, a ring between the two would be lost for good

    def close(self) -> None:
        """Give the descriptor back; nobody may ring any more."""
        os.close(self.fd)


def hand_over(item: T, queue: Queue[T], bell: Bell, is_wanted: Callable[[], bool], look_up_s: float) -> None:
    """Wait for room in the queue, put the item in and ring; ``is_wanted`` is asked every ``look_up_s`` meanwhile."""
    while is_wanted():
        try:
            queue.put(item, timeout=look_up_s)
        except Full:
            continue
        bell.ring()
        return
