"""The contacts of an opened cabinet: edges and levels in, readings out."""

from collections.abc import Sequence
from typing import Final

from drivers.debounce import StableLevel
from drivers.gpio.pins import Input
from keycabinet.ports import Emit

READ_AGAIN_NS: Final = 1_000_000_000
"""Every line is read again so often: a lost edge does no harm."""
FIRST_READING_NS: Final = 1_000_000_000
"""A contact that chatters at the start must not keep the others from being reported."""


class Contacts:
    """Reads the lines; silent until ``tell_all``, then tells every change."""

    def __init__(self, inputs: Sequence[Input], stable_ns: int, emit: Emit, now_ns: int) -> None:
        self._inputs = inputs
        self._levels = [StableLevel(stable_ns) for _ in inputs]
        self._emit = emit
        self._told = False
        self._give_up_ns = now_ns + FIRST_READING_NS
        self._read_again_ns = now_ns

    def edge(self, number: int, now_ns: int) -> None:
        """The line moved; its level is read, for an edge may be lost or late."""
        self._see(number, now_ns, edge=True)

    def step(self, now_ns: int) -> None:
        """Read the lines whose time it is."""
        every_line = now_ns >= self._read_again_ns
        if every_line:
            self._read_again_ns = now_ns + READ_AGAIN_NS
        for number, level in enumerate(self._levels):
            if every_line or (level.due_ns is not None and now_ns >= level.due_ns):
                self._see(number, now_ns, edge=False)

    def settled(self, now_ns: int) -> bool:
        """Whether every line has a level that counts, or has had its time."""
        return now_ns >= self._give_up_ns or all(level.level is not None for level in self._levels)

    def tell_all(self) -> None:
        """Emit the first reading of every line."""
        for each, level in zip(self._inputs, self._levels, strict=True):
            self._emit(each.reading(each.is_high() if level.level is None else level.level))
        self._told = True

    @property
    def due_ns(self) -> int:
        """When to call ``step`` again although no line has moved."""
        due = [level.due_ns for level in self._levels if level.due_ns is not None]
        return min(self._read_again_ns, *due) if due else self._read_again_ns

    def _see(self, number: int, now_ns: int, *, edge: bool) -> None:
        is_high = self._inputs[number].is_high()
        if self._levels[number].see(is_high, now_ns, edge=edge) and self._told:
            self._emit(self._inputs[number].reading(is_high))
