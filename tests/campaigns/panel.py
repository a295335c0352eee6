"""A site with one of the odd cores, from a nursery, and a hand at its keypad."""

import signal
from pathlib import Path
from typing import Any

from firmware_sim.ledger_client import CoreSilent, ask
from tests.campaigns.nursed import Nursed
from tests.e2e.site import NOWHERE
from tests.waiting import wait_until

GAP_MS = 15


class Panel(Nursed):
    """Simulator and core; the core can be killed and started again in a fraction of a second."""

    RINGS = 1
    """Nobody takes one here."""

    def __init__(self, core: str, **settings: str) -> None:
        super().__init__(NOWHERE, {"core": core}, **settings)

    def kill(self) -> None:
        """SIGKILL the core."""
        self.end("core", signal.SIGKILL)

    def type(self, keys: str) -> dict[str, Any]:
        """Type at the keypad, and wait until the last key is down; the fact that it is."""
        since = self.simulator.status()["seq"]
        self.simulator.ask("press", keys=keys, gap_ms=GAP_MS)
        pressed: list[dict[str, Any]] = []

        def all_down() -> bool:
            pressed[:] = self.simulator.journal("key_pressed", since=since + 1)
            return len(pressed) >= len(keys)

        wait_until(all_down, 5, "the last key")
        return pressed[len(keys) - 1]

    def alarms(self) -> set[str]:
        """Kinds of the alarms that stand, as everybody sees them."""
        return {alarm["kind"] for alarm in ask(self.folder, "status")["alarms"]}

    def lets_in(self, code: str, pin: str) -> bool:
        """Whether code and PIN are accepted at the control socket, where no pause counts."""
        try:
            return "token" in ask(self.folder, "login", code=code, pin=pin)
        except CoreSilent:
            return False

    def file(self, name: str) -> Path:
        """A file of the site."""
        return self.folder / name
