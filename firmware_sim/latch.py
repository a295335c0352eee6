"""One key slot with an ejector: what a coil, a hand and a door can do to its bolt and its ring. Pure.

The bolt keeps the ring's stub. Drawn, it lets the ejector push the ring out to *presented*: loose, the bolt resting on
the stub, until a hand takes the ring out or something presses it home again.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class WorldRefuses(Exception):  # noqa: N818 - physics refuses, nothing broke
    """A hand tried what physics does not allow; the message says why."""


class Place(StrEnum):
    """Where in a slot its ring is."""

    EMPTY = "empty"
    SEATED = "seated"
    PRESENTED = "presented"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot, its bolt, and the tag of the ring in it. Without a latch nothing keeps the ring."""

    number: int
    latched: bool = True
    tag: str | None = None
    place: Place = Place.EMPTY
    bolt_home: bool = True

    def drawn(self) -> "Slot":
        """The coil has drawn the bolt; a seated ring comes out."""
        return replace(self, bolt_home=False, place=Place.PRESENTED if self.place is Place.SEATED else self.place)

    def rested(self) -> "Slot":
        """Without current the bolt springs home, unless a presented ring's stub is in its way."""
        return replace(self, bolt_home=self.place is not Place.PRESENTED)

    def without_ring(self) -> "Slot":
        """The ring is out; the bolt has not moved yet."""
        return replace(self, tag=None, place=Place.EMPTY)

    def with_ring(self, tag: str) -> "Slot":
        """A ring went in: past the bolt and seated, or only as far as a drawn bolt's ejector lets it."""
        return replace(self, tag=tag, place=Place.SEATED if self.bolt_home else Place.PRESENTED)

    def pressed(self) -> "Slot":
        """A presented ring goes home, and the bolt behind it."""
        return replace(self, place=Place.SEATED, bolt_home=True)
