"""The cabinet's door: its latch holds mechanically once pulsed, until the door is opened or ten seconds have passed."""

from dataclasses import dataclass
from enum import StrEnum

from firmware_sim.facts import MS

UNLATCHED_NS = 10_000 * MS


class DoorState(StrEnum):
    """A closed door is locked, or its latch is off for a while."""

    LOCKED = "locked"
    UNLATCHED = "unlatched"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Door:
    """The door, and since when its latch is off."""

    state: DoorState = DoorState.LOCKED
    since: int = 0

    def unlatched(self, now: int) -> "Door":
        """The coil has drawn the latch."""
        return Door(DoorState.UNLATCHED, now)

    def opened(self) -> "Door":
        """A hand has swung it open."""
        return Door(DoorState.OPEN)

    def relocks_at(self) -> int | None:
        """When the latch snaps in again by itself."""
        return self.since + UNLATCHED_NS if self.state is DoorState.UNLATCHED else None
