"""A site without a network, whose core is stopped, ended and killed around the pulses of its coils."""

import signal
import time
from contextlib import suppress
from enum import Enum
from random import Random
from typing import Any, Final, Self

from firmware_sim.client import Refused
from firmware_sim.ledger_client import ask
from tests.campaigns.lines import COILS, findings
from tests.campaigns.nursed import Nursed
from tests.e2e.site import NOWHERE
from tests.waiting import Late, wait_until

PULSE_MS, ONE_SHOT_MS = 150, 300
RINGS: Final = 4
QUICK: Final = {"pause_ms": "100", "rest_ms": "100", "debounce_ms": "20"}
STARTS_WITHIN_S, STOPS_WITHIN_S, IDLES_FOR_S = 0.6, 0.12, 0.2
"""Until a core is ready and until it has ended, where nothing else runs; with much else it is struck earlier on."""
FROZEN_S: Final = ONE_SHOT_MS / 1000 + 0.1
"""A one-shot that works has ended the pulse by then."""

TAG_PAUSE_S: Final = 5.5
"""A tag at the panel is served again after 5 s."""


class Phase(Enum):
    """What the core was doing when the signal came."""

    STARTING = "starting"
    IDLE = "idle"
    DOOR = "pulse of the door"
    SLOT = "pulse of a slot"
    RETURN = "pulse for a return"
    STOPPING = "stopping"


IN_A_PULSE: Final = (Phase.DOOR, Phase.SLOT, Phase.RETURN)


