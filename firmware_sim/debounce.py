"""Which edges of an input are reported: those that were stable for a while, as the kernel does (hardware notes B3)."""

from dataclasses import dataclass

EDGES = {"both": (True, False), "rising": (True,), "falling": (False,)}


@dataclass
class EdgeFilter:
    """Fed with the levels of one input; moments in seconds. A change that does not last is never reported."""

    level: bool
    stable_s: float = 0.0
    edges: str = "both"
    due: float | None = None
    """When the latest level will have been stable for long enough."""

    def __post_init__(self) -> None:
        self._reported = self.level

    def change(self, level: bool, now: float) -> None:  # noqa: FBT001 - a level is a bool
        """The input has another level."""
        self.level = level
        self.due = now + self.stable_s

    def report(self, now: float) -> bool | None:
        """The level to report now; None when there is nothing new, or nothing that is asked for."""
        if self.due is None or self.due > now:
            return None
        self.due = None
        if self.level == self._reported:
            return None
        self._reported = self.level
        return self.level if self.level in EDGES[self.edges] else None
