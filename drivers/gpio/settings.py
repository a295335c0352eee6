"""Settings of a cabinet on GPIO lines, and the wires that they describe."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Pin = Annotated[int, Field(ge=0, le=27)]
"""A line by its BCM number."""
Slot = Annotated[int, Field(ge=1)]

LEVEL_BEFORE_DIRECTION: Final = frozenset({"rpigpio", "keycabinet_sim"})
"""Factories that set a line's level before they make it an output. The others drive it low for a moment."""


class SlotPins(BaseModel):
    """The lines of one slot."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latch: Pin
    contact: Pin | None = None
    light: Pin | None = None


class DoorPins(BaseModel):
    """The lines of the cabinet's door."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latch: Pin | None = None
    contact: Pin | None = None
    open_level: Literal["high", "low"] = "high"


class Settings(BaseModel):
    """Coils, contacts and lamps of one cabinet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    factory: str
    factory_options: dict[str, str | int | float | bool] = {}
    active_high: bool = True
    pulse_ms: Annotated[int, Field(ge=50, le=1000)] = 300
    pause_ms: Annotated[int, Field(ge=100, le=10_000)] = 200
    rest_ms: Annotated[int, Field(ge=0, le=60_000)] = 3000
    one_shot_ms: Annotated[int, Field(gt=0)] | None = None
    continuous_rated: bool = False
    debounce_ms: Annotated[int, Field(ge=1, le=1000)] = 50
    buzzer: Pin | None = None
    bolts: Pin | None = None
    door: DoorPins | None = None
    slots: Annotated[dict[Slot, SlotPins], Field(min_length=1)]

    @model_validator(mode="after")
    def _coils_are_safe_without_us(self) -> Self:
        if (self.one_shot_ms is None) is not self.continuous_rated:
            raise ValueError(
                "a coil must be safe without this program: state either `one_shot_ms` (the hardware monostable that "
                "ends a pulse) or `continuous_rated = true` (coils that stand being on for ever), not both"
            )
        if self.one_shot_ms is not None and self.one_shot_ms < self.pulse_ms:
            raise ValueError(f"one_shot_ms = {self.one_shot_ms} would cut off a pulse of pulse_ms = {self.pulse_ms}")
        if not self.active_high and self.factory not in LEVEL_BEFORE_DIRECTION:
            raise ValueError(
                f"active_high = false: the factory {self.factory} drives a line low for a moment when it makes it an "
                f"output, and would pulse every coil at each start; use {' or '.join(sorted(LEVEL_BEFORE_DIRECTION))}, "
                "or coil drivers that are active high"
            )
        return self

    @model_validator(mode="after")
    def _no_line_is_used_twice(self) -> Self:
        first: dict[int, str] = {}
        for use, pin in self.uses():
            if pin in first:
                raise ValueError(f"GPIO{pin} is used twice: {first[pin]} and {use}")
            first[pin] = use
        return self

    def uses(self) -> Iterator[tuple[str, int]]:
        """What each line is for."""
        for slot, pins in self.slots.items():
            yield from _named({"latch": pins.latch, "contact": pins.contact, "light": pins.light}, f"slot {slot}")
        if self.door is not None:
            yield from _named({"latch": self.door.latch, "contact": self.door.contact}, "the door")
        yield from ((use, pin) for use, pin in (("buzzer", self.buzzer), ("bolts", self.bolts)) if pin is not None)


def _named(pins: dict[str, int | None], of: str) -> Iterator[tuple[str, int]]:
    return ((f"{part} of {of}", pin) for part, pin in pins.items() if pin is not None)