class Rig(Nursed):
    """Simulator and core, four rings in their slots; a context manager that leaves nothing."""

    RINGS = RINGS

    def __init__(self, random: Random, faults: tuple[str, ...] = ()) -> None:
        super().__init__(NOWHERE, {}, pulse_ms=str(PULSE_MS), one_shot_ms=str(ONE_SHOT_MS), **QUICK)
        self._random, self._faults = random, faults
        self._journal: list[dict[str, Any]] = []
        self._served_s = 0.0
        self.was_late = False

    def open(self) -> Self:
        """Simulator and core run, and nobody is at the cabinet."""
        super().open()
        for name in self._faults:
            self.simulator.fault(name)
        self._come_to_rest()
        return self

    # ---- one blow

    def strike(self, phase: Phase, how: signal.Signals) -> bool:
        """Send this signal in this phase and mend what it broke; whether it came in time for the phase.

        Where the phase itself does not come in time nothing is struck, and the cabinet put in order.
        """
        self.was_late = False
        try:
            delay_s = self._random.uniform(0, self._lead_up_to(phase))
        except (Late, Refused):
            self.was_late = True
            self._come_to_rest()
            return False
        came_too_late = self.running["core"].is_dead(delay_s)
        struck_ns = time.monotonic_ns()
        self._hit(phase, how)
        if "core" not in self.running:
            self.start("core")
        wait_until(self._is_ready, 20, f"the core after {how.name} while {phase.value}")
        self._come_to_rest()
        return high_at(self.look(), struck_ns) if phase in IN_A_PULSE else not came_too_late

    def findings(self) -> list[str]:
        """What the histories of this rig say until now."""
        return findings(self.look(), self.ledger(), ONE_SHOT_MS)

    def edges(self) -> int:
        """How often a latch line rose."""
        return sum(fact["kind"] == "line_high" and fact["line"] in COILS for fact in self.look())

    def look(self) -> list[dict[str, Any]]:
        """The journal of the simulator until now."""
        known = self._journal[-1]["seq"] if self._journal else 0
        self._journal += self.simulator.journal(since=known + 1)
        return self._journal

    def _lead_up_to(self, phase: Phase) -> float:
        """Bring the core into this phase; for how many seconds it is likely to last."""
        match phase:
            case Phase.IDLE:
                return IDLES_FOR_S
            case Phase.STARTING:
                self.end("core")
                self.start("core")
                return STARTS_WITHIN_S
            case Phase.STOPPING:
                self.running["core"].send_signal(signal.SIGTERM)
                return STOPS_WITHIN_S
            case Phase.DOOR:
                self._close_the_door()
                self._ask_for_a_slot()
                self.simulator.wait_for("coil_on", slot="door")
            case Phase.SLOT:
                self.simulator.wait_for("coil_on", slot=self._ask_for_a_slot())
            case Phase.RETURN:
                slot = self._take_a_ring()
                self._present(slot)
                self.simulator.wait_for("coil_on", slot=slot)
        return PULSE_MS / 1000

    def _hit(self, phase: Phase, how: signal.Signals) -> None:
        core = self.running["core"]
        core.send_signal(how)
        if how is signal.SIGSTOP:
            core.is_dead(FROZEN_S)
            core.send_signal(signal.SIGCONT)
            if phase is not Phase.STOPPING:
                return
        status = self.running.pop("core").wait(10)
        if how is signal.SIGTERM and phase in {Phase.IDLE, *IN_A_PULSE}:
            assert status == 0, f"the core ended with {status}:\n{self.log('core')}"

    # ---- hands

    def _ask_for_a_slot(self) -> int:
        slot, code = self._random.randint(1, RINGS), self._random.choice(["1042", "1077"])
        self.log_in(code)
        self.simulator.press(f"{slot}#", gap_ms=12)
        return slot

    def _take_a_ring(self) -> int:
        slot = self._ask_for_a_slot()
        self.simulator.wait_for("bolt_drawn", slot=slot)
        if self.simulator.status()["door"] != "open":
            self.simulator.door("open")
        self.simulator.pull(slot)
        self.simulator.wait_for_text(f"SLOT {slot} TAKEN")
        self.simulator.press("*", gap_ms=12)
        wait_until(lambda: not ask(self.folder, "status")["session"], 5, "the end of the session")
        wait_until(lambda: self._states()[slot - 1] == "out", 5, f"an empty slot {slot}")
        return slot

    def _present(self, ring: int) -> None:
        """Hold the ring to the panel, when it will be served again."""
        wait_until(lambda: time.monotonic() > self._served_s + TAG_PAUSE_S, TAG_PAUSE_S + 1, "the pause after a tag")
        self._served_s = time.monotonic()
        self.simulator.present(ring)

    def _close_the_door(self) -> None:
        if self.simulator.status()["door"] == "open":
            self.simulator.door("close")
        wait_until(lambda: ask(self.folder, "status")["door"] == "locked", 15, "a locked door")

    def _come_to_rest(self) -> None:
        try:
            wait_until(self._is_at_rest, 40, "a cabinet at rest")
        except Late as restless:
            restless.add_note("\n".join([*self.findings(), *map(str, self.look()[-12:]), self.log("core")[-1500:]]))
            raise

    def _is_at_rest(self) -> bool:
        """Whether nobody is at the cabinet and every ring in its place; if not, do something about it."""
        status, world = ask(self.folder, "status"), self.simulator.status()
        if status["session"]:
            self.simulator.press("*", gap_ms=12)
        if world["door"] == "unlatched":
            self.simulator.door("open")
        astray = [slot for slot in world["slots"][:RINGS] if slot["place"] != "seated"]
        for slot in astray:
            self._put_right(slot["slot"], is_there=slot["place"] == "presented")
        busy = status["session"] or status["silent"] or astray or high_at(self.look(), time.monotonic_ns())
        return not busy and self._states() == ["in"] * RINGS

    def _states(self) -> list[str]:
        return [slot["state"] for slot in ask(self.folder, "status")["slots"]][:RINGS]

    def _put_right(self, slot: int, *, is_there: bool) -> None:
        with suppress(Refused):  # its coil is on, or the door is shut: soon
            self.simulator.push(slot) if is_there else self.simulator.insert(slot, slot)


def high_at(journal: list[dict[str, Any]], moment_ns: int) -> bool:
    """Whether the line of a latch was high at this moment."""
    high: dict[tuple[str, object], bool] = {}
    for fact in journal:
        if fact["kind"] in {"line_high", "line_low"} and fact["line"] in COILS and fact["monotonic_ns"] <= moment_ns:
            high[fact["line"], fact.get("slot")] = fact["kind"] == "line_high"
    return any(high.values())
