"""A whole site whose processes come from a nursery, with everybody who watches it: the ground of a campaign."""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from firmware_sim.ledger_client import CoreSilent, ask
from tests.broker import Broker
from tests.campaigns.forgetful import Disk
from tests.campaigns.image import Image, image_of_the_dead, image_of_the_living
from tests.campaigns.nursed import Nursed
from tests.campaigns.witness import Witness
from tests.publisher.ear import Ear
from tests.waiting import Late

RINGS = 4
QUICK = {"pulse_ms": "150", "pause_ms": "100", "rest_ms": "100", "debounce_ms": "20"}
"""A bolt is drawn 20 ms after its coil is on; it has to be seen drawn although the hand pulls at once, also on a busy
machine, where the driver switches a coil on late and off in time."""


class Fell(Exception):  # noqa: N818 - what happened
    """A process that somebody waited for is dead."""


PATIENCE_S = 30.0
"""How long what has to come in the end may take: what a machine is too busy for comes late, and not never."""


class Place(Nursed):
    """Simulator, core, publisher and broker; a stream client and a subscriber that listen all the time."""

    RINGS = RINGS

    def __init__(self, core: str = "core", layer: Path | None = None) -> None:
        self._layer = layer
        self.disk: Disk | None = None
        self.broker = Broker()
        super().__init__(self.broker.port, {"core": core}, **QUICK)
        self._stack.enter_context(self.broker)
        self.journal: list[dict[str, Any]] = []
        self._watching: threading.Lock = threading.Lock()

    def __exit__(self, *exc: object) -> None:
        """Close; what failed is told with the logs, which go."""
        if isinstance(exc[1], Exception):
            with suppress(OSError, AssertionError):
                exc[1].add_note(self._told())
        self.close()

    def open(self) -> Self:
        """Everything runs, and everybody watches."""
        super().open()
        self.ear = self._stack.enter_context(Ear(self.broker, name="witness"))
        self.witness = self._stack.enter_context(Witness(self.folder))
        self.start("mqtt")
        self.ear.wait_for_rows(*range(1, self.status()["head"]["seq"] + 1))
        return self

    def everywhere(self) -> Mapping[str, str]:
        """The layer of a disk that forgets, if there is one."""
        return {"LD_PRELOAD": str(self._layer)} if self._layer else {}

    def of(self, name: str) -> Mapping[str, str]:
        """Of the core, its disk."""
        if self._layer and not self.disk:
            self.disk = Disk(self.folder, "cabinet.db", self._layer)
            self._stack.callback(self.disk.close)
        return self.disk.environment(preload=False) if self.disk and name == "core" else {}

    def kill(self, *names: str) -> int:
        """SIGKILL these processes at once; the moment after (ns)."""
        for name in names:
            self.running[name].send_signal(signal.SIGKILL)
        for name in names:
            self.running[name].is_dead(5)
        return time.monotonic_ns()

    # ---- what is so

    def status(self) -> dict[str, Any]:
        """What the core says. Raises Fell if there is none."""
        try:
            return ask(self.folder, "status")
        except CoreSilent as silent:
            raise Fell("core") from silent

    def cursor(self) -> int:
        """How far the publisher has come, as the core says. Raises Fell if there is none."""
        try:
            return int(ask(self.folder, "cursor.get", name="mqtt")["seq"])
        except CoreSilent as silent:
            raise Fell("core") from silent

    def image(self) -> Image:
        """The store as it is now; of a dead core, as its death left it."""
        path = Path(self.folder / "cabinet.db")
        return image_of_the_dead(path) if "core" not in self.running else image_of_the_living(path)

    def look(self) -> list[dict[str, Any]]:
        """The journal of the simulator until now."""
        with self._watching:
            known = self.journal[-1]["seq"] if self.journal else 0
            self.journal += self.simulator.ask("journal", from_seq=known + 1)["rows"]
            return self.journal

    def fact(self, since: int, kind: str, **fields: object) -> dict[str, Any] | None:
        """The first fact of this kind after row ``since`` of the journal."""
        return next((row for row in self.look() if row["seq"] > since and _is(row, kind, fields)), None)

    def until(self, fact: Callable[[], object], what: str, within: float = 6.0) -> Any:
        """Wait for a fact, and give it. Raises Fell when a process dies meanwhile, Late when it does not come."""
        deadline = time.monotonic() + within
        while not (found := fact()):
            if any(child.is_dead() for child in self.running.values()):
                raise Fell(what)
            if time.monotonic() >= deadline:
                raise Late(f"{what} did not come within {within} s{self._told()}")
            time.sleep(0.006)
        return found

    def _told(self) -> str:
        rows = [f"{it.row['seq']} {it.row['type']} {it.row['body']}" for it in self.witness.shown[-12:]]
        facts = [str(fact) for fact in self.look()[-12:]]
        return "\n".join(["", *rows, *facts, self.simulator.text(), self.log("core")[-1500:]])


def _is(row: dict[str, Any], kind: str, fields: dict[str, object]) -> bool:
    return row["kind"] == kind and all(row.get(name) == value for name, value in fields.items())
