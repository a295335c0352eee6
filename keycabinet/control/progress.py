"""How far the publisher has come: told with its cursor, and asked for at every step of the rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from keycabinet.control.head import Head
from keycabinet.domain.state import Lag

CURSOR = "mqtt"
"""The cursor of the publisher."""


class Progress:
    """One reader of the ledger beside its head; used by the deciding thread alone."""

    def __init__(self, head: Head, seq: int) -> None:
        self._head, self._seq = head, seq
        self._since: timedelta | None = None
        self._fault, self._detail = "", ""

    @property
    def seq(self) -> int:
        """The last row that it is done with."""
        return self._seq

    def moved(self, seq: int, fault: str = "", detail: str = "") -> None:
        """It is done with row ``seq``; ``fault`` says why it gets no further, if it knows."""
        if seq > self._seq:
            self._seq, self._since = seq, None
        self._fault, self._detail = fault, detail

    def lag(self, now: timedelta) -> Lag | None:
        """What it is behind by, at ``now`` (elapsed)."""
        if self._seq >= self._head.seq:
            self._since = None
        elif self._since is None:
            self._since = now
        if self._since is None and not self._fault:
            return None
        return Lag(self._seq, now if self._since is None else self._since, self._fault, self._detail)


@dataclass(frozen=True)
class Cursors:
    """The cursors of readers of the ledger, and the progress of those that are watched; for the deciding thread."""

    store: Callable[[str, int], None]
    """Note it for good. Raises StoreError for a step back or beyond the last row."""
    watched: Mapping[str, Progress]

    def at(self, name: str) -> int:
        """The last row that this reader, which is watched, is done with; 0 for any other."""
        return self.watched[name].seq if name in self.watched else 0

    def move(self, name: str, seq: int, fault: str = "", detail: str = "") -> None:
        """This reader is done with row ``seq``, and gets no further for this fault, if any. Raises StoreError."""
        self.store(name, seq)
        if name in self.watched:
            self.watched[name].moved(seq, fault, detail)
