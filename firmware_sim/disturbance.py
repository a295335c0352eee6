"""What faults of a serial line do to the bytes that its device sends: a stage between the device and the wire.

A *burst* is what the device sends without a pause: the answer to one question, as a rule one frame.
"""

from collections import deque
from random import Random

from firmware_sim.facts import MS
from firmware_sim.faults import Faults

PAUSE_NS = 5 * MS
"""A burst ends when nothing has followed for this long: four bytes at 9600 baud."""
LATE_NS = 1_500 * MS
JABBER_NS = 5 * MS
OF_BURSTS = ("garbled", "doubled", "truncated")


class Disturbance:
    """Takes bytes at the moment at which they are on the line; gives back what arrives, at once or when it is due."""

    def __init__(self, name: str, faults: Faults, random: Random) -> None:
        self._name = name
        self._faults = faults
        self._random = random
        self._delayed: deque[tuple[int, int]] = deque()
        self._burst = b""
        self._burst_ends = 0
        self._jabbers_at: int | None = None
        faults.listeners.append(self._switched)

    def carry(self, byte: int, now: int) -> bytes:
        """A byte is sent now; what arrives now."""
        if self._on("noise"):
            return self._random.randbytes(1)
        if self._on("late"):
            self._delayed.append((now + LATE_NS, byte))
            return b""
        if any(self._on(fault) for fault in OF_BURSTS):
            self._burst += bytes((byte,))
            self._burst_ends = now + PAUSE_NS
        return b"" if self._burst and not self._on("doubled") else bytes((byte,))

    def next_due(self) -> int | None:
        """When something arrives by itself."""
        dues = [self._burst_ends] if self._burst else []
        dues += [self._delayed[0][0]] if self._delayed else []
        dues += [self._jabbers_at] if self._jabbers_at is not None else []
        return min(dues, default=None)

    def advance(self, now: int) -> bytes:
        """What arrives by itself at this moment."""
        arriving = b""
        while self._delayed and self._delayed[0][0] <= now:
            arriving += bytes((self._delayed.popleft()[1],))
        if self._burst and self._burst_ends <= now:
            arriving, self._burst = arriving + self._disturbed(self._burst), b""
        if self._jabbers_at is not None and self._jabbers_at <= now:
            self._jabbers_at += JABBER_NS
            arriving += self._random.randbytes(self._random.randint(1, 4))
        return arriving

    def _disturbed(self, burst: bytes) -> bytes:
        if self._on("garbled"):
            wrong = self._random.randrange(8 * len(burst))
            burst = (int.from_bytes(burst, "big") ^ 1 << wrong).to_bytes(len(burst), "big")
        if self._on("truncated"):
            burst = burst[:-1]
        return burst

    def _on(self, fault: str) -> bool:
        return self._faults.on(fault, self._name)

    def _switched(self, now: int) -> None:
        if not self._on("noise"):
            self._jabbers_at = None
        elif self._jabbers_at is None:
            self._jabbers_at = now
