"""A 1-Wire bus with DS1990A buttons, slot by slot: it carries the wired AND of all that pull it (hardware notes A7)."""

from collections.abc import Callable
from dataclasses import dataclass, field

READ_ROM = (0x33, 0x0F)
SEARCH, MATCH = 0xF0, 0x55


def rom_bits(tag: str) -> list[int]:
    """The 64 bits of a ROM in the order of the wire: family first, each byte LSB first, as ``tag`` is written."""
    return [byte >> bit & 1 for byte in bytes.fromhex(tag) for bit in range(8)]


@dataclass
class Button:
    """One slave: after a reset it takes a ROM command bit by bit, then answers or waits for the next reset."""

    bits: list[int]
    step: int = 64
    """Bits of the present phase that are done; 64 in phase ``idle`` means waiting for a reset."""
    phase: str = "idle"
    command: int = 0

    def reset(self) -> None:
        """The master has reset the bus."""
        self.phase, self.step, self.command = "command", 0, 0

    def pulls(self) -> int:
        """The level that it leaves the bus in this slot: 0 pulls it low."""
        if self.phase == "read":
            return self.bits[self.step]
        if self.phase == "search" and self.step % 3 < 2:
            return self.bits[self.step // 3] ^ (self.step % 3)
        return 1

    def hears(self, bit: int) -> None:
        """The slot is over, and this was the level of the bus."""
        if self.phase == "command":
            self.command |= bit << self.step
            if self.step == 7:
                self._obey()
                return
        elif self._is_not_meant(bit):
            self.phase = "idle"
        self.step += 1
        if self.step == (192 if self.phase == "search" else 64):
            self.phase = "idle"

    def _is_not_meant(self, bit: int) -> bool:
        if self.phase == "search":
            return self.step % 3 == 2 and bit != self.bits[self.step // 3]
        return self.phase == "match" and bit != self.bits[self.step]

    def _obey(self) -> None:
        self.step = 0
        if self.command in READ_ROM:
            self.phase = "read"
        else:
            self.phase = {SEARCH: "search", MATCH: "match"}.get(self.command, "idle")


@dataclass
class OneWireBus:
    """The bus of those buttons that touch it now; ``tags`` and ``shorted`` say what the world is like in each slot."""

    tags: Callable[[], frozenset[str]]
    shorted: Callable[[], bool]
    _buttons: dict[str, Button] = field(default_factory=dict)

    def reset(self) -> str:
        """Reset the bus: ``presence``, ``none`` or ``short``."""
        if self.shorted():
            return "short"
        for button in self._touching():
            button.reset()
        return "presence" if self._buttons else "none"

    def slot(self, bit: int) -> int:
        """One time slot: the master writes 0, or writes 1 and reads; the level that the bus had."""
        buttons = self._touching()
        level = 0 if self.shorted() else min([bit, *(button.pulls() for button in buttons)])
        for button in buttons:
            button.hears(level)
        return level

    def byte(self, value: int) -> int:
        """Eight slots, LSB first."""
        return sum(self.slot(value >> index & 1) << index for index in range(8))

    def triplet(self, wanted: int) -> tuple[int, int]:
        """One step of a search: (discrepancy, chosen direction); where the buttons agree, theirs."""
        bit, complement = self.slot(1), self.slot(1)
        discrepancy = int(bit == complement)
        chosen = (1 if bit else wanted) if discrepancy else bit
        self.slot(chosen)
        return discrepancy, chosen

    def _touching(self) -> list[Button]:
        """Those that touch now; one that has just come waits for a reset."""
        tags = self.tags()
        for tag in self._buttons.keys() - tags:
            del self._buttons[tag]
        for tag in tags - self._buttons.keys():
            self._buttons[tag] = Button(rom_bits(tag))
        return list(self._buttons.values())
