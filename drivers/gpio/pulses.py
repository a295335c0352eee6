"""Which coil may be energised when: one at a time, a pause after each, a rest for each. Pure: time is passed in."""

from dataclasses import dataclass
from typing import Final

DOOR: Final = 0
"""The coil of the door; every other coil has the number of its slot."""
Coil = int

MAX_WAIT_NS: Final = 5_000_000_000
"""A latch that opens later than this would surprise whoever stands there."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a coil is on, how long none is on after it, and how long the same one is not on again."""

    pulse_ns: int
    pause_ns: int
    rest_ns: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    coil: Coil
    asked_ns: int


@dataclass(frozen=True, slots=True)
class _Energised:
    coil: Coil
    until_ns: int


class Pulses:
    """The queue of pulses, and the one that is being given."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._waiting: list[_Waiting] = []
        self._energised: _Energised | None = None
        self._none_before_ns: int | None = None
        self._not_before_ns: dict[Coil, int] = {}

    def ask(self, coil: Coil, asked_ns: int) -> None:
        """Queue one pulse."""
        self._waiting.append(_Waiting(coil, asked_ns))

    def drop(self, coil: Coil) -> list[Coil]:
        """Drop what waits for this coil; the coils whose pulses were dropped, one each."""
        dropped = [each.coil for each in self._waiting if each.coil == coil]
        self._waiting = [each for each in self._waiting if each.coil != coil]
        return dropped

    def begin(self, now_ns: int) -> Coil | None:
        """The coil to energise now: the first in the queue that has rested."""
        if self._energised is not None or (self._none_before_ns is not None and now_ns < self._none_before_ns):
            return None
        for each in self._waiting:
            if now_ns >= self._free_ns(each) and now_ns - each.asked_ns <= MAX_WAIT_NS:
                self._waiting.remove(each)
                self._energised = _Energised(each.coil, now_ns + self._timing.pulse_ns)
                return each.coil
        return None

    def began(self, now_ns: int) -> None:
        """The coil is on since now: its pulse is counted from here, however long switching it on took."""
        if self._energised is not None:
            self._energised = _Energised(self._energised.coil, now_ns + self._timing.pulse_ns)

    def end(self, now_ns: int) -> Coil | None:
        """The coil to switch off now."""
        if self._energised is None or now_ns < self._energised.until_ns:
            return None
        return self.stop(now_ns)

    def stop(self, now_ns: int) -> Coil | None:
        """The coil to switch off, whether its time is over or not."""
        if self._energised is None:
            return None
        coil, self._energised = self._energised.coil, None
        self._none_before_ns = now_ns + self._timing.pause_ns
        self._not_before_ns[coil] = now_ns + self._timing.rest_ns
        return coil

    def late(self, now_ns: int) -> list[Coil]:
        """Drop the pulses that have waited too long."""
        late = [each for each in self._waiting if now_ns - each.asked_ns > MAX_WAIT_NS]
        self._waiting = [each for each in self._waiting if each not in late]
        return [each.coil for each in late]

    def clear(self) -> list[Coil]:
        """Drop all that wait."""
        dropped, self._waiting = [each.coil for each in self._waiting], []
        return dropped

    @property
    def due_ns(self) -> int | None:
        """When something has to be done next."""
        if self._energised is not None:
            return self._energised.until_ns
        return min((min(self._free_ns(each), each.asked_ns + MAX_WAIT_NS + 1) for each in self._waiting), default=None)

    def _free_ns(self, each: _Waiting) -> int:
        rested_ns = self._not_before_ns.get(each.coil, each.asked_ns)
        return max(rested_ns, each.asked_ns if self._none_before_ns is None else self._none_before_ns)
