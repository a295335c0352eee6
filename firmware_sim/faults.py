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
    PINS = "device on GPIO lines"
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
        FaultKind("bounce", Of.SLOT, "the contact bounces for a second on each change, and not for some milliseconds"),
        FaultKind("cut", Of.LINE, "nothing passes on the serial line, either way"),
        FaultKind("absent", Of.LINE, "the device at the far end has no power; when it is back, it has forgotten all"),
        FaultKind(
            "pulled", Of.LINE, "the adapter is pulled; it comes back as another device node behind the same link"
        ),
        FaultKind("noise", Of.LINE, "the line jabbers: random bytes all the time, and in them what the device sends"),
        FaultKind("garbled", Of.LINE, "in everything that the device sends one bit is wrong"),
        FaultKind("late", Of.LINE, "everything that the device sends arrives 1.5 s late"),
        FaultKind("doubled", Of.LINE, "everything that the device sends arrives twice"),
        FaultKind("truncated", Of.LINE, "of everything that the device sends the last byte is missing"),
        FaultKind("short", Of.BUS, "data and ground of the bus touch"),
        FaultKind("second_tag", Of.BUS, "a tag of nobody touches the bus beside those that belong there"),
        FaultKind("unreadable", Of.TAG, "the tag answers on no bus"),
        FaultKind("chatter", Of.TAG, "the tag makes and breaks contact many times a second"),
        FaultKind("copied", Of.TAG, "somebody has a copy of the tag, and can use it while the ring hangs in its slot"),
        FaultKind("pins_lost", Of.PINS, "who drives the GPIO lines loses them, and gets them no more; levels are held"),
        FaultKind("brown_out", Of.CABINET, "the supply of the coils sags: they draw current, and no bolt"),
        FaultKind("mains", Of.CABINET, "the mains fail and the battery carries on; no line of this cabinet senses it"),
        FaultKind(
            "no_one_shot", Of.CABINET, "the monostables are bridged: a coil is on for as long as its line is high"
        ),
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
