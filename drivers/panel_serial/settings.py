"""Settings of a panel on a serial line, and the wires that they describe."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from drivers.serial_port import is_hardware
from keycabinet.ports import Wire, Wiring


class Settings(BaseModel):
    """Where the panel is connected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Annotated[str, Field(min_length=1)]
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 19200


def wiring(name: str, settings: Settings) -> Wiring:  # noqa: ARG001 - one signature for every driver
    """What is wired to this line."""
    wire = Wire("panel: keypad, 4x20 display and sounder", settings.port, f"{settings.baud} baud 8N1")
    return Wiring((wire,), is_hardware(settings.port), keypad=True, display=True, sounder=True)
