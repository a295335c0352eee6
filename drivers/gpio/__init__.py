"""Latches, contacts, lamps and a buzzer on GPIO lines, through the gpiozero pin factory that is configured."""

from functools import partial

from drivers.gpio.device import Gpio
from drivers.gpio.factory import open_factory
from drivers.gpio.settings import Settings
from drivers.gpio.wiring import wiring
from keycabinet.ports import Driver, Parts


def build(name: str, settings: Settings) -> Parts:
    """The device of this name; opens nothing."""
    gpio = Gpio(name, settings, partial(open_factory, name, settings.factory, settings.factory_options))
    has_door = settings.door is not None and settings.door.latch is not None
    return Parts(
        gpio,
        slots=gpio,
        lights=gpio if any(pins.light is not None for pins in settings.slots.values()) else None,
        door=gpio if has_door else None,
        sounder=gpio if settings.buzzer is not None else None,
    )


DRIVER = Driver(Settings, wiring, build)
