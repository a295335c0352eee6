"""What the cabinet sees of its rings: which tag hangs in which slot, worked out from tag buses and slot contacts.

A bus names the tags on it but not their slots; a contact names the slot but not what is in it. Together they tell
where a tag is as long as one thing changes at a time; otherwise the place is inferred, and said to be so.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, unique
from functools import cached_property
from typing import TypeVar

from keycabinet.domain.entries import Evidence
from keycabinet.domain.events import Tag
from keycabinet.domain.layout import Layout

PATIENCE = timedelta(seconds=2)
"""How long a tag that is read stays placed in a slot whose contact says empty, before it counts as moved."""

V = TypeVar("V")
Homes = Mapping[Tag, int]
"""Where each tag was last known or belongs: decides where the readings alone cannot."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A tag is in a slot."""

    tag: Tag
    evidence: Evidence


@unique
class Nothing(Enum):
    """What can be said of a slot in which no tag hangs: nothing is in it, something is, or nobody can tell."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


EMPTY, UNREADABLE, UNKNOWN = Nothing.EMPTY, Nothing.UNREADABLE, Nothing.UNKNOWN
Content = Hanging | Nothing


@dataclass(frozen=True)
class Seen:
    """The last readings. A bank or contact that is not in here is unknown: never heard, or its device is lost."""

    tags: Mapping[str, frozenset[Tag]] = field(default_factory=dict)
    contacts: Mapping[int, bool] = field(default_factory=dict)
    hanging: Mapping[int, Hanging] = field(default_factory=dict)
    """Slot -> the tag in it. Every tag on a bus hangs in exactly one of its slots."""
    silent: Mapping[int, Tag] = field(default_factory=dict)
    """Slot -> the tag that was last read in it, if it is read no more although nothing has left the slot."""
    contrary: Mapping[str, timedelta] = field(default_factory=dict)
    """Bank -> since when (elapsed) a tag on it is read that hangs, as far as is known, in a slot that says empty."""

    def with_tags(self, layout: Layout, bank: str, tags: frozenset[Tag], homes: Homes, now: timedelta) -> "Seen":
        """After a reading of a bank, at ``now`` (elapsed)."""
        return replace(self, tags={**self.tags, bank: tags}).placed(layout, bank, homes, now)

    def with_contact(self, layout: Layout, slot: int, closed: bool, homes: Homes, now: timedelta) -> "Seen":  # noqa: FBT001
        """After a reading of a contact, at ``now`` (elapsed)."""
        seen = replace(self, contacts={**self.contacts, slot: closed})
        bank = layout.bank_of.get(slot, "")
        if bank in self.tags:
            return seen.placed(layout, bank, homes, now)
        return seen if closed else replace(seen, hanging=_but(slot, self.hanging), silent=_but(slot, self.silent))

    def forgetting(self, tags: Container[Tag]) -> "Seen":
        """With no memory of where these tags hang: the next reading places them."""
        return replace(self, hanging={slot: it for slot, it in self.hanging.items() if it.tag not in tags})

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
        sure = Evidence.TAG_READ
        if self._has_been_contrary(bank, now):
            before, sure = {slot: it for slot, it in before.items() if slot in occupied}, Evidence.INFERRED
        silent = self._silent_after(bank, occupied & layout.contacts)
        after = place(Bus(self.tags[bank], slots, occupied, silent), before, homes, sure)
        elsewhere = {slot: it for slot, it in self.hanging.items() if slot not in slots}
        return replace(
            self,
            hanging=elsewhere | after,
            silent={slot: tag for slot, tag in self.silent.items() if slot not in slots} | silent,
            contrary=self._contrary_after(bank, after.keys() <= occupied, now),
        )

    def reconsidered(self, layout: Layout, homes: Homes, now: timedelta) -> "Seen":
        """With every place that was only inferred worked out again, because more is known of where tags belong.

        Those on a bus that is lost are worked out at its next reading; only a tag that belongs nowhere is remembered.
        """
        certain = {
            slot: it
            for slot, it in self.hanging.items()
            if it.evidence is Evidence.TAG_READ or not (self.bank_is_read(layout, slot) or it.tag in homes)
        }
        seen = replace(self, hanging=certain)
        for bank in self.tags:
            seen = seen.placed(layout, bank, homes, now)
        return seen

    def impatient(self, now: timedelta) -> tuple[str, ...]:
        """Banks whose readings have contradicted each other long enough to be placed again."""
        return tuple(bank for bank in self.contrary if self._has_been_contrary(bank, now) and bank in self.tags)

    @cached_property
    def places(self) -> Mapping[Tag, tuple[int, ...]]:
        """Tag -> the slots in which it hangs, in order; more than one where there are copies of it."""
        places: dict[Tag, tuple[int, ...]] = {}
        for slot in sorted(self.hanging):
            tag = self.hanging[slot].tag
            places[tag] = (*places.get(tag, ()), slot)
        return places

    @cached_property
    def doubled(self) -> frozenset[Tag]:
        """Tags that hang in more than one slot."""
        return frozenset(tag for tag, slots in self.places.items() if len(slots) > 1)

    def places_read(self, layout: Layout) -> dict[Tag, tuple[int, ...]]:
        """The same, for tags that are read now: not what is remembered of a bus that is lost."""
        read = ((tag, tuple(s for s in slots if self.bank_is_read(layout, s))) for tag, slots in self.places.items())
        return {tag: slots for tag, slots in read if slots}

    def is_touching(self, slot: int) -> bool:
        """Whether the tag in this slot may only be held to it: the slot's own contact says that nothing is in it."""
        return self.contacts.get(slot) is False

    def is_known(self, layout: Layout, slot: int) -> bool:
        """Whether everything that senses this slot is heard."""
        bank = layout.bank_of.get(slot, "")
        return (not bank or bank in self.tags) and (slot not in layout.contacts or slot in self.contacts)

    def foreign(self, known: Container[Tag]) -> Mapping[int, Tag]:
        """Slot -> the tag in it, for tags that are not known; ``known`` must not change: the answer is remembered."""
        asked: tuple[Container[Tag], Mapping[int, Tag]] | None = self.__dict__.get("_foreign")
        if asked is None or asked[0] is not known:
            asked = known, {slot: it.tag for slot, it in self.hanging.items() if it.tag not in known}
            self.__dict__["_foreign"] = asked
        return asked[1]

    def bank_is_read(self, layout: Layout, slot: int) -> bool:
        """Whether the tags on the bus of this slot are known."""
        return layout.bank_of.get(slot, "") in self.tags

    def content(self, layout: Layout, slot: int) -> Content:
        """What is in this slot, as far as anybody can know."""
        if not self.bank_is_read(layout, slot):
            return UNKNOWN
        if slot in self.hanging:
            return self.hanging[slot]
        if slot not in layout.contacts:
            return EMPTY
        return {None: UNKNOWN, True: UNREADABLE, False: EMPTY}[self.contacts.get(slot)]

    def is_certain(self, layout: Layout, slot: int) -> bool:
        """Whether what is read on the bus of this slot fits together, without a guess unless it has a contact."""
        bank = layout.bank_of.get(slot, "")
        guessed = any(
            it.evidence is Evidence.INFERRED and each in layout.banks[bank] for each, it in self.hanging.items()
        )
        return bank not in self.contrary and (slot in layout.contacts or not guessed)

    def _has_been_contrary(self, bank: str, now: timedelta) -> bool:
        return bank in self.contrary and now - self.contrary[bank] >= PATIENCE

    def _silent_after(self, bank: str, filled: frozenset[int]) -> dict[int, Tag]:
        last = {**self.silent, **{slot: it.tag for slot, it in self.hanging.items()}}
        return {slot: tag for slot, tag in last.items() if slot in filled and tag not in self.tags[bank]}

    def _contrary_after(self, bank: str, agrees: bool, now: timedelta) -> Mapping[str, timedelta]:  # noqa: FBT001
        others = {each: since for each, since in self.contrary.items() if each != bank}
        return others if agrees else {**others, bank: self.contrary.get(bank, now)}


