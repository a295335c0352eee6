"""The coils of an opened cabinet: orders in, pulses out. The line is set first, everything else after it."""

from collections import deque
from dataclasses import dataclass
from time import monotonic_ns
from typing import Final

from drivers.gpio.pins import Output
from drivers.gpio.pulses import DOOR, MAX_WAIT_NS, Coil, Pulses
from keycabinet.domain.events import CoilPulsed, PulseRefused
from keycabinet.ports import Emit


@dataclass(frozen=True, slots=True)
class Order:
    """One pulse for this coil, or (``withdraw``) none that has not begun."""

    coil: Coil
    asked_ns: int
    withdraw: bool = False


Orders = deque[Order]

TOO_LATE: Final = f"could not begin within {MAX_WAIT_NS // 1_000_000_000} s"


class Coils:
    """Gives the pulses that are ordered."""

    def __init__(self, coils: dict[Coil, Output], orders: Orders, pulses: Pulses, emit: Emit) -> None:
        self._coils = coils
        self._orders = orders
        self._pulses = pulses
        self._emit = emit

    def step(self, now_ns: int) -> None:
        """Do what is due."""
        while self._orders:
            self._take(self._orders.popleft())
        begun = self._pulses.begin(now_ns)
        if begun is not None:
            self._coils[begun].on()
            self._pulses.began(monotonic_ns())
        self._end(self._pulses.end(now_ns))
        for coil in self._pulses.late(now_ns):
            _refuse(coil, TOO_LATE, self._emit)

    def finish(self, now_ns: int) -> None:
        """End the pulse that is being given."""
        self._end(self._pulses.stop(now_ns))

    def abandon(self, reason: str) -> None:
        """Drop what has not begun; whether a pulse that has begun was given is then unknown."""
        self._pulses.stop(monotonic_ns())
        for coil in self._pulses.clear():
            _refuse(coil, reason, self._emit)
        refuse(self._orders, reason, self._emit)

    @property
    def due_ns(self) -> int | None:
        """When to call ``step`` again although nothing was ordered."""
        return self._pulses.due_ns

    def _take(self, order: Order) -> None:
        if order.withdraw:
            for coil in self._pulses.drop(order.coil):
                _refuse(coil, "withdrawn", self._emit)
        elif order.coil in self._coils:
            self._pulses.ask(order.coil, order.asked_ns)
        else:
            _refuse(order.coil, "no latch is wired there", self._emit)

    def _end(self, coil: Coil | None) -> None:
        if coil is None:
            return
        self._coils[coil].off()
        if coil != DOOR:
            self._emit(CoilPulsed(coil))


def refuse(orders: Orders, reason: str, emit: Emit) -> None:
    """Drop these orders."""
    while orders:
        order = orders.popleft()
        if not order.withdraw:
            _refuse(order.coil, reason, emit)


def _refuse(coil: Coil, reason: str, emit: Emit) -> None:
    if coil != DOOR:
        emit(PulseRefused(coil, reason))
