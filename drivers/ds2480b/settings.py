"""Settings of a DS2480B bridge, and the wires that they describe."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drivers.serial_port import is_hardware
from keycabinet.ports import Wire, Wiring

Slot = Annotated[int, Field(ge=1)]


class Settings(BaseModel):
    """A bridge serves either the slots of one bus, or one touch probe at the panel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Annotated[str, Field(min_length=1)]
    slots: tuple[Slot, ...] = ()
    reader: Annotated[str, Field(pattern="^[a-z][a-z0-9_-]*$")] | None = None

    @model_validator(mode="after")
    def _serves_one_thing(self) -> Self:
        if bool(self.slots) == (self.reader is not None):
            raise ValueError(
                'state either `slots = [...]` (key slots on this bus) or `reader = "panel"` (a touch probe), not both'
            )
        twice = sorted({slot for slot in self.slots if self.slots.count(slot) > 1})
        if twice:
            raise ValueError(f"slots: {twice[0]} is named twice")
        return self


def wiring(name: str, settings: Settings) -> Wiring:
    """What is wired to this bridge."""
    if settings.reader is not None:
        wire = Wire(f"touch probe of reader {settings.reader}", settings.port, "DS2480B bridge, 9600 baud")
        return Wiring((wire,), is_hardware(settings.port), readers=frozenset({settings.reader}))
    wires = tuple(
        Wire(f"iButton contact of slot {slot}", settings.port, f"DS2480B bridge, 9600 baud; bus {name}")
        for slot in settings.slots
    )
    return Wiring(wires, is_hardware(settings.port), banks={name: frozenset(settings.slots)})
