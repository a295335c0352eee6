"""Holds a core against what a fault may and may not do to it, by what ledger and world tell since ``begin``."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from firmware_sim.ledger_client import ask, read_ledger
from tests.e2e.site import Site
from tests.simulator import Simulator, wait_until
from tests.waiting import Late

NAMED_WITHIN_S = BACK_WITHIN_S = 5.0
OUT = 5
"""The slot whose ring is out all the time."""
MOVES = ("ring.taken", "ring.returned", "ring.missing", "ring.found", "ring.moved")
OPENS = ("release.intended", "return.offered")
NAMES = ("release.refused", "tag.foreign", "tag.refused", "door.forced", "alarm.raised", "device.lost")
SLOW_LINES = {"line_silent", "garbled", "unasked", "reader_fault"}
"""What a line is called, and the alarm over it, that answers late because the machine is busy."""
AT_REST = ["in"] * 4 + ["out", "in", "in", "empty"]


class Judge:
    """One site at rest: rings 1-7 in their slots, but for one that is out."""

    def __init__(self) -> None:
        self.site = Site(pulse_ms="100", pause_ms="100", rest_ms="500")
        self._from = 1
        self._since = 0

    def open(self) -> "Judge":
        self.site.__enter__()
        self.site.log_in("1042")
        self.site.take(OUT)
        self.sim.press("*")
        self.sim.door("close")
        wait_until(self.is_at_rest, 10, "a cabinet at rest")
        return self

    def close(self) -> None:
        self.site.close()

    @property
    def sim(self) -> Simulator:
        return self.site.simulator

    # ---- what is

    def status(self) -> dict[str, Any]:
        return ask(self.site.folder, "status")

    def states(self) -> list[str]:
        """The state of every slot, in order."""
        return [slot["state"] for slot in self.status()["slots"]]

    def is_at_rest(self) -> bool:
        found = self.status()
        quiet = not found["silent"] and not found["alarms"] and not found["session"]
        return quiet and found["door"] == "locked" and self.states() == AT_REST

    def comes_to_rest(self) -> bool:
        """Whether it is at rest, or will be in a moment: a text that is shown, a door whose release runs out."""
        try:
            wait_until(self.is_at_rest, 12)
        except Late:
            return False
        return True

    def trouble(self) -> str:
        found = self.status()
        return (
            f"silent {found['silent']}, alarms {[(a['kind'], a['subject']) for a in found['alarms']]}, {self.states()}"
        )

    # ---- what happened

    def begin(self) -> None:
        """What happened until now belongs to no fault of this cell."""
        self._from = self.status()["head"]["seq"] + 1
        self._since = self.sim.mark()

    def rows(self, *types: str) -> list[dict]:
        """What the ledger has told since ``begin``."""
        return [row for row in read_ledger(self.site.folder, self._from) if not types or row["type"] in types]

    def wait_for(self, row_type: str, within: float = NAMED_WITHIN_S, **body: object) -> dict:
        """The first row of this type and with these words since ``begin``."""
        deadline = time.monotonic() + within
        while True:
            for row in self.rows(row_type):
                if body.items() <= row["body"].items():
                    return row
            if time.monotonic() >= deadline:
                told = [(row["type"], row["body"]) for row in self.rows()]
                raise Late(f"{row_type} {body} did not come within {within} s, but {told}")

    def pulses(self) -> list[object]:
        """Which coils were on since ``begin``."""
        return [row["slot"] for row in self.sim.journal("coil_on", since=self._since)]

    def moves(self) -> list[tuple[str, int]]:
        """What the ledger has told of rings since ``begin``, with the slot."""
        return [(row["type"], row["body"]["slot"]) for row in self.rows(*MOVES)]

    def told(self) -> Counter[tuple[str, ...]]:
        """What the ledger has claimed since ``begin``, and how often, but for lines that were slow."""
        claims = (row for row in self.rows(*MOVES, *OPENS, *NAMES))
        said = ((row["type"], *_words(row["body"])) for row in claims)
        return Counter(each for each in said if not SLOW_LINES & set(each))

    # ---- judgements

    def nothing_was_invented(self) -> None:
        """No ring moved, nothing was opened, and nothing was to be opened."""
        assert self.moves() == []
        assert self.pulses() == []
        assert self.rows("release.intended", "return.offered") == []

    def recovers(self) -> None:
        """Within five seconds all is as before, by itself."""
        try:
            wait_until(self.is_at_rest, BACK_WITHIN_S)
        except Late:
            raise Late(f"not as before within {BACK_WITHIN_S} s: {self.trouble()}") from None

    def stay(self, states: Iterable[str], slots: Iterable[int]) -> None:
        """These slots are said to be nothing but this, now."""
        said = self.states()
        assert {said[slot - 1] for slot in slots} <= set(states), said

    # ---- people

    def open_door(self) -> None:
        """Open the door, if it is not, and have the core see it."""
        if self.sim.status()["door"] != "open":
            self.sim.door("open")
        wait_until(lambda: self.status()["door"] == "open", 5, "the open door")

    def log_in(self) -> None:
        self.site.log_in("1077")

    def log_out(self) -> None:
        self.sim.press("*")
        self.sim.wait_for_text("TYPE YOUR CODE")

    def is_refused(self, slot: int) -> None:
        """Somebody who may have the ring in this slot asks for it, and does not get it, because nobody knows."""
        self.log_in()
        self.sim.press(f"{slot}#")
        row = self.wait_for("release.refused", slot=slot)
        assert row["body"]["reason"] == "slot_unknown"
        self.log_out()


def _words(body: dict[str, Any]) -> Iterator[str]:
    """What a row says that any site would call the same: no ring, whose id is a site's own."""
    yield from (str(body[word]) for word in ("kind", "slot", "reason", "fault", "evidence", "device") if word in body)
    yield from (each for each in (str(body.get("subject", "")),) if each.startswith("slot-"))
