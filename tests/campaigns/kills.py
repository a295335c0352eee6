"""Kills: ``python -m tests.campaigns.kills --count 2000 --seconds 3600 --seed 1``.

Several sites side by side; at each, people take and return rings while the core, the publisher or both are killed, and
after each restart the three histories are judged.
"""

import argparse
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.campaigns.aims import Plan, aim, at_random
from tests.campaigns.forgetful import library
from tests.campaigns.hand import Hand
from tests.campaigns.judge import COUNTED_AS_WRONG, Histories, findings
from tests.campaigns.lanes import side_by_side
from tests.campaigns.moments import NAMED, Death, Interval, where
from tests.campaigns.place import PATIENCE_S, Place

LANES = 3
PER_SITE = 150
"""After so many kills a site makes room for a fresh one: each is judged from its beginning."""

MOST_LATE = 0.1
"""So many of the stories may end because something in them was late."""


@dataclass
class Tally:
    """What there is to do and what was done, for all sites."""

    each: int
    random: int
    seconds: float
    seed: int = 1
    aimed: Counter[Interval] = field(default_factory=Counter)
    by_chance: Counter[Interval] = field(default_factory=Counter)
    victims: Counter[str] = field(default_factory=Counter)
    survived: int = 0
    stories: int = 0
    late: int = 0
    """Stories that ended early because what they waited for did not come in time."""
    slow_lines: int = 0
    """Lines that were lost because a busy machine answered late on them."""
    forgotten: int = 0
    """Writes that a disk forgot."""
    findings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Counter[Interval | None] = Counter()
        self._began_s = time.monotonic()

    def next(self, random: Random) -> tuple[Interval | None, Plan] | None:
        """What to try next: an interval that lacks kills, or any time (None); None when it is over."""
        with self._lock:
            if self.findings or self.seconds_left <= 0:
                return None
            lacking: list[Interval | None] = [
                each for each in NAMED if self.aimed[each] + self._under_way[each] < self.each
            ]
            lacking += [None] if self.by_chance.total() + self._under_way[None] < self.random else []
            if not lacking:
                return None
            chosen = random.choice(lacking)
            self._under_way[chosen] += 1
            return chosen, at_random(random) if chosen is None else aim(chosen, random)

    def note(
        self, target: Interval | None, fell: Interval | None, victims: tuple[str, ...], *, late: bool = False
    ) -> None:
        """One try is over; ``fell`` is None if nobody died."""
        with self._lock:
            self._under_way[target] -= 1
            self.stories += 1
            self.late += late
            if fell is None:
                self.survived += 1
                return
            (self.by_chance if target is None else self.aimed)[fell] += 1
            self.victims["+".join(victims)] += 1

    @property
    def seconds_left(self) -> float:
        """Of the budget."""
        return self.seconds - (time.monotonic() - self._began_s)

    @property
    def is_complete(self) -> bool:
        """Whether everything was tried that was to be tried."""
        return all(self.aimed[each] >= self.each for each in NAMED) and self.by_chance.total() >= self.random

    @property
    def is_in_time(self) -> bool:
        """Whether nearly all that was waited for came in time: what never comes is late, too."""
        return self.late <= max(3, self.stories * MOST_LATE)

    def report(self) -> str:
        """What was done, and where the kills fell."""
        total, spent = self.aimed.total() + self.by_chance.total(), self.seconds - self.seconds_left
        lines = [f"kills: {total} in {spent:.0f} s, seed {self.seed}; {dict(self.victims)}; {self.survived} missed"]
        lines.append(f"  {'where they fell':<46} aimed  random")
        for each in Interval:
            bar = "#" * (self.aimed[each] + self.by_chance[each])
            lines.append(f"  {each.value:<46} {self.aimed[each]:5}  {self.by_chance[each]:6}  {bar[:60]}")
        lines += [f"  {self.forgotten} writes forgotten by the disk"] if self.forgotten else []
        lines += [f"  {self.late} of {self.stories} stories ended because something was late"] if self.late else []
        lines += [f"  {self.slow_lines} lines were too slow on this machine"] if self.slow_lines else []
        lines.append(f"  findings: {len(self.findings)}")
        return "\n".join([*lines, *(f"    {each}" for each in self.findings[:20]), ""])


