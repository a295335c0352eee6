"""What a slot can know about what hangs in it, and what it cannot: said before anybody relies on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from keycabinet.domain.layout import Layout


@dataclass(frozen=True, slots=True)
class Knowledge:
    """In words for a technician. ``evidence`` is what the ledger can say at best about a ring in such a slot."""

    evidence: str
    knows: tuple[str, ...]
    cannot: tuple[str, ...]


def knowledge(layout: Layout, slot: int) -> Knowledge:
    """What this slot knows."""
    known = [*_ring(layout, slot), *_bolt(layout, slot)]
    return Knowledge(
        evidence="tag_read",
        knows=tuple(told for is_known, told in known if is_known),
        cannot=tuple(told for is_known, told in known if not is_known),
    )


def _ring(layout: Layout, slot: int) -> Iterator[tuple[bool, str]]:
    bus, neighbours = _bus(layout, slot)
    yield True, f"which ring is there (its tag is read on {bus})"
    if not neighbours:
        yield True, "that the ring is in this slot and in no other (the bus has only this one)"
    elif slot in layout.contacts:
        yield True, "in which slot a ring is, while one thing changes at a time (contact and tag together)"
        yield False, f"for sure in which slot each ring is, when several change at once on {bus}: then it is inferred"
    else:
        yield False, f"in which slot of {bus} a ring is (no contact): mostly it is inferred from where it was"
    if slot in layout.contacts:
        yield True, "that something is there whose tag cannot be read (contact)"
    else:
        yield False, "that something is there whose tag cannot be read (no contact)"


def _bolt(layout: Layout, slot: int) -> Iterator[tuple[bool, str]]:
    if slot not in layout.bolts:
        yield False, "whether the latch moved when its coil was pulsed (no bolt sensing)"
        return
    yield True, "whether the latch moved when its coil was pulsed"
    if len(layout.bolts) > 1:
        yield False, "which bolt is drawn when one is drawn without a release (one sense line for several)"


def _bus(layout: Layout, slot: int) -> tuple[str, frozenset[int]]:
    """The tag bus of a slot, and the other slots on it."""
    return next((bus, slots - {slot}) for bus, slots in layout.banks.items() if slot in slots)
