"""What a decision costs at size: ``python -m tests.bench.decisions [--rows N]``, and part of ``make bench``.

A decision is a whole step: somebody who is logged in has typed the number of a slot, and the core answers the last key
with a release. *Rules* is the step with what display and lamps show and the next deadline, without I/O; *recorded* is
the same through the controller, with its commit to a store on this disk. Both are measured in turn, in the same run, at
a cabinet of 10 people, 10 rings and an empty ledger and at one of 10,000 people, 2,000 rings and a long ledger.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from keycabinet.clock import boot_id
from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.books import Books
from keycabinet.domain.cabinet import next_deadline, step
from keycabinet.domain.entries import (
    Entry,
    Evidence,
    LoginGranted,
    Reason,
    ReleaseIntended,
    ReleaseRefused,
    RingFound,
    RingTaken,
)
from keycabinet.domain.events import BoltsRead, DeviceReady, DoorRead, KeyPressed, PulseRefused, TagsRead
from keycabinet.domain.moment import Moment
from keycabinet.domain.screen import lights, screen
from keycabinet.domain.seen import Seen
from keycabinet.domain.state import Cabinet, Facts
from keycabinet.domain.states import Choosing
from keycabinet.roster import Site
from keycabinet.roster.enrol import prepare
from keycabinet.store import Change, Store
from keycabinet.store.upgrade import create
from tests.bench.rights import LARGE, SMALL, WEDNESDAY, Size, directory, files, numbered
from tests.builders import NOON, ZONE, a_layout
from tests.fakes import FakeChecker, FakeClock, FakePanel, FakeReserve, nothing_waits

ROUNDS, BATCH, RECORDED = 101, 20, 150
MOST_RATIO = 1.1
SHORT, LONG = 100_000, 2_000_000
ROWS_AT_ONCE = 20_000
ASKER, SLOT = "n0", 1
MANY_OUT = 200
MOMENT = Moment(WEDNESDAY.utc, NOON.elapsed)


@dataclass(frozen=True)
class Asked:
    """A cabinet at which somebody is about to press the key that decides."""

    cabinet: Cabinet
    facts: Facts


def asked(size: Size, out: int = 1) -> Asked:
    """All devices are heard, so many rings are out, and all others hang in their slots."""
    known, slots = directory(size), frozenset(range(1, size.rings + 1))
    facts = Facts(MOMENT, ZONE, known, "fresh")
    hanging = slots - away(size, out)
    cabinet = Cabinet(
        a_layout(slots),
        books=Books().fold(beginning(size, out), MOMENT.utc),
        seen=Seen(contacts={slot: slot in hanging for slot in slots}),
    )
    tags = frozenset(known.ring_of_home[slot].tag for slot in hanging)
    bolts, door = BoltsRead(slots, home=True), DoorRead(is_open=False)
    ready = [DeviceReady(device) for device in ("pins", "bank1", "panel")]
    for event in (bolts, door, TagsRead("bank1", tags), *ready):
        cabinet, _ = step(cabinet, event, facts)
    typed = Choosing(ASKER, str(SLOT), MOMENT.elapsed + timedelta(minutes=1))
    return Asked(replace(cabinet, session=typed), facts)


def away(size: Size, out: int) -> frozenset[int]:
    """The last so many slots, whose rings are out."""
    return frozenset(range(size.rings - out + 1, size.rings + 1))


def beginning(size: Size, out: int) -> list[Entry]:
    """Where the rings of this size are, once they are enrolled."""
    known = directory(size)
    entries: list[Entry] = []
    for slot, ring in known.ring_of_home.items():
        entries.append(RingFound(ring.id, slot, Evidence.TAG_READ))
        if slot in away(size, out):
            due = MOMENT.utc + timedelta(hours=8)
            holder = list(known.people)[-1 - slot % (size.people - 1)]
            entries.append(ReleaseIntended(f"old{slot}", holder, ring.id, slot, due))
            entries.append(RingTaken(f"old{slot}", ring.id, slot, holder, Evidence.TAG_READ, due))
    return entries


def rules_us(site: Asked) -> float:
    """Microseconds of one step with all that follows from it, but for the recording."""
    before = time.perf_counter_ns()
    for _ in range(BATCH):
        cabinet, effects = step(site.cabinet, KeyPressed("#"), site.facts)
        screen(cabinet, site.facts)
        lights(cabinet, site.facts)
        next_deadline(cabinet, site.facts)
    spent = time.perf_counter_ns() - before
    assert isinstance(effects.entries[-1], ReleaseIntended), effects
    return spent / BATCH / 1000


def in_turn(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The middle of each of these, measured in turn."""
    spent: list[list[float]] = [[] for _ in measures]
    gc.disable()
    for _ in range(rounds):
        for samples, measure in zip(spent, measures, strict=True):
            samples.append(measure())
    gc.enable()
    return [median(samples) for samples in spent]