def campaign(tally: Tally, lanes: int, core: str = "core", *, on_forgetful_disk: bool = False) -> Tally:
    """Kill until the tally is content, at so many sites side by side; with a disk that forgets, cut the power."""
    with tempfile.TemporaryDirectory(prefix="kc-layer-") as folder:
        layer = library(Path(folder)) if on_forgetful_disk else None
        make = lambda: Place(core, layer)  # noqa: E731
        side_by_side(lanes, tally.seed, lambda random: _one_site(tally, random, make), tally.findings)
    return tally


def _one_site(tally: Tally, random: Random, make: Callable[[], Place]) -> bool:
    """Kills at one site; whether there is more to do."""
    with make() as place:
        hand = Hand(place, random)
        for _ in range(PER_SITE):
            todo = tally.next(random)
            if todo is None:
                break
            fell, victims = one_kill(place, hand, todo[1], random)
            tally.note(todo[0], fell, victims, late=hand.was_late)
            tally.findings += judged(place, hand)
        tally.forgotten += place.disk.dropped if place.disk else 0
        tally.slow_lines += sum(row["type"] == "device.lost" for row in place.image().rows)
        tally.findings += last_look(place)
    return todo is not None


def one_kill(place: Place, hand: Hand, plan: Plan, random: Random) -> tuple[Interval | None, tuple[str, ...]]:
    """One story with one kill in it, and everything up and in its place again; where it fell, and who died."""
    hand.play(plan)
    victims = tuple(name for name, child in place.running.items() if child.is_dead())
    if plan.freeze and "mqtt" not in victims:
        place.running["mqtt"].send_signal(signal.SIGCONT)
    for name in victims:
        place.running.pop(name).wait(5)
    if "core" in victims and place.disk:
        place.disk.cut(random)
    if victims == ("mqtt",):
        place.ear.say("test/everything-before-this-was-heard", b"", retain=False)
    heard, image = frozenset(place.ear._came), place.image()
    facts = [fact for fact in place.look() if fact["seq"] > hand.since_fact]
    fell = where(Death(facts, hand.slot, hand.since_row, image, heard)) if victims else None
    if "core" in victims:
        hand.in_the_dark(removal_is_written=image.last("ring.taken", hand.since_row) is not None)
        place.start_core()
    if "mqtt" in victims:
        place.start("mqtt")
    hand.tidy()
    return fell, victims


def judged(place: Place, hand: Hand) -> list[str]:
    """Hold the histories against each other, once stream and books have come to rest."""
    status = place.status()
    place.until(lambda: place.witness.last >= status["head"]["seq"], "the stream's catching up", PATIENCE_S)
    hanging = {slot["slot"]: str(slot["ring"]) for slot in place.simulator.status()["slots"] if slot["ring"]}
    image = place.image()
    if image.cursor > max(place.ear._came, default=0):
        return [f"lost: the cursor is at {image.cursor}, and no subscriber heard that row"]
    shown, undone = list(place.witness.shown), frozenset(hand.undone)
    histories = Histories(place.look(), shown, image, hanging, status, undone, hand.hands, COUNTED_AS_WRONG)
    return findings(histories) + place.witness.contradictions


def last_look(place: Place) -> list[str]:
    """At the end: a subscriber has heard every row as it is written, in order, repeats marked; the file is whole."""
    head = place.status()["head"]["seq"]
    place.ear.wait_for_rows(*range(1, head + 1), within=PATIENCE_S)
    place.kill("core")
    place.running.pop("core").wait(5)
    image = place.image()
    written = {row["seq"]: row["hash"] for row in image.rows}
    found, newest = list(image.faults), 0
    for event in place.ear.events():
        seq = event["sequence"]
        if written.get(seq) != event["data"]["hash"]:
            found.append(f"invented: event {seq} at the broker is not a row of the ledger")
        if seq > newest + 1:
            found.append(f"lost: event {seq} was heard after {newest}")
        if seq <= newest and not event["replayed"]:
            found.append(f"invented: event {seq} came again and was not marked")
        newest = max(newest, seq)
    return found


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description="Kill the core and the publisher of running sites, and judge.")
    parser.add_argument("--count", type=int, default=2000, help="kills in all; half of them at random")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--lanes", type=int, default=LANES, help="sites side by side")
    parser.add_argument("--core", default="core", choices=["core", "hasty"])
    given = parser.parse_args()
    each = max(given.count // 2 // len(NAMED), 1)
    tally = Tally(each, given.count - each * len(NAMED), given.seconds, given.seed)
    campaign(tally, given.lanes, given.core)
    sys.stdout.write(tally.report())
    return 1 if tally.findings or not (tally.is_complete and tally.is_in_time) else 0


if __name__ == "__main__":
    raise SystemExit(main())
