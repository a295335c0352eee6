"""The seams of the controller: what it asks of the world, and all that a driver may know of the controller.

A driver is a module with a ``DRIVER``: a settings model, the wiring that those settings describe (for ``check`` and for
the rules: which slot can be sensed how), and a function that builds the device. Building opens nothing; ``run`` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from keycabinet.domain.effects import Light, Tune
from keycabinet.domain.events import Event

__all__ = [
    "Device",
    "DeviceFault",
    "Display",
    "Door",
    "Driver",
    "Emit",
    "KeySlots",
    "Light",
    "Parts",
    "SlotLights",
    "Sounder",
    "Stopping",
    "Tune",
    "Wire",
    "Wiring",
]

Emit = Callable[[Event], None]
"""Hand an event to the inbox. Never blocks, may be called from any thread."""


class DeviceFault(Exception):  # noqa: N818 - the field says fault
    """A device does not do its work: raised by ``Device.run``, told to the rules as ``DeviceFailed``, then retried.

    ``fault`` is a short name such as ``line_silent``; the message says device, act and value, for a technician.
    """

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class Stopping(Protocol):
    """Tells a device's thread that it is time to go; as ``threading.Event``."""

    def is_set(self) -> bool:
        """Whether the thread has to come to its end."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait that many seconds at most; True as soon as the thread has to come to its end."""
        ...


class Device(Protocol):
    """Something that is wired to the cabinet and has a thread of its own."""

    @property
    def name(self) -> str:
        """The name of its table in the configuration."""
        ...

    def run(self, emit: Emit, stopping: Stopping) -> None:
        """Open, send every reading, then ``DeviceReady``; serve until ``stopping``; close whatever happens.

        Outputs are off when it begins and off when it ends. Orders from before the opening are dropped, not obeyed
        (a pulse is refused with ``PulseRefused``).
        Raises DeviceFault or OSError when the device is lost: the supervisor emits ``DeviceFailed`` and calls it again
        after a pause.
        """
        ...


class KeySlots(Protocol):
    """Latches of key slots."""

    def release(self, slot: int) -> None:
        """Queue one pulse for this slot and return at once; answered by ``CoilPulsed`` or ``PulseRefused``."""
        ...

    def withdraw(self, slot: int) -> None:
        """Give no pulse to this slot that has not begun; a pulse that is dropped is answered by ``PulseRefused``."""
        ...


class SlotLights(Protocol):
    """Lamps at key slots."""

    def light(self, slot: int, light: Light) -> None:
        """Set the lamp of a slot and return at once; remembered, and set again when the device comes back."""
        ...


class Door(Protocol):
    """The latch of the cabinet's door."""

    def release_door(self) -> None:
        """Queue one pulse for the door and return at once."""
        ...


class Display(Protocol):
    """A text display at the panel."""

    def show(self, lines: tuple[str, ...]) -> None:
        """Replace the text (4 lines of 20 characters) and return at once; remembered, and shown again on come-back."""
        ...


class Sounder(Protocol):
    """A buzzer at the panel."""

    def play(self, tune: Tune) -> None:
        """Sound this tune once and return at once."""
        ...


@dataclass(frozen=True)
class Parts:
    """A built device and the ports that it serves; None where it has no such part."""

    device: Device
    slots: KeySlots | None = None
    lights: SlotLights | None = None
    door: Door | None = None
    display: Display | None = None
    sounder: Sounder | None = None


@dataclass(frozen=True)
class Wire:
    """One line of the wiring list: what it is for, and where it is connected."""

    what: str
    where: str
    note: str = ""


@dataclass(frozen=True)
class Wiring:
    """What the settings of one device connect.

    ``hardware`` is False only for what cannot be a real lock (a pty, a simulated pin).
    """

    wires: tuple[Wire, ...]
    hardware: bool
    latches: frozenset[int] = frozenset()
    contacts: frozenset[int] = frozenset()
    bolts: frozenset[int] = frozenset()
    lights: frozenset[int] = frozenset()
    banks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Bus of slot tags -> the slots on it."""
    readers: frozenset[str] = frozenset()
    door_latch: bool = False
    door_contact: bool = False
    keypad: bool = False
    display: bool = False
    sounder: bool = False


@dataclass(frozen=True)
class Driver:
    """An entry point of the group ``keycabinet.drivers``.

    ``settings`` is a pydantic model with ``extra="forbid"``; ``wiring`` and ``build`` take the device's name and its
    validated settings. ``wiring`` raises ValueError where settings contradict each other; neither opens anything.
    """

    settings: type[Any]
    wiring: Callable[[str, Any], Wiring]
    build: Callable[[str, Any], Parts]
