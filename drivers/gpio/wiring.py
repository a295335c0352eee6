"""The wiring list of a cabinet on GPIO lines, for the technician and for the rules."""

from collections.abc import Callable
from typing import Final

from drivers.gpio.factory import NOT_PINS, find_factory
from drivers.gpio.settings import Settings
from keycabinet.ports import Wire, Wiring

PULLED_UP_AT_POWER_UP: Final = range(9)
"""GPIO0-8 are pulled up until a program says otherwise, GPIO2 and 3 by resistors on the board."""


def wiring(name: str, settings: Settings) -> Wiring:  # noqa: ARG001 - one signature for every driver
    """What is wired to which line."""
    find_factory(settings.factory)
    latches = frozenset(settings.slots)
    return Wiring(
        tuple(_wire(use, pin, settings) for use, pin in settings.uses()),
        settings.factory not in NOT_PINS,
        latches=latches,
        contacts=frozenset(slot for slot, pins in settings.slots.items() if pins.contact is not None),
        bolts=latches if settings.bolts is not None else frozenset(),
        lights=frozenset(slot for slot, pins in settings.slots.items() if pins.light is not None),
        door_latch=settings.door is not None and settings.door.latch is not None,
        door_contact=settings.door is not None and settings.door.contact is not None,
        sounder=settings.buzzer is not None,
    )


def _wire(use: str, pin: int, settings: Settings) -> Wire:
    part, _, of = use.partition(" of ")
    note = _NOTES[part](settings)
    if part == "contact" and of == "the door" and settings.door is not None:
        note = f"pulled up, {settings.door.open_level} while the door is open"
    if part == "latch" and pin in PULLED_UP_AT_POWER_UP and settings.active_high:
        note += f"; GPIO{pin} is pulled up at power-up: fit a strong pull-down, or use GPIO9-27"
    return Wire(use, f"GPIO{pin}", note)


def _latch(settings: Settings) -> str:
    guard = "continuous-rated coil" if settings.one_shot_ms is None else f"one-shot {settings.one_shot_ms} ms"
    return f"pulse {settings.pulse_ms} ms, {guard}, active {'high' if settings.active_high else 'low'}"


_NOTES: Final[dict[str, Callable[[Settings], str]]] = {
    "latch": _latch,
    "contact": lambda settings: f"pulled up, low while a ring sits in the slot, stable for {settings.debounce_ms} ms",
    "light": lambda _: "lamp, active high",
    "buzzer": lambda _: "buzzer, active high",
    "bolts": lambda _: "pulled up, low through a loop that every home bolt closes",
}
