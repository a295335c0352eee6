"""Power cuts: ``python -m tests.campaigns.cuts --count 500 --seconds 600 --seed 1``.

Store and controller in one process on a disk that forgets; after each cut the file is held against everything that
the process had acknowledged, shown or done.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from keycabinet.domain.books import Books
from keycabinet.store import Reader, Store
from keycabinet.store.upgrade import create
from tests.builders import NOON, a_directory
from tests.campaigns.forgetful import Disk, library
from tests.campaigns.image import Image, image_of_the_dead
from tests.campaigns.nursery import Nursery
from tests.campaigns.workday import BOOT, RINGS
from tests.store.builders import enrolling

LONGEST_S = 0.25
MOST_CALLS = 500


@dataclass
class Cuts:
    """What was done, and what was found."""

    seed: int
    normal: bool = False
    cuts: int = 0
    seconds: float = 0.0
    how: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    coils: int = 0
    dropped: int = 0
    lossy: int = 0
    """Cuts after which something acknowledged or done was gone."""
    findings: list[str] = field(default_factory=list)

    def report(self) -> str:
        """What the campaign did."""
        disk = "a disk that syncs the WAL as synchronous=NORMAL does" if self.normal else "synchronous=FULL"
        found = [f"    {each}" for each in self.findings[:10]]
        head = f"power cuts: {self.cuts} in {self.seconds:.0f} s, seed {self.seed}, {disk}; {dict(self.how)}"
        told = f"  {self.acknowledged} rows acknowledged, {self.coils} latches opened, {self.dropped} writes forgotten"
        return "\n".join(
            [head, told, f"  cuts that lost something: {self.lossy}; findings: {len(self.findings)}", *found, ""]
        )


def campaign(count: int, seconds: float, seed: int, *, normal: bool = False) -> Cuts:
    """So many cuts, or as many as there is time for, of one cabinet; after a loss, of a fresh one."""
    done, random, began = Cuts(seed, normal), Random(seed), time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kc-cuts-")))
        layer = library(folder)
        nursery = stack.enter_context(Nursery({"LD_PRELOAD": str(layer)}))
        cabinet = _Cabinet(folder / "cabinet", layer)
        while done.cuts < count and time.monotonic() - began < seconds:
            lost = list(cabinet.cut(nursery, random, done))
            done.cuts += 1
            done.lossy += bool(lost)
            done.findings += lost
            if lost:
                cabinet = _Cabinet(folder / f"cabinet-{done.cuts}", layer)
    done.seconds = time.monotonic() - began
    return done


class _Cabinet:
    """A store on a disk, and the world around it."""

    def __init__(self, folder: Path, layer: Path) -> None:
        folder.mkdir()
        self._folder, self._path = folder, folder / "cabinet.db"
        create(self._path, demo=True, at=NOON.utc)
        directory = a_directory()
        people, rings = tuple(directory.people.values()), tuple(directory.rings.values())
        with Store.open(self._path, BOOT) as store:
            store.commit(replace(enrolling(people, rings, Books()), rights=directory.rights), NOON)
        self._disk = Disk(folder, "cabinet.db", layer)
        self._hanging = set(RINGS)
        self._image = image_of_the_dead(self._path)

    def cut(self, nursery: Nursery, random: Random, done: Cuts) -> Iterator[str]:
        """One life and its end; what is wrong with what it left."""
        at_a_call = random.random() < 0.5
        cut_at = random.randint(1, MOST_CALLS) if at_a_call else 0
        environment = self._disk.environment(cut_at=cut_at, normal=done.normal, preload=False)
        begun_with = " ".join(map(str, sorted(self._hanging)))
        log = f"life-{done.cuts}"
        environment |= {"SEED": str(random.random())[2:], "HANGING": begun_with}
        life = nursery.start("workday", self._folder, log, **environment)
        life.is_dead(10 if at_a_call else random.uniform(0.01, LONGEST_S))
        life.send_signal(signal.SIGKILL)
        assert life.wait(5) == -signal.SIGKILL, (self._folder / f"{log}.log").read_text()[-2000:]
        said = [line.split() for line in (self._folder / f"{log}.log").read_text().splitlines()]
        dropped = self._disk.dropped
        done.how[f"{'at a call' if at_a_call else 'at any time'}, {self._disk.cut(random)} lost"] += 1
        done.dropped += self._disk.dropped - dropped
        before, self._image = self._image, image_of_the_dead(self._path)
        done.acknowledged += sum(words[0] == "row" for words in said)
        done.coils += sum(words[0] == "coil" for words in said)
        yield from self._image.faults
        yield from judged(said, before, self._image)
        yield from self._books(said, begun_with)

    def _books(self, said: list[list[str]], begun_with: str) -> Iterator[str]:
        for words in said:
            if words[0] == "booked" and " ".join(words[1:]) != begun_with:
                yield f"books: rings {words[1:]} are booked in, {begun_with} hang there"
            if words[0] in {"pulled", "inserted"}:
                (self._hanging.discard if words[0] == "pulled" else self._hanging.add)(int(words[1]))
        with tempfile.TemporaryDirectory(prefix="kc-books-") as folder:
            for file in self._folder.glob("cabinet.db*"):
                shutil.copy(file, folder)
            copy = Path(folder) / "cabinet.db"
            with Store.open(copy, BOOT) as store, Reader.open(copy) as reader:
                if store.books() != reader.rebuild():
                    yield "books: the tables are not what the ledger tells"


def judged(said: list[list[str]], before: Image, after: Image) -> Iterator[str]:
    """What a process had said, held against the file that it left."""
    written = {row["seq"]: row["hash"] for row in after.rows}
    for row in before.rows:
        if written.get(row["seq"]) != row["hash"]:
            yield f"lost: row {row['seq']} was there before this life"
    started = len(before.rows)
    for words in said:
        if words[0] == "row" and written.get(int(words[1])) != words[2]:
            yield f"lost: row {words[1]} was acknowledged"
        if words[0] == "cursor" and after.cursor < int(words[1]):
            yield f"lost: the cursor was at {words[1]} and is at {after.cursor}"
    yield from _counted(said, after, started, "release.intended", "latch", lambda words: words[0] == "coil")
    yield from _counted(said, after, started, "ring.taken", "lost", lambda words: words[-1] == "TAKEN")


def _counted(said: list[list[str]], after: Image, started: int, kind: str, name: str, is_one) -> Iterator[str]:
    """Each of these words, which end with or are followed by a slot, has a row of its own of this type and slot."""
    rows = Counter(str(row["said"]["slot"]) for row in after.rows if row["type"] == kind and row["seq"] > started)
    done = Counter(next(word for word in words if word.isdecimal()) for words in said if is_one(words))
    for slot, count in done.items():
        if count > rows[slot]:
            yield f"{name}: {count} times at slot {slot}, and {rows[slot]} rows say {kind}"


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description="Cut the power of a cabinet, and hold its file against what it said.")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=900.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--normal", action="store_true", help="on a disk that syncs the WAL as synchronous=NORMAL does")
    given = parser.parse_args()
    done = campaign(given.count, given.seconds, given.seed, normal=given.normal)
    sys.stdout.write(done.report())
    return 1 if done.findings or done.cuts < given.count else 0


if __name__ == "__main__":
    raise SystemExit(main())