@dataclass(frozen=True, slots=True)
class Bus:
    """The readings of one bank: the tags on it, its slots, those of them that something is in, and whose is silent."""

    tags: frozenset[Tag]
    slots: frozenset[int]
    occupied: frozenset[int]
    silent: Mapping[int, Tag] = field(default_factory=dict)


def place(
    bus: Bus, before: Mapping[int, Hanging], homes: Homes, sure: Evidence = Evidence.TAG_READ
) -> dict[int, Hanging]:
    """Where the tags of a bank hang now, given where they hung before.

    A tag that is still read stays where it was. One new tag and one slot that was filled go together, which is as
    ``sure`` as can be; a slot whose own tag has fallen silent was not filled. What is left is inferred: each tag to its
    own place if that can be, else to the likeliest slot; where contacts had time to follow (``sure`` is inferred),
    to one that something is in, be it in place of a ring that has fallen silent there.
    """
    hanging = {slot: it for slot, it in before.items() if it.tag in bus.tags}
    new = sorted(bus.tags - {it.tag for it in hanging.values()})
    free = bus.occupied - hanging.keys() - bus.silent.keys()
    if len(new) == 1 and len(free) == 1:
        return hanging | {slot: Hanging(new[0], sure) for slot in free}
    settled = sure is Evidence.INFERRED
    for tag in sorted(new, key=lambda tag: homes.get(tag) not in free):
        unused = bus.slots - hanging.keys()
        likely = bus.occupied & unused if settled and bus.occupied & unused else unused
        slot = next(_choices(tag, bus, likely, homes, before), None)
        if slot is not None:
            hanging[slot] = Hanging(tag, Evidence.INFERRED)
    return hanging


def _choices(tag: Tag, bus: Bus, free: frozenset[int], homes: Homes, before: Mapping[int, Hanging]) -> Iterator[int]:
    """Slots for a tag, the likeliest first: its own, one that was filled just now, one whose tag has become unread."""
    home = frozenset({homes[tag]} if tag in homes else ())
    filled = (free & bus.occupied) - bus.silent.keys()
    for candidates in (filled & home, filled - before.keys(), filled, free & home, free - bus.silent.keys(), free):
        yield from sorted(candidates)


def _but(slot: int, mapping: Mapping[int, V]) -> dict[int, V]:
    return {each: value for each, value in mapping.items() if each != slot}
