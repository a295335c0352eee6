"""Every gpiozero object of a cabinet in one place: opened with outputs off, closed in reverse, outputs off first.

gpiozero's own exit clean-up does not know devices on an explicit factory (hardware notes, part 0), so this stop list is
the only thing that closes them. Closing after a loss goes through the whole list, whatever fails.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol

from gpiozero import DigitalInputDevice, OutputDevice
from gpiozero.exc import GPIOZeroError

from drivers.gpio.pulses import DOOR, Coil
from drivers.gpio.settings import Settings
from keycabinet.domain.events import BoltsRead, ContactRead, DoorRead, Event
from keycabinet.ports import DeviceFault

FactoryOpener = Callable[[], Any]


class Output(Protocol):
    """A line that is driven."""

    def on(self) -> None:
        """Make it active."""
        ...

    def off(self) -> None:
        """Make it inactive."""
        ...


@dataclass(frozen=True)
class Input:
    """A line that is read, and what its level says."""

    is_high: Callable[[], bool]
    reading: Callable[[bool], Event]


@dataclass(frozen=True)
class Pins:
    """The lines of an opened cabinet. The number of an input in ``edges`` is its place in ``inputs``."""

    coils: dict[Coil, Output]
    lamps: dict[int, Output]
    buzzer: Output | None
    inputs: tuple[Input, ...]


def open_pins(
    device: str, settings: Settings, open_factory: FactoryOpener, edges: "SimpleQueue[Any]", stop_list: ExitStack
) -> Pins:
    """Open the factory and every line. An edge puts the number of its input into ``edges``, and does nothing else."""
    try:
        factory = open_factory()
        stop_list.callback(factory.close)
        opener = _Opener(factory, stop_list)
        return Pins(
            coils={coil: opener.output(pin, active_high=settings.active_high) for coil, pin in _coils(settings)},
            lamps={slot: opener.output(each.light) for slot, each in settings.slots.items() if each.light is not None},
            buzzer=None if settings.buzzer is None else opener.output(settings.buzzer),
            inputs=tuple(
                opener.input(pin, reading, partial(edges.put, number))
                for number, (pin, reading) in enumerate(_readings(settings))
            ),
        )
    except GPIOZeroError as error:
        raise DeviceFault("pins_refused", f"{device}: cannot open the lines: {error}") from error


def off_first(pins: Pins, stop_list: ExitStack) -> None:
    """Let closing begin with every output, coils before all others."""
    buzzers = [] if pins.buzzer is None else [pins.buzzer]
    for output in (*buzzers, *pins.lamps.values(), *pins.coils.values()):
        stop_list.callback(output.off)


class _Opener:
    def __init__(self, factory: Any, stop_list: ExitStack) -> None:  # noqa: ANN401 - gpiozero has no types
        self._factory = factory
        self._stop_list = stop_list

    def output(self, pin: int, *, active_high: bool = True) -> Output:
        line = OutputDevice(pin, active_high=active_high, initial_value=False, pin_factory=self._factory)
        self._stop_list.callback(line.close)
        output: Output = line
        return output

    def input(self, pin: int, reading: Callable[[bool], Event], edge: Callable[[], None]) -> Input:
        line = DigitalInputDevice(pin, pull_up=True, pin_factory=self._factory)
        self._stop_list.callback(line.close)
        line.when_activated = edge
        line.when_deactivated = edge
        return Input(lambda: not line.is_active, reading)


def _coils(settings: Settings) -> list[tuple[Coil, int]]:
    door = settings.door.latch if settings.door is not None else None
    coils = [(slot, pins.latch) for slot, pins in settings.slots.items()]
    return coils if door is None else [*coils, (DOOR, door)]


def _readings(settings: Settings) -> list[tuple[int, Callable[[bool], Event]]]:
    readings: list[tuple[int, Callable[[bool], Event]]] = [
        (pins.contact, partial(_contact, slot)) for slot, pins in settings.slots.items() if pins.contact is not None
    ]
    if settings.bolts is not None:
        readings.append((settings.bolts, partial(_bolts, frozenset(settings.slots))))
    if settings.door is not None and settings.door.contact is not None:
        readings.append((settings.door.contact, partial(_door, settings.door.open_level == "high")))
    return readings


def _contact(slot: int, is_high: bool) -> Event:  # noqa: FBT001 - a level is a bool
    return ContactRead(slot, closed=not is_high)


def _bolts(slots: frozenset[int], is_high: bool) -> Event:  # noqa: FBT001 - a level is a bool
    return BoltsRead(slots, home=not is_high)


def _door(open_is_high: bool, is_high: bool) -> Event:  # noqa: FBT001 - a level is a bool
    return DoorRead(is_open=is_high is open_is_high)
