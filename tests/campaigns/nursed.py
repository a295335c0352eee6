"""A site whose processes come from a nursery, with few rings: the ground of every campaign."""

import signal
from collections.abc import Mapping
from contextlib import ExitStack
from typing import ClassVar, Self

from tests.campaigns.nursery import Child, Nursery
from tests.e2e.site import Site


class Nursed(Site):
    """Simulator and core; a process can be killed and started again in a fraction of a second."""

    RINGS: ClassVar[int]
    """Fewer than there are: each costs the bus 26 ms in every round."""

    def __init__(self, broker_port: int, kinds: Mapping[str, str], **settings: str) -> None:
        self._stack, self._kinds = ExitStack(), dict(kinds)
        super().__init__(broker_port, **settings)
        self.running: dict[str, Child] = {}

    def write_rings(self, due: str) -> None:
        """The first of those that there are."""
        super().write_rings(due)
        file = self.folder / "rings.csv"
        file.write_text("".join(file.read_text().splitlines(keepends=True)[: self.RINGS + 1]))

    def open(self) -> Self:
        """Everything runs."""
        self.nursery = self._stack.enter_context(Nursery(self.everywhere()))
        return super().open()

    def everywhere(self) -> Mapping[str, str]:
        """The environment of every process."""
        return {}

    def of(self, _name: str) -> Mapping[str, str]:
        """The environment of this process alone."""
        return {}

    def close(self) -> None:
        """Nothing is left."""
        try:
            for name in list(self.running):
                self.end(name, signal.SIGKILL)
        finally:
            self._stack.close()
            super().close()

    def start(self, name: str) -> None:
        """Start a process by way of the nursery; the core may be an odd one."""
        kind = self._kinds.get(name, name)
        self.running[name] = self.nursery.start(kind, self.folder, name, **self.of(name))
