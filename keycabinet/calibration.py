"""How much one hash of a PIN may cost on this machine: measured once, when a store is made.

A hash takes at least a quarter of a second, so that who has stolen store and pepper guesses slowly, and at most three,
so that nobody waits. Memory is raised first, for it costs the guesser most; then the number of passes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from keycabinet.credentials import FLOOR, Derive, Params

LEAST: Final = timedelta(milliseconds=250)
AIM: Final = timedelta(milliseconds=400)
MOST: Final = timedelta(milliseconds=750)
MOST_MEMORY_KIB: Final = 64 * 1024
"""Two hashes at once, one for the keypad and one for the administrator, fit into a Raspberry Pi of 512 MiB."""
MOST_PASSES: Final = 1000
"""Far more than any machine needs: a clock that stands still must not make the first hash endless."""
TRIES: Final = 6
SAMPLES: Final = 3
NowNs = Callable[[], int]
"""A clock that never jumps, in nanoseconds."""


def calibrated(derive: Derive, now_ns: NowNs) -> Params:
    """What one hash is to cost here: 250 to 750 ms, or the floor where that takes longer already (R2)."""
    cost, spent = FLOOR, time_of(FLOOR, derive, now_ns)
    for _ in range(TRIES):
        if not LEAST <= spent <= MOST:
            cost = scaled(cost, AIM / spent)
            spent = time_of(cost, derive, now_ns)
    return cost


def scaled(cost: Params, factor: float) -> Params:
    """As close to so many times the cost as can be, never below the floor."""
    work = cost.memory_kib * cost.passes * factor
    memory = int(min(max(work / FLOOR.passes, FLOOR.memory_kib), MOST_MEMORY_KIB))
    passes = min(max(round(work / memory), FLOOR.passes), MOST_PASSES)
    return replace(cost, memory_kib=memory, passes=passes)


def time_of(cost: Params, derive: Derive, now_ns: NowNs) -> timedelta:
    """How long one hash takes: the quickest of a few, as nothing but other work makes one slower."""
    spent = []
    for _ in range(SAMPLES):
        before = now_ns()
        derive(bytes(32), bytes(16), cost)
        spent.append(now_ns() - before)
    return timedelta(microseconds=max(min(spent) / 1000, 1))
