"""Coils: ``python -m tests.campaigns.coils --count 1000 --seconds 3600 --seed 1``.

At several rigs side by side the core is frozen, ended and killed: in the pulse of a slot's or the door's coil, on
seeing it in the simulator's journal, and while it starts, idles or stops. After each blow the journal is held against
the ledger: no coil on for longer than its one-shot says, no line let go, no edge that no row explains.
"""

import argparse
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.campaigns.lanes import side_by_side
from tests.campaigns.rig import IN_A_PULSE, Phase, Rig

LANES: Final = 2
PER_RIG: Final = 60
"""After so many blows a rig makes room for a fresh one: each is judged from its beginning."""
MOST_LATE: Final = 0.1
"""For so many of the blows what leads up to them may be late."""
SIGNALS: Final = (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM)

Blow = tuple[Phase, signal.Signals]
BLOWS: Final[tuple[Blow, ...]] = tuple((phase, how) for phase in Phase for how in SIGNALS)


@dataclass
class Tally:
    """What there is to do and what was done, for all rigs."""

    pulses: int
    """Of each signal in each kind of pulse."""
    others: int
    """Of each signal in each other phase."""
    seconds: float
    seed: int = 1
    done: Counter[Blow] = field(default_factory=Counter)
    missed: int = 0
    late: int = 0
    """Blows that were not struck because what led up to them did not come in time."""
    edges: int = 0
    findings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Counter[Blow] = Counter()
        self._began_s = time.monotonic()

    def next(self, random: Random) -> Blow | None:
        """A blow that is lacking; None when it is over."""
        with self._lock:
            lacking = [each for each in BLOWS if self.done[each] + self._under_way[each] < self._wanted(each)]
            if self.findings or not lacking or self.seconds_left <= 0:
                return None
            chosen = random.choice(lacking)
            self._under_way[chosen] += 1
            return chosen

    def note(self, blow: Blow, *, in_time: bool, late: bool, findings: list[str]) -> None:
        """One blow was struck, or was late, and this is what was found after it."""
        with self._lock:
            self._under_way[blow] -= 1
            self.done[blow] += in_time
            self.missed += not in_time and not late
            self.late += late
            self.findings += [f"{each}, after {blow[1].name} while {blow[0].value}" for each in findings]

    def _wanted(self, blow: Blow) -> int:
        return self.pulses if blow[0] in IN_A_PULSE else self.others

    @property
    def seconds_left(self) -> float:
        """Of the budget."""
        return self.seconds - (time.monotonic() - self._began_s)

    @property
    def is_complete(self) -> bool:
        """Whether everything was done that was to be done."""
        return all(self.done[each] >= self._wanted(each) for each in BLOWS)

    @property
    def is_in_time(self) -> bool:
        """Whether nearly all that was waited for came in time: what never comes is late, too."""
        return self.late <= max(3, self.done.total() * MOST_LATE)

    def report(self) -> str:
        """What was done, and what was found."""
        spent = self.seconds - self.seconds_left
        lines = [f"coils: {self.done.total()} blows in {spent:.0f} of {self.seconds:.0f} s, seed {self.seed}"]
        lines[0] += (
            f"; {self.missed} came after the pulse, {self.late} were late; {self.edges} edges of latch lines explained"
        )
        lines.append("  ".join([f"  {'while':<20}", *(f"{how.name:>8}" for how in SIGNALS)]))
        lines += self._table()
        lines.append(f"  findings: {len(self.findings)}")
        return "\n".join([*lines, *(f"    {each}" for each in self.findings[:20]), ""])

    def _table(self) -> Iterator[str]:
        for phase in Phase:
            yield "  ".join([f"  {phase.value:<20}", *(f"{self.done[phase, how]:>8}" for how in SIGNALS)])


def campaign(tally: Tally, lanes: int = LANES, faults: tuple[str, ...] = ()) -> Tally:
    """Strike until the tally is content, at so many rigs side by side, each with these faults of the simulator."""
    side_by_side(lanes, tally.seed, lambda random: _one_rig(tally, random, faults), tally.findings)
    return tally


def _one_rig(tally: Tally, random: Random, faults: tuple[str, ...]) -> bool:
    """Blows at one rig; whether there is more to do."""
    with Rig(random, faults) as rig:
        for _ in range(PER_RIG):
            blow = tally.next(random)
            if blow is None:
                break
            in_time = rig.strike(*blow)
            tally.note(blow, in_time=in_time, late=rig.was_late, findings=rig.findings())
        tally.edges += rig.edges()
    return blow is not None


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description="Freeze, end and kill the core around its pulses, and judge.")
    parser.add_argument("--count", type=int, default=1000, help="blows in all; two of three in a pulse")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--lanes", type=int, default=LANES, help="rigs side by side")
    parser.add_argument("--fault", action="append", default=[], help="of the simulator, e.g. no_one_shot")
    given = parser.parse_args()
    each = max(given.count // 27, 1)
    tally = campaign(Tally(2 * each, each, given.seconds, given.seed), given.lanes, tuple(given.fault))
    sys.stdout.write(tally.report())
    return 1 if tally.findings or not (tally.is_complete and tally.is_in_time) else 0


if __name__ == "__main__":
    raise SystemExit(main())
