"""Whether a tag that touches a bus can be read now: dead tags never, a chattering one half of the time."""

from random import Random

from firmware_sim.facts import MS
from firmware_sim.faults import Faults


class Touch:
    """Makes and breaks the contacts of chattering tags, each for 10 to 150 ms."""

    def __init__(self, faults: Faults, random: Random) -> None:
        self._faults = faults
        self._random = random
        self._due: dict[str, int] = {}
        """Chattering tag -> when its contact changes next."""
        self._apart: set[str] = set()
        faults.listeners.append(self._switched)

    def reads(self, tag: str) -> bool:
        """Whether it answers now."""
        return tag not in self._apart and not self._faults.on("unreadable", tag)

    def next_due(self) -> int | None:
        """When the next contact makes or breaks."""
        return min(self._due.values(), default=None)

    def advance(self, now: int) -> None:
        """Make and break what is due."""
        for tag in [tag for tag, due in self._due.items() if due <= now]:
            self._apart ^= {tag}
            self._due[tag] = now + self._random.randint(10 * MS, 150 * MS)

    def _switched(self, now: int) -> None:
        chattering = {str(tag) for name, tag in self._faults.active if name == "chatter"}
        self._due = {tag: self._due.get(tag, now) for tag in sorted(chattering)}
        self._apart &= chattering
