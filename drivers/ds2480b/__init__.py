"""Maxim DS2480B serial to 1-Wire bridge (DS9097U adapters): a bus of iButton slots, or a touch probe at the panel."""

from drivers.ds2480b.device import Ds2480b
from drivers.ds2480b.settings import Settings, wiring
from keycabinet.ports import Driver, Parts


def build(name: str, settings: Settings) -> Parts:
    """The device of this name; opens nothing."""
    return Parts(Ds2480b(name, settings))


DRIVER = Driver(Settings, wiring, build)
