"""The far end of a serial line, in the hands of a test."""

import os
import select
import time
import tty
from collections.abc import Callable
from threading import Event, Thread
from typing import Self


class PtyLine:
    """A pty; ``path`` is for the driver. Leaving the context pulls it out."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.pull_out()

    def pull_out(self) -> None:
        """End it as a pulled adapter does."""
        if self._open:
            self._open = False
            os.close(self._master)
            os.close(self._slave)

    def write(self, stream: bytes) -> None:
        """Send to the driver."""
        os.write(self._master, stream)

    def read(self, within: float = 0.05) -> bytes:
        """What the driver sent; nothing after ``within`` seconds."""
        ready, _, _ = select.select([self._master], [], [], within)
        return os.read(self._master, 4096) if ready else b""

    def read_until(self, fact: Callable[[bytes], object], within: float = 5.0) -> bytes:
        """All that the driver sends until ``fact`` is true of it."""
        deadline, heard = time.monotonic() + within, b""
        while not fact(heard):
            assert time.monotonic() < deadline, f"heard only {heard!r}"
            heard += self.read()
        return heard


class Answering:
    """Answers every portion that arrives with ``answer(portion)``, in a thread, while the context lasts."""

    def __init__(self, line: PtyLine, answer: Callable[[bytes], bytes]) -> None:
        self._line = line
        self._answer = answer
        self._over = Event()
        self._thread = Thread(target=self._run, name="test-far-end")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            portion = self._line.read()
            if portion and (answer := self._answer(portion)):
                self._line.write(answer)
