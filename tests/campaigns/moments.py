"""Where in a story a kill fell, judged from the histories and not from the intention."""

from dataclasses import dataclass
from enum import Enum

from tests.campaigns.image import Image


class Interval(Enum):
    """Between which two moments of a story the process died."""

    UNASKED = "before anything was asked"
    BEFORE_INTENT = "asked | before the intent's commit"
    BEFORE_COIL = "after the intent's commit | before the coil"
    AFTER_COIL = "after the coil | before the hand"
    BEFORE_REMOVAL = "pulled | before the removal's commit"
    BEFORE_PUBLISH = "after the removal's commit | before its publish"
    BEFORE_CURSOR = "after its publish | before the cursor"
    AFTER_CURSOR = "after the cursor | ring out"
    BEFORE_RETURN = "put back | before the return's commit"
    AFTER_RETURN = "after the return's commit"


NAMED = tuple(Interval)[1:]
"""The intervals that a campaign aims at."""


@dataclass(frozen=True)
class Death:
    """What was so when a process died."""

    facts: list[dict]
    """The journal of this story."""
    slot: int
    since_row: int
    """The last row before the story."""
    image: Image
    heard: frozenset[int]
    """Rows that a subscriber of the broker had."""


def where(death: Death) -> Interval:
    """The interval in which it happened."""
    taken, returned = (death.image.last(kind, death.since_row) for kind in ("ring.taken", "ring.returned"))
    if returned:
        return Interval.AFTER_RETURN
    if _happened(death, "ring_inserted"):
        return Interval.BEFORE_RETURN
    if taken:
        if death.image.cursor >= taken["seq"]:
            return Interval.AFTER_CURSOR
        return Interval.BEFORE_CURSOR if taken["seq"] in death.heard else Interval.BEFORE_PUBLISH
    if _happened(death, "ring_pulled"):
        return Interval.BEFORE_REMOVAL
    if _happened(death, "coil_on"):
        return Interval.AFTER_COIL
    if death.image.last("release.intended", death.since_row):
        return Interval.BEFORE_COIL
    return Interval.BEFORE_INTENT if _asked(death) else Interval.UNASKED


def _happened(death: Death, kind: str) -> bool:
    return any(fact["kind"] == kind and fact["slot"] == death.slot for fact in death.facts)


def _asked(death: Death) -> bool:
    """Whether the third confirmation was typed: after code and PIN, the slot."""
    return sum(fact["kind"] == "key_pressed" and fact["key"] == "#" for fact in death.facts) >= 3
