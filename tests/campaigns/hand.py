"""Somebody at the cabinet: takes a ring and brings it back, step by step, until a process dies under their hands."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from random import Random
from typing import Any

from firmware_sim.client import Refused
from tests.campaigns.aims import Plan
from tests.campaigns.judge import SLOW_LINES
from tests.campaigns.place import PATIENCE_S, RINGS, Fell, Place
from tests.campaigns.tracing import traced
from tests.waiting import Late

CODES = ("1042", "1077")
GAP_MS = 12
PAUSED_NS = 40_000_000_000
"""The first pause, and what is left of a story."""


class Hand:
    """One story at a time, with one plan to kill somebody during it."""

    def __init__(self, place: Place, random: Random) -> None:
        self._place, self._sim, self._random = place, place.simulator, random
        self.hands: dict[int, str] = {}
        self.undone: set[int] = set()
        self.was_late = False
        """Whether the last story ended because it waited in vain, and neither a slow line nor a pause was why."""

    def play(self, plan: Plan) -> None:
        """The story, until somebody died or it is over."""
        self._plan = plan
        self.slot, self.code = self._random.randint(1, RINGS), self._random.choice(CODES)
        self.since_row = self._place.witness.last
        facts = self._place.look()
        self.since_fact = facts[-1]["seq"] if facts else 0
        self.killed_at = 0
        self.was_late = False
        self._timers: list[threading.Timer] = []
        with ExitStack() as self._tools:
            try:
                self._tell()
            except Fell:
                pass
            except (Late, Refused):  # the story ends here, without a kill if none came; it is judged like any other
                self.was_late = not (self._was_a_line_slow() or self._is_keypad_paused())
            finally:
                for timer in self._timers:
                    timer.join()

    def _tell(self) -> None:
        self._set_door(self._plan.door)
        self._step("begin")
        self._log_in()
        self._step("asking")
        self._sim.ask("press", keys=f"{self.slot}#", gap_ms=GAP_MS)
        if self._plan.step != "coil":  # who waits for the coil does not trust the row to come first
            self._row("release.intended", slot=self.slot)
            self._step("intended")
        self._fact("coil_on", slot=self.slot)
        self._step("coil")
        self._fact("coil_off", slot=self.slot)
        self._open_released_door()
        self._pull()
        self._step("pulled")
        self._fact("bolt_home", slot=self.slot)
        if self._plan.trace and self._plan.trace.step == "settled":
            self._settle()
            self._step("settled")
        taken = self._row("ring.taken", slot=self.slot)["seq"]
        self._step("taken")
        if not self._plan.freeze:
            self._place.until(lambda: taken in self._place.ear._came, "the event at the broker")
            self._step("heard")
            self._place.until(lambda: self._place.cursor() >= taken, "the cursor")
        self._step("cursor")
        self._put_back()
        self._step("inserted")
        self._row("ring.returned", slot=self.slot)
        self._step("returned")

    def _was_a_line_slow(self) -> bool:
        """Whether a line was lost during this story because a busy machine answered late on it."""
        rows = (it.row for it in self._place.witness.shown if it.row["seq"] > self.since_row)
        return any(row["type"] == "device.lost" and row["body"]["fault"] in SLOW_LINES for row in rows)

    def _is_keypad_paused(self) -> bool:
        """Whether kills while a PIN was compared, which count as wrong ones (R4), have paused the keypad."""
        since = time.monotonic_ns() - PAUSED_NS
        return any(it.row["type"] == "keypad.paused" and it.at > since for it in self._place.witness.shown)

    # ---- killing

    def _step(self, name: str) -> None:
        """Do what the plan says about this step."""
        plan = self._plan
        if plan.freeze and name == "pulled":
            self._place.running["mqtt"].send_signal(signal.SIGSTOP)
        if plan.trace is not None and plan.trace.step == name:
            pid = self._place.running[plan.trace.process].pid
            self._tools.enter_context(traced(pid, plan.trace.thread, plan.trace.inject))
        if plan.step == name:
            timer = threading.Timer(plan.delay_s, self._kill)
            self._timers.append(timer)
            timer.start()
            if plan.step != "begin":
                timer.join()
                raise Fell(name)  # the hand rests: what it does next would be another story

    def _kill(self) -> None:
        self.killed_at = self._place.kill(*self._plan.victims)

    # ---- the acts

    def _log_in(self) -> None:
        pin = self._place.pins[self.code]
        self._sim.ask("press", keys=f"{self.code}#{pin}#", gap_ms=GAP_MS)
        self._row("login.granted")

    def _pull(self) -> None:
        self._sim.pull(self.slot)
        pulled = self._fact("ring_pulled", slot=self.slot)
        self.hands[pulled["seq"]] = self.code

    def _put_back(self) -> None:
        self._sim.insert(self.slot, self.slot)
        self._fact("ring_inserted", slot=self.slot)

    def _settle(self) -> None:
        """The publisher has nothing to say about the pull's neighbours any more."""
        seq = self._place.witness.last
        self._place.until(lambda: self._place.cursor() >= seq, "the cursor before the removal")

    def _set_door(self, wanted: str) -> None:
        state = self._sim.status()["door"]
        if wanted == "closed" and state == "open":
            self._sim.door("close")
            self._row("door.closed")
        if wanted == "open" and state == "locked":
            self._open_by_release()

    def _open_released_door(self) -> None:
        if self._sim.status()["door"] != "open":
            self._sim.door("open")

    def _open_by_release(self) -> None:
        """Have the door released in a session, and end it."""
        self._log_in()
        self._sim.ask("press", keys=f"{self.slot}#", gap_ms=GAP_MS)
        self._fact("door_unlatched")
        self._sim.door("open")
        self._row("door.opened")
        self._fact("bolt_drawn", slot=self.slot)
        self._sim.ask("press", keys="*", gap_ms=GAP_MS)
        self._row("release.ended", slot=self.slot)
        self._push()
        self._sim.ask("press", keys="**", gap_ms=GAP_MS)
        self._row("session.ended")
        self.since_row = self._place.witness.last
        self.since_fact = self._place.look()[-1]["seq"]

    def _push(self) -> None:
        """Press home whatever is loose, as soon as its coil lets go."""
        for slot in self._sim.status()["slots"]:
            if slot["place"] == "presented":
                self._place.until(lambda number=slot["slot"]: self._pushed(number), "the ring's going home", PATIENCE_S)

    def _pushed(self, number: int) -> bool:
        try:
            self._sim.push(number)
        except Refused:
            return self._sim.slot(number)["place"] != "presented"
        return True

    # ---- afterwards

    def in_the_dark(self, *, removal_is_written: bool) -> None:
        """What the hand does while there is no core: open a door that is off its latch, put a ring back."""
        if self._sim.status()["door"] == "unlatched":
            self._sim.door("open")
        out = [fact for fact in self._place.look() if fact["seq"] > self.since_fact and fact["kind"] == "ring_pulled"]
        empty = self._sim.slot(self.slot)["ring"] is None
        if out and empty and self._plan.put_back_in_the_dark:
            self._sim.insert(self.slot, self.slot)
            if not removal_is_written:
                back = next(fact for fact in reversed(self._place.look()) if fact["kind"] == "ring_inserted")
                self.undone |= {out[-1]["seq"], back["seq"]}

    def tidy(self) -> None:
        """Everything in its place and nobody at the keypad, so that the next story can begin."""
        if self._sim.status()["door"] == "unlatched":
            self._sim.door("open")
        self._settle_custody()
        if self._place.status()["session"]:
            self._leave()
        self._push()
        if self._sim.slot(self.slot)["ring"] is None:
            self._put_back()
            self._settle_custody()

    def _settle_custody(self) -> None:
        """What the hand did last to the ring is booked."""
        slot = self._sim.slot(self.slot)
        booked: Callable[[], bool] = lambda: self._booked() == slot["ring"]  # noqa: E731
        self._place.until(booked, f"ring {slot['ring']} in the books of slot {self.slot}", PATIENCE_S)

    def _booked(self) -> int | None:
        ring = next(each for each in self._place.status()["slots"] if each["slot"] == self.slot)["ring"]
        return int(ring["number"]) if ring else None

    def _leave(self) -> None:
        def gone() -> bool:
            if not self._place.status()["session"]:
                return True
            self._sim.ask("press", keys="*", gap_ms=GAP_MS)
            time.sleep(0.05)
            return False

        self._place.until(gone, "the end of the session", PATIENCE_S)

    # ---- waiting

    def _row(self, kind: str, **body: object) -> dict[str, Any]:
        return self._wait_for_row(self.since_row, kind, **body)

    def _wait_for_row(self, since: int, kind: str, **body: object) -> dict[str, Any]:
        found: Callable[[], dict[str, Any] | None] = lambda: self._place.witness.find(since, kind, **body)  # noqa: E731
        row: dict[str, Any] = self._place.until(found, f"{kind} {body}")
        return row

    def _fact(self, kind: str, **fields: object) -> dict[str, Any]:
        fact: dict[str, Any] = self._place.until(
            lambda: self._place.fact(self.since_fact, kind, **fields), f"{kind} {fields}"
        )
        return fact
