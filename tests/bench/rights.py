"""What rights cost at size: ``python -m tests.bench.rights``, and part of ``make bench``.

A decision is ``may_take`` with a right, a schedule, limits and a pair to look at, in a directory of 10 people and in
one of 10,000; both are measured in turn, in the same run, and their middles compared (whole steps, recorded ones too,
are in ``decisions``). The import is that of the same files that people would write, from text to a commit. It gives
nobody a PIN; what those cost afterwards is measured on its own.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from statistics import median

from keycabinet.clock import SystemClock, boot_id
from keycabinet.credentials import Hasher
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.domain.people import Pin
from keycabinet.domain.policy import Granted, Holdings, may_take
from keycabinet.domain.schedule import When
from keycabinet.roster import CsvFile, Files, Plan, Site, plan
from keycabinet.roster.enrol import prepare
from keycabinet.roster.tags import check_byte
from keycabinet.store import Store
from keycabinet.store.upgrade import create
from tests.builders import ZONE

ROUNDS, BATCH = 101, 500
MOST_RATIO, MOST_IMPORT_S = 1.1, 30.0
WEDNESDAY = When(datetime(2026, 3, 4, 18, tzinfo=UTC), ZONE)
SCHEDULES = "name,mon,tue,wed,thu,fri,sat,sun,holiday\ndays" + ",06:00-14:00;14:00-22:00" * 7 + ",closed\n"


@dataclass(frozen=True)
class Size:
    """How much is enrolled; a person is in three groups, a ring in two."""

    people: int
    rings: int
    rights: int

    @property
    def groups(self) -> int:
        """Of people, and as many of rings."""
        return max(10, min(500, self.people // 4))


SMALL, LARGE = Size(10, 10, 30), Size(10_000, 2_000, 50_000)


def files(size: Size) -> Files:
    """The roster of this size as people write it."""
    texts = {
        "people": ["code,name,class,role,groups,valid_from,valid_until,suspended", *_people(size)],
        "rings": ["number,name,category,tag,home_slot,groups,due,keys,seal", *_rings(size)],
        "rights": ["people_group,ring_group,schedule", *_rights(size)],
        "limits": ["applies_to,who,rings", "class,merit,5", "group,p0,4"],
        "pairs": ["ring,other_ring", "1,2"],
    }
    found = {name: CsvFile(f"{name}.csv", "\n".join(lines) + "\n") for name, lines in texts.items()}
    return Files(**found, schedules=CsvFile("schedules.csv", SCHEDULES))


@cache
def directory(size: Size) -> Directory:
    """The directory that these files become."""
    planned = plan(Directory(), files(size), Site(size.rings, ZONE, 8), numbered())
    assert isinstance(planned, Plan), planned[:3]
    return planned.directory


def numbered() -> Callable[[], str]:
    """Ids in order: ``n0``, ``n1`` ..."""
    ids = count()
    return lambda: f"n{next(ids)}"


def decisions() -> tuple[float, float]:
    """Microseconds of a decision among few and among many: the middle of batches that were measured in turn."""
    sites = [_asked(directory(size)) for size in (SMALL, LARGE)]
    spent: list[list[float]] = [[], []]
    gc.disable()
    for _ in range(ROUNDS):
        for samples, site in zip(spent, sites, strict=True):
            samples.append(_batch(*site))
    gc.enable()
    few, many = (median(samples) for samples in spent)
    return few, many


def import_s(folder: Path) -> float:
    """Seconds from the text of all files to the commit."""
    size = LARGE
    imported = files(size)
    create(folder / "big.db", demo=True, at=datetime.now(UTC))
    clock = SystemClock()
    with Store.open(folder / "big.db", boot_id()) as store:
        before = time.perf_counter()
        ready = prepare(store.directory(), imported, Site(size.rings, ZONE, 8), None, numbered())
        moment = clock.now()
        store.commit(replace(ready.change, after=Books().fold(ready.change.entries, moment.utc)), moment)
        return time.perf_counter() - before


def pin_s() -> float:
    """Seconds of one PIN that is issued."""
    hasher, samples = Hasher(b"p" * 32), []
    for _ in range(20):
        before = time.perf_counter()
        hasher.issue("p", Pin("123456"))
        samples.append(time.perf_counter() - before)
    return median(samples)


def report() -> Iterator[str]:
    """The figures, with what they are held against."""
    few, many = decisions()
    yield f"a decision: {few:.2f} us with {SMALL.people} people, {many:.2f} us with {LARGE.people:,} people,"
    yield f"  {LARGE.rings:,} rings and {LARGE.rights:,} rights: ratio {many / few:.2f} (at most {MOST_RATIO})"
    with tempfile.TemporaryDirectory() as folder:
        took = import_s(Path(folder))
    yield f"import of that size, text to commit: {took:.1f} s (at most {MOST_IMPORT_S:.0f}),"
    yield f"  and afterwards {1000 * pin_s():.0f} ms for each PIN that is issued"


def _asked(site: Directory) -> tuple[Directory, Holdings]:
    """A directory, and what the person who will ask holds among all others who hold something."""
    rings = list(site.rings)
    people = list(site.people)
    return site, {person: frozenset({ring}) for person, ring in zip(people[3:], rings[3:], strict=False)}


def _batch(site: Directory, holdings: Holdings) -> float:
    person, ring = site.person_of_code["10000"], site.ring_of_number["1"]
    assert isinstance(may_take(person, ring, site, WEDNESDAY, holdings), Granted)
    before = time.perf_counter_ns()
    for _ in range(BATCH):
        may_take(person, ring, site, WEDNESDAY, holdings)
    return (time.perf_counter_ns() - before) / BATCH / 1000


def _people(size: Size) -> Iterator[str]:
    for number in range(size.people):
        groups = ";".join(f"p{(number + step) % size.groups}" for step in range(3))
        role = "security_electronics_administrator" if number == 1 else "staff"
        yield f"{10_000 + number},Person {number},merit,{role},{groups},,,no"


def _rings(size: Size) -> Iterator[str]:
    for number in range(1, size.rings + 1):
        body = b"\x01" + number.to_bytes(6, "big")
        tag = (body + bytes([check_byte(body)])).hex().upper()
        groups = ";".join(f"k{(number - 1 + step) % size.groups}" for step in range(2))
        yield f"{number},Ring {number},security,{tag},{number},{groups},8h,3,"


def _rights(size: Size) -> Iterator[str]:
    for number in range(size.rights):
        people, rings = number % size.groups, (number // size.groups + number) % size.groups
        yield f"p{people},k{rings},days"


if __name__ == "__main__":
    for line in report():
        sys.stdout.write(line + "\n")
