"""Wake a thread that waits for a file descriptor: ring from any thread, at any time, whether it is open or not."""

import os
from contextlib import suppress
from threading import Lock


class Bell:
    """Readable after ``ring`` until ``hush``; a ring while it is closed is forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._fd: int | None = None

    def open(self) -> int:
        """Begin; the descriptor to wait for."""
        with self._lock:
            self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            return self._fd

    def ring(self) -> None:
        """Make it readable."""
        with self._lock:
            if self._fd is not None:
                os.eventfd_write(self._fd, 1)

    def hush(self) -> None:
        """Take the rings that have come so far."""
        with self._lock:
            if self._fd is not None:
                with suppress(BlockingIOError):  # nobody rang
                    os.eventfd_read(self._fd)

    def close(self) -> None:
        """End; the descriptor is closed under the lock, so that no ring can hit a number that means something else."""
        with self._lock:
            if self._fd is not None:
                os.close(self._fd)
            self._fd = None