class Recorded:
    """A controller over a store on the disk, at which somebody takes and cancels."""

    def __init__(self, store: Store, size: Size) -> None:
        panel, site, self._store = FakePanel(), asked(size), store
        slots = site.cabinet.layout.latches
        hardware = Hardware(dict.fromkeys(slots, panel), dict.fromkeys(slots, panel), (panel,), (panel,), (panel,))
        cabinet = replace(site.cabinet, books=store.books())
        outside = Outside(
            store, hardware, FakeChecker(lambda _: None), FakeClock(MOMENT), ZONE, FakeReserve(), nothing_waits
        )
        self._controller = Controller(cabinet, site.facts.directory, outside, Inbox())

    def decision_us(self) -> float:
        """Microseconds from the key to the pulse that is ordered, all of it durable."""
        seq, before = self._store.head.seq, time.perf_counter_ns()
        self._controller.handle(KeyPressed("#"))
        spent = time.perf_counter_ns() - before
        assert self._store.head.seq > seq
        for event in (KeyPressed("*"), PulseRefused(SLOT, "withdrawn"), KeyPressed(str(SLOT))):
            self._controller.handle(event)
        return spent / 1000


def a_store(path: Path, size: Size, rows: int) -> Store:
    """A store with people, rings and rights of this size and a ledger of so many rows, chained by the store itself."""
    create(path, demo=True, at=MOMENT.utc)
    store = Store.open(path, boot_id())
    ready = prepare(store.directory(), files(size), Site(size.rings, ZONE, 8), None, numbered())
    enrolled = Books().fold(ready.change.entries, MOMENT.utc)
    store.commit(replace(ready.change, after=enrolled), MOMENT)
    found = beginning(size, 1)
    books = enrolled.fold(found, MOMENT.utc)
    store.commit(Change(tuple(found), enrolled, books), MOMENT)
    people = list(ready.plan.directory.people)
    while (missing := rows - store.head.seq) > 0:
        store.commit(Change(tuple(_history(people, min(missing, ROWS_AT_ONCE))), books, books), MOMENT)
    return store


def report(rows: int) -> Iterator[str]:
    """The figures, with what they are held against."""
    few, many, loaded = (asked(*each) for each in ((SMALL,), (LARGE,), (LARGE, MANY_OUT)))
    small, large, full = in_turn(ROUNDS, *(lambda site=each: rules_us(site) for each in (few, many, loaded)))
    yield f"rules of a decision: {small:.0f} us with {SMALL.people} people, {large:.0f} us with {LARGE.people:,} people"
    yield f"  and {LARGE.rings:,} rings: ratio {large / small:.2f} (at most {MOST_RATIO});"
    yield f"  {full:.0f} us if {MANY_OUT} rings are out instead of one"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stores = [
            stack.enter_context(a_store(Path(folder) / f"{size.people}.db", size, length))
            for size, length in ((SMALL, 0), (LARGE, rows))
        ]
        sites = [Recorded(store, size) for store, size in zip(stores, (SMALL, LARGE), strict=True)]
        small, large = in_turn(RECORDED, *(site.decision_us for site in sites))
    yield f"decided and recorded: {small / 1000:.2f} ms with an empty ledger, {large / 1000:.2f} ms with {rows:,} rows:"
    yield f"  ratio {large / small:.2f} (at most {MOST_RATIO})"


def _history(people: list[str], rows: int) -> Iterator[Entry]:
    """Rows that leave the books as they are."""
    for number in range(rows // 2):
        person = people[number % len(people)]
        yield LoginGranted(person)
        yield ReleaseRefused(person, SLOT, Reason.NO_RIGHT, None)
    yield from (LoginGranted(people[0]) for _ in range(rows % 2))


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=LONG, help=f"rows of the long ledger; {LONG:,}")
    for line in report(options.parse_args().rows):
        sys.stdout.write(line + "\n")
