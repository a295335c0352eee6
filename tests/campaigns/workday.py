"""A day at a cabinet in one process: the real store and controller, people who take and return, and a power cut.

What it acknowledges or does it says first-hand, a line each, in ``workday.log``; SEED and HANGING come from outside.
"""

import os
import sys
from pathlib import Path
from random import Random

from keycabinet.clock import SystemClock
from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.books import In
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    DeviceReady,
    DoorRead,
    Event,
    KeyPressed,
    TagsRead,
)
from keycabinet.domain.state import Cabinet
from keycabinet.store import Change, Store
from tests.builders import PINS, SLOTS, ZONE, a_layout, tags
from tests.fakes import FakeChecker, FakeReserve, nothing_waits

BOOT = "boot-1"
RINGS = range(1, 6)


def say(*words: object) -> None:
    """One line, in the kernel's hands when this returns."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Workday:
    """The ports of the controller, and the hands that pull and push."""

    def __init__(self, store: Store, hanging: set[int], random: Random) -> None:
        self._store, self._hanging, self._random = store, hanging, random
        self._answers: list[Event] = []
        self._loose: set[int] = set()
        hardware = Hardware(slots=dict.fromkeys(SLOTS, self), displays=(self,))
        clock = SystemClock(not_before=store.newest_at())
        outside = Outside(self, hardware, FakeChecker(self._answers.append), clock, ZONE, FakeReserve(), nothing_waits)
        self._controller = Controller(Cabinet(a_layout(), books=store.books()), store.directory(), outside, Inbox())

    def begin(self) -> None:
        """Start, and hear every device."""
        self._controller.start("1")
        self._tell(BoltsRead(SLOTS, home=True), DoorRead(is_open=False))
        self._tell(*(ContactRead(slot, slot in self._hanging) for slot in SLOTS), DeviceReady("pins"))
        self._tell(TagsRead("bank1", tags(*self._hanging)), DeviceReady("bank1"), DeviceReady("panel"))
        custody = self._controller.cabinet.books.custody
        say("booked", *(ring for ring in RINGS if isinstance(custody[f"r{ring}"], In)))

    def work(self) -> None:
        """Somebody takes a ring or brings one back, until the power fails."""
        while True:
            ring = self._random.choice(RINGS)
            self._take(ring) if ring in self._hanging else self._bring(ring)
            if self._random.random() < 0.5:
                self._store.move_cursor("mqtt", self._store.head.seq)
                say("cursor", self._store.head.seq)

    def _take(self, ring: int) -> None:
        code = self._random.choice(["1001", "1002"])
        self._press(f"{code}#{PINS[code]}#{ring}#")
        if ring in self._loose and self._random.random() < 0.8:
            self._move(ring, there=False)
        self._press("***")
        self._loose.clear()
        self._tell(BoltsRead(SLOTS, home=True))

    def _bring(self, ring: int) -> None:
        self._move(ring, there=True)

    def _move(self, ring: int, *, there: bool) -> None:
        say("inserted" if there else "pulled", ring)
        (self._hanging.add if there else self._hanging.discard)(ring)
        self._tell(ContactRead(ring, there), TagsRead("bank1", tags(*self._hanging)))

    def _press(self, keys: str) -> None:
        self._tell(*map(KeyPressed, keys))

    def _tell(self, *events: Event) -> None:
        for event in events:
            self._controller.handle(event)
            while self._answers:
                self._controller.handle(self._answers.pop(0))

    # ---- the ports

    def commit(self, change: Change, moment) -> None:
        """To the store; what it returns for is acknowledged."""
        for row in self._store.commit(change, moment):
            say("row", row.seq, row.hash)

    def recover(self) -> bool:
        """The store is whole, or the power is off."""
        return self._store.recover()

    def release(self, slot: int) -> None:
        """The coil moves."""
        say("coil", slot)
        self._loose.add(slot)
        self._answers += [BoltsRead(SLOTS, home=False), CoilPulsed(slot)]

    def show(self, lines: tuple[str, ...]) -> None:
        """The display."""
        say("text", lines[0])


def main(folder: Path) -> int:
    """Work at the cabinet whose store is in this folder."""
    hanging = {int(ring) for ring in os.environ["HANGING"].split()}
    with Store.open(folder / "cabinet.db", BOOT) as store:
        day = Workday(store, hanging, Random(int(os.environ["SEED"])))
        day.begin()
        day.work()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
