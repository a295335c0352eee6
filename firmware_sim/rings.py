"""Key rings and their tags outside the slots: in hands, at a reader, or nowhere near."""

from collections.abc import Iterable
from typing import Any

from firmware_sim.facts import Fact, Tell
from firmware_sim.latch import WorldRefuses
from firmware_sim.plan import RingPlan
from firmware_sim.tags import FORM, wrong_with


class Rings:
    """Knows rings by number and tag; a tag that belongs to no ring is a foreign one, and just as real."""

    def __init__(self, rings: Iterable[RingPlan], tell: Tell) -> None:
        self._tell = tell
        self._tags = {ring.number: ring.tag for ring in rings}
        self._numbers = {tag: number for number, tag in self._tags.items()}
        self.in_hand: list[str] = []
        """Tags that somebody has pulled, the latest last."""
        self._held: dict[str, tuple[str, int]] = {}
        """Tag -> reader that it is held to, and until when."""

    def find(self, what: str | None) -> str:
        """The tag of a ring number, of a tag itself, or (None) of the ring pulled last."""
        if what is None:
            if not self.in_hand:
                raise WorldRefuses("no ring is in a hand; say which ring or tag")
            return self.in_hand[-1]
        if FORM.fullmatch(what.upper()):
            if wrong := wrong_with(what.upper()):
                raise WorldRefuses(f"no reader reads {what.upper()}: it {wrong}")
            return what.upper()
        if what.isdecimal() and int(what) in self._tags:
            return self._tags[int(what)]
        known = ", ".join(map(str, self._tags)) or "none"
        raise WorldRefuses(f"{what!r} is no ring (known: {known}) and no tag of 16 hex digits")

    def name(self, tag: str) -> str:
        """``ring 3``, or ``tag 01…`` for a foreign one."""
        return f"ring {self._numbers[tag]}" if tag in self._numbers else f"tag {tag}"

    def fields(self, tag: str) -> dict[str, Any]:
        """A ring as fields of a fact; the number of a foreign tag is null."""
        return {"ring": self._numbers.get(tag), "tag": tag}

    def known(self) -> list[tuple[int, str]]:
        """Number and tag of every ring of the site."""
        return sorted(self._tags.items())

    def take(self, tag: str) -> None:
        """A hand has pulled it out of a slot."""
        self.in_hand.append(tag)

    def put(self, tag: str, now: int) -> None:
        """It leaves the hand, and the reader that it may be held to."""
        if tag in self.in_hand:
            self.in_hand.remove(tag)
        if tag in self._held:
            self._lift(tag, now)

    def hold(self, bus: str, tag: str, until: int) -> None:
        """A hand holds it to this bus for a while."""
        self._held[tag] = (bus, until)

    def held(self, bus: str) -> list[str]:
        """Tags that are held to this bus now."""
        return [tag for tag, (at, _) in self._held.items() if at == bus]

    def next_due(self) -> int | None:
        """When the next hand comes off a reader."""
        return min((until for _, until in self._held.values()), default=None)

    def advance(self, now: int) -> None:
        """Take hands off whose time is over."""
        for tag in [tag for tag, (_, until) in self._held.items() if until <= now]:
            self._lift(tag, now)

    def _lift(self, tag: str, now: int) -> None:
        bus, _ = self._held.pop(tag)
        self._tell(Fact(now, "tag_lifted", {"bus": bus, **self.fields(tag)}))
