"""What can physically happen: the vocabulary between the world, its wires and the journal.

Kinds: line_high line_low (line, slot) · coil_on coil_off (slot or "door", ms) · bolt_drawn bolt_home ·
ring_presented ring_pulled ring_inserted ring_seated · door_unlatched door_locked door_opened door_forced door_closed ·
lamp_on lamp_off · buzzer_on buzzer_off · tag_held tag_lifted · key_pressed key_forgotten display sound panel_ready ·
peer_connected peer_lost · frame_unknown baud_mismatch bytes_lost · fault_on fault_off
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A GPIO line by what it leads to: latch, contact, light (of a slot); door_latch, door_contact, bolts, buzzer."""

    name: str
    slot: int | None = None

    def __str__(self) -> str:
        return self.name if self.slot is None else f"{self.name} {self.slot}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something happened at this moment (nanoseconds of the monotonic clock)."""

    at: int
    kind: str
    fields: Mapping[str, Any]


Tell = Callable[[Fact], None]
"""Hand a fact to the journal and to everybody who must know."""

MS = 1_000_000
"""Nanoseconds in a millisecond."""


def parts(line: Line) -> dict[str, Any]:
    """A line as fields of a fact."""
    return {"line": line.name} if line.slot is None else {"line": line.name, "slot": line.slot}
