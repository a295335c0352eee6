"""A site with one of the odd cores, from a nursery, and a hand at its keypad."""

import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from firmware_sim.ledger_client import CoreSilent, ask
from tests.campaigns.nursery import Child, Nursery
from tests.e2e.site import Site
from tests.waiting import wait_until

GAP_MS = 15
RINGS = 1
"""Each ring costs the bus 26 ms in every round, and here nobody takes one."""


class Panel(Site):
    """Simulator and core; the core can be killed and started again in a fraction of a second."""

    def __init__(self, core: str, **settings: str) -> None:
        self._stack, self._core = ExitStack(), core
        super().__init__(**settings)
        self.running: dict[str, Child] = {}

    def write_rings(self, due: str) -> None:
        """As few as there can be."""
        super().write_rings(due)
        file = self.folder / "rings.csv"
        file.write_text("".join(file.read_text().splitlines(keepends=True)[: RINGS + 1]))

    def open(self) -> Self:
        self.nursery = self._stack.enter_context(Nursery())
        return super().open()

    def close(self) -> None:
        """Nothing is left."""
        try:
            for name in list(self.running):
                self.end(name, signal.SIGKILL)
        finally:
            self._stack.close()
            super().close()

    def start(self, name: str) -> None:
        """Start a process by way of the nursery; the core is the odd one."""
        self.running[name] = self.nursery.start(self._core if name == "core" else name, self.folder, name)

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
