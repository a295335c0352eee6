"""A disk that fails now and then: ``python -m tests.campaigns.errors --seconds 600 --seed 1``.

Every 20th sync of the deciding thread is answered by EIO, every 50th write by ENOSPC, or both (strace; neither is
done), while people take and return rings. At rest the three histories are judged as after kills.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from firmware_sim.client import Refused
from tests.campaigns.aims import MAIN
from tests.campaigns.hand import CODES, GAP_MS
from tests.campaigns.judge import COUNTED_AS_WRONG, Histories, findings
from tests.campaigns.place import PATIENCE_S, RINGS, Place
from tests.campaigns.tracing import traced

ROUND_S = 20.0
STEP_S = 4.0
SEEN_S = 2.5
"""A ring that is held so long is missed by its reader, also where nobody can record that."""
EXPECTED = frozenset({"storage", "door_open"}) | COUNTED_AS_WRONG
"""The store does fail, also when it should record that a PIN was right, and nobody closes the door."""


def _syncs(random: Random) -> tuple[str, ...]:
    return (f"fdatasync:error=EIO:when={random.randint(1, 20)}+20",)


def _writes(random: Random) -> tuple[str, ...]:
    return (f"pwrite64:error=ENOSPC:when={random.randint(1, 50)}+50",)


def _both(random: Random) -> tuple[str, ...]:
    return *_syncs(random), *_writes(random)


FAULTS = (_syncs, _writes, _both)


@dataclass
class Errors:
    """What was done, and what was found."""

    seed: int
    seconds: float = 0.0
    tries: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    """Times that the store failed and was recovered."""
    findings: list[str] = field(default_factory=list)

    def report(self) -> str:
        """What the campaign did."""
        told = f"I/O errors: {self.seconds:.0f} s, seed {self.seed}; the store failed {self.failures} times"
        found = [f"    {each}" for each in self.findings[:10]]
        return "\n".join([told, f"  {dict(self.tries)}; findings: {len(self.findings)}", *found, ""])


def campaign(seconds: float, seed: int) -> Errors:
    """Rounds of work on a disk that fails; after each the disk is well for a moment, and the histories are judged."""
    done, random, began, faults = Errors(seed), Random(seed), time.monotonic(), cycle(FAULTS)
    with Place() as place:
        worker = Worker(place, random, done)
        while time.monotonic() - began < seconds and not done.findings:
            until = min(began + seconds, time.monotonic() + ROUND_S)
            with traced(place.running["core"].pid, MAIN, *next(faults)(random)):
                while time.monotonic() < until:
                    worker.work()
            worker.come_to_rest()
            done.findings += judged(place, worker.hands)
        done.failures = sum(row["type"] == "storage.failed" for row in place.image().rows)
    done.seconds = time.monotonic() - began
    return done


def judged(place: Place, hands: dict[int, str]) -> list[str]:
    """Hold the histories against each other."""
    head = place.status()["head"]["seq"]
    place.until(lambda: place.witness.last >= head, "the stream's catching up", PATIENCE_S)
    hanging = {slot["slot"]: str(slot["ring"]) for slot in place.simulator.status()["slots"] if slot["ring"]}
    shown = list(place.witness.shown)
    histories = Histories(place.look(), shown, place.image(), hanging, place.status(), expected=EXPECTED, hands=hands)
    return findings(histories) + place.witness.contradictions


class Worker:
    """Somebody who takes a ring if the cabinet lets them, and puts one back if one is out."""

    def __init__(self, place: Place, random: Random, done: Errors) -> None:
        self._place, self._sim, self._random, self._done = place, place.simulator, random, done
        self.hands: dict[int, str] = {}

    def work(self) -> None:
        """One ring, there or back."""
        slot = self._random.randint(1, RINGS)
        (self._take if self._sim.slot(slot)["ring"] else self._put_back)(slot)

    def _take(self, slot: int) -> None:
        code = self._random.choice(CODES)
        since = self._mark()
        self._press(f"***{code}#{self._place.pins[code]}#")
        if not self._comes(lambda: self._place.status()["session"] and "WHICH SLOT" in self._sim.text()):
            self._done.tries["not let in"] += 1
            return
        self._press(f"{slot}#")
        self._comes(lambda: self._place.fact(since, "bolt_drawn", slot=slot) or "NOT ACCEPTED" in self._sim.text())
        if self._place.fact(since, "bolt_drawn", slot=slot):
            self._pull(slot, code)
        else:
            self._done.tries["not released"] += 1
        self._press("***")

    def _pull(self, slot: int, code: str) -> None:
        self._open_door()
        try:
            self._sim.pull(slot)
        except Refused:
            self._done.tries["pulled too late"] += 1
            return
        row = self._place.witness.last
        pulled = [fact for fact in self._place.look() if fact["kind"] == "ring_pulled"]
        self.hands[pulled[-1]["seq"]] = code
        self._done.tries["taken"] += 1
        self._comes(lambda: self._place.witness.find(row, "ring.taken", slot=slot), SEEN_S)

    def _put_back(self, slot: int) -> None:
        self._open_door()
        self._sim.insert(slot, slot)
        self._done.tries["put back"] += 1

    def _open_door(self) -> None:
        if self._sim.status()["door"] == "unlatched":
            self._sim.door("open")

    def come_to_rest(self) -> None:
        """Everything is pressed home, booked, and nobody is at the keypad."""
        for slot in self._sim.status()["slots"]:
            if slot["place"] == "presented":
                self._comes(lambda number=slot["slot"]: self._pushed(number))
        self._comes(self._is_quiet, 20)

    def _is_quiet(self) -> bool:
        status = self._place.status()
        if status["session"]:
            self._press("*")
        open_releases = any(slot["lock"] == "released" for slot in status["slots"])
        known = {each["slot"]: each for each in self._sim.status()["slots"]}
        booked = all(_number(slot) == known[slot["slot"]]["ring"] for slot in status["slots"])
        return booked and not (status["session"] or status["health"] or open_releases)

    def _pushed(self, number: int) -> bool:
        try:
            self._sim.push(number)
        except Refused:
            return bool(self._sim.slot(number)["place"] != "presented")
        return True

    def _press(self, keys: str) -> None:
        self._sim.ask("press", keys=keys, gap_ms=GAP_MS)

    def _mark(self) -> int:
        facts = self._place.look()
        return int(facts[-1]["seq"]) if facts else 0

    def _comes(self, fact: Callable[[], object], within: float = STEP_S) -> bool:
        deadline = time.monotonic() + within
        while not fact():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def _number(slot: dict[str, Any]) -> int | None:
    return int(slot["ring"]["number"]) if slot["ring"] else None


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description="Work on a disk that fails now and then, and judge.")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    done = campaign(given.seconds, given.seed)
    sys.stdout.write(done.report())
    return 1 if done.findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
