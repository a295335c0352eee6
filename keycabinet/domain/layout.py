"""What the cabinet is made of, and what each slot can know: fixed while the core runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Senses:
    """What one device tells about: slots with a contact, with a sensed bolt, on a tag bus; the door."""

    contacts: frozenset[int] = frozenset()
    bolts: frozenset[int] = frozenset()
    banks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    door: bool = False


@dataclass(frozen=True)
class Layout:
    """The cabinet as it is wired. A slot without a latch does not exist."""

    latches: frozenset[int]
    devices: Mapping[str, Senses] = field(default_factory=dict)
    door_latch: bool = False

    @cached_property
    def contacts(self) -> frozenset[int]:
        """Slots that have a contact."""
        return frozenset().union(*(senses.contacts for senses in self.devices.values()))

    @cached_property
    def bolts(self) -> frozenset[int]:
        """Slots whose bolt is sensed."""
        return frozenset().union(*(senses.bolts for senses in self.devices.values()))

    @cached_property
    def banks(self) -> Mapping[str, frozenset[int]]:
        """Tag bus -> the slots on it."""
        return {bank: slots for senses in self.devices.values() for bank, slots in senses.banks.items()}

    @cached_property
    def bank_of(self) -> Mapping[int, str]:
        """Slot -> the tag bus that it is on."""
        return {slot: bank for bank, slots in self.banks.items() for slot in slots}
