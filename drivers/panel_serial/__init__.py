"""Keypad, 4x20 display and sounder on a serial line: the protocol is docs/devices/panel_serial.md."""

from drivers.panel_serial.device import PanelSerial
from drivers.panel_serial.settings import Settings, wiring
from keycabinet.ports import Driver, Parts


def build(name: str, settings: Settings) -> Parts:
    """The device of this name; opens nothing."""
    panel = PanelSerial(name, settings)
    return Parts(panel, display=panel, sounder=panel)


DRIVER = Driver(Settings, wiring, build)
