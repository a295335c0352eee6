"""How far the ledger has come: told by the thread that decides, waited for by every stream."""

import threading
from collections.abc import Callable


def _never() -> bool:
    return False


class Head:
    """The number of the last committed row, for any number of threads."""

    def __init__(self, seq: int = 0) -> None:
        self._seq = seq
        self._changed = threading.Condition()

    @property
    def seq(self) -> int:
        """The last row that is known to be committed; 0 in an empty ledger."""
        return self._seq

    def advance(self, seq: int) -> None:
        """Rows up to ``seq`` are committed. Returns at once; a step back is ignored."""
        with self._changed:
            if seq > self._seq:
                self._seq = seq
                self._changed.notify_all()

    def wake(self) -> None:
        """Have everyone who waits look again whether there still is a reason to wait."""
        with self._changed:
            self._changed.notify_all()

    def wait_beyond(self, seq: int, timeout: float | None = None, given_up: Callable[[], bool] = _never) -> int:
        """Wait for a row after ``seq``, at most ``timeout`` seconds or until ``given_up``; the head as it is then."""
        with self._changed:
            self._changed.wait_for(lambda: self._seq > seq or given_up(), timeout)
            return self._seq
