"""Everything that can be made to break: a table of names, and which of them are broken now.

To add a fault: a line in ``FAULTS``, and ``faults.on(name, subject)`` at the place in world or wire that breaks by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Subject = int | str


class Of(StrEnum):
    """What a fault is of."""

    SLOT = "slot"
    LINE = "serial line"
    BUS = "1-Wire bus"
    TAG = "ring or tag"
    CABINET = "cabinet"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A fault by its name, what it is of, and what a technician should know of it."""

    name: str
    of: Of
    summary: str


FAULTS: Mapping[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind("stuck_bolt", Of.SLOT, "the bolt stays where it is, whatever the coil does"),
        FaultKind("broken_coil", Of.SLOT, "the coil draws no current, and so no bolt"),
        FaultKind(
            "no_one_shot", Of.CABINET, "the monostables are bridged: a coil is on for as long as its line is high"
        ),
        FaultKind("cut", Of.LINE, "nothing passes on the serial line, either way"),
        FaultKind("short", Of.BUS, "data and ground of the bus touch"),
        FaultKind("unreadable", Of.TAG, "the tag answers on no bus"),
    )
}


@dataclass
class Faults:
    """Which faults are on."""

    active: set[tuple[str, Subject]] = field(default_factory=set)
    listeners: list[Callable[[int], None]] = field(default_factory=list)
    """Called with the moment of each change."""

    def on(self, name: str, subject: Subject = "") -> bool:
        """Whether this fault of this subject is on now."""
        return (name, subject) in self.active

    def switch(self, name: str, subject: Subject, *, on: bool, now: int) -> None:
        """Switch one fault."""
        (self.active.add if on else self.active.discard)((name, subject))
        for listener in self.listeners:
            listener(now)
