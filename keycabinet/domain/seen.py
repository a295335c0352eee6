"""What the cabinet sees of its rings: which tag hangs in which slot, worked out from tag buses and slot contacts.

A bus names the tags on it but not their slots; a contact names the slot but not what is in it. Together they tell
where a tag is as long as one thing changes at a time; otherwise the place is inferred, and said to be so.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from keycabinet.domain.entries import Evidence
from keycabinet.domain.events import Tag
from keycabinet.domain.layout import Layout

PATIENCE = timedelta(seconds=2)
"""How long a tag that is read stays placed in a slot whose contact says empty, before it counts as moved."""

Homes = Mapping[Tag, int]
"""Where each tag was last known or belongs: decides where the readings alone cannot."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A tag is in a slot."""

    tag: Tag
    evidence: Evidence


@dataclass(frozen=True)
class Seen:
    """The last readings. A bank or contact that is not in here is unknown: never heard, or its device is lost."""

    tags: Mapping[str, frozenset[Tag]] = field(default_factory=dict)
    contacts: Mapping[int, bool] = field(default_factory=dict)
    hanging: Mapping[int, Hanging] = field(default_factory=dict)
    """Slot -> the tag in it. Every tag on a bus hangs in exactly one of its slots."""
    contrary: Mapping[str, timedelta] = field(default_factory=dict)
    """Bank -> since when (elapsed) a tag on it is read that hangs, as far as is known, in a slot that says empty."""

    def with_tags(self, layout: Layout, bank: str, tags: frozenset[Tag], homes: Homes, now: timedelta) -> "Seen":
        """After a reading of a bank, at ``now`` (elapsed)."""
        return replace(self, tags={**self.tags, bank: tags}).placed(layout, bank, homes, now)

    def with_contact(self, layout: Layout, slot: int, closed: bool, homes: Homes, now: timedelta) -> "Seen":  # noqa: FBT001
        """After a reading of a contact, at ``now`` (elapsed)."""
        seen = replace(self, contacts={**self.contacts, slot: closed})
        bank = _bank_of(layout, slot)
        return seen.placed(layout, bank, homes, now) if bank in self.tags else seen

    def without(self, banks: frozenset[str], contacts: frozenset[int]) -> "Seen":
        """After the loss of a device: what it said counts no more. Where a tag last hung is remembered."""
        return replace(
            self,
            tags={bank: tags for bank, tags in self.tags.items() if bank not in banks},
            contacts={slot: closed for slot, closed in self.contacts.items() if slot not in contacts},
        )

    def placed(self, layout: Layout, bank: str, homes: Homes, now: timedelta) -> "Seen":
        """With the tags of this bank put into slots again. Needs a reading of the bank."""
        slots = layout.banks[bank]
        occupied = frozenset(slot for slot in slots if slot not in layout.contacts or self.contacts.get(slot) is True)
        before = {slot: it for slot, it in self.hanging.items() if slot in slots}
        if self._has_been_contrary(bank, now):
            before = {slot: it for slot, it in before.items() if slot in occupied}
        after = place(self.tags[bank], slots, occupied, before, homes)
        elsewhere = {slot: it for slot, it in self.hanging.items() if slot not in slots}
        return replace(
            self, hanging=elsewhere | after, contrary=self._contrary_after(bank, after.keys() <= occupied, now)
        )

    def reconsidered(self, layout: Layout, homes: Homes, now: timedelta) -> "Seen":
        """With every place that was only inferred worked out again, because more is known of where tags belong."""
        certain = {
            slot: it
            for slot, it in self.hanging.items()
            if it.evidence is Evidence.TAG_READ or not self.bank_is_read(layout, slot)
        }
        seen = replace(self, hanging=certain)
        for bank in self.tags:
            seen = seen.placed(layout, bank, homes, now)
        return seen

    def impatient(self, now: timedelta) -> tuple[str, ...]:
        """Banks whose readings have contradicted each other long enough to be placed again."""
        return tuple(bank for bank in self.contrary if self._has_been_contrary(bank, now) and bank in self.tags)

    def places(self) -> dict[Tag, tuple[int, ...]]:
        """Tag -> the slots in which it hangs, in order; more than one where there are copies of it."""
        places: dict[Tag, tuple[int, ...]] = {}
        for slot in sorted(self.hanging):
            tag = self.hanging[slot].tag
            places[tag] = (*places.get(tag, ()), slot)
        return places

    def foreign(self, known: Container[Tag]) -> dict[int, Tag]:
        """Slot -> the tag in it, for tags that are not known."""
        return {slot: it.tag for slot, it in self.hanging.items() if it.tag not in known}

    def bank_is_read(self, layout: Layout, slot: int) -> bool:
        """Whether the tags on the bus of this slot are known."""
        return _bank_of(layout, slot) in self.tags

    def is_empty(self, layout: Layout, slot: int) -> bool:
        """Whether the slot is known to hold nothing."""
        if slot in self.hanging or not self.bank_is_read(layout, slot):
            return False
        return slot not in layout.contacts or self.contacts.get(slot) is False

    def may_still_hold(self, layout: Layout, slot: int) -> bool:
        """Whether something may be in a slot although no tag is read in it: its contact says so, or nobody can tell."""
        if not self.bank_is_read(layout, slot):
            return True
        return slot in layout.contacts and self.contacts.get(slot) is not False

    def _has_been_contrary(self, bank: str, now: timedelta) -> bool:
        return bank in self.contrary and now - self.contrary[bank] >= PATIENCE

    def _contrary_after(self, bank: str, agrees: bool, now: timedelta) -> Mapping[str, timedelta]:  # noqa: FBT001
        others = {each: since for each, since in self.contrary.items() if each != bank}
        return others if agrees else {**others, bank: self.contrary.get(bank, now)}


def place(
    tags: frozenset[Tag],
    slots: frozenset[int],
    occupied: frozenset[int],
    before: Mapping[int, Hanging],
    homes: Homes,
) -> dict[int, Hanging]:
    """Where the tags of one bank hang now, given in which slots something is and where the tags hung before.

    A tag that is still read stays where it was. One new tag and one slot that was filled go together. What is left is
    inferred: each tag to its own place if that can be, else to the lowest slot that can.
    """
    hanging = {slot: it for slot, it in before.items() if it.tag in tags}
    new = sorted(tags - {it.tag for it in hanging.values()})
    free = occupied - hanging.keys()
    if len(new) == 1 and len(free) == 1:
        return hanging | {slot: Hanging(new[0], Evidence.TAG_READ) for slot in free}
    for tag in sorted(new, key=lambda tag: homes.get(tag) not in free):
        slot = next(_choices(tag, slots - hanging.keys(), occupied, homes), None)
        if slot is not None:
            hanging[slot] = Hanging(tag, Evidence.INFERRED)
    return hanging


def _choices(tag: Tag, free: frozenset[int], occupied: frozenset[int], homes: Homes) -> Iterator[int]:
    home = frozenset({homes[tag]} if tag in homes else ())
    for candidates in (free & occupied & home, free & occupied, free & home, free):
        yield from sorted(candidates)


def _bank_of(layout: Layout, slot: int) -> str:
    return next((bank for bank, slots in layout.banks.items() if slot in slots), "")
