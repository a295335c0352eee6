"""The cabinet on GPIO lines as a device: one thread gives every pulse, and reads every contact.

Outputs are off before the first reading, off at the end of ``run`` and off when it fails. A pulse is timed by this
thread alone; should the thread be stopped in the middle of one, the hardware one-shot ends it.
"""

from collections import deque
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from time import monotonic_ns
from typing import Final

from drivers.gpio.coils import Coils, Order, Orders, refuse
from drivers.gpio.contacts import Contacts
from drivers.gpio.pins import FactoryOpener, off_first, open_pins
from drivers.gpio.pulses import DOOR, Pulses, Timing
from drivers.gpio.settings import Settings
from drivers.gpio.signals import Signals
from keycabinet.domain.events import DeviceReady
from keycabinet.ports import DeviceFault, Emit, Light, Stopping, Tune

MS: Final = 1_000_000
LOOK_UP_NS: Final = 200 * MS
"""At the latest after this long the thread looks whether it has to stop."""


class Gpio:
    """Latches, lamps, door, buzzer and contacts of the device named ``name``."""

    def __init__(self, name: str, settings: Settings, open_factory: FactoryOpener) -> None:
        self._name = name
        self._settings = settings
        self._open_factory = open_factory
        self._wake_up: SimpleQueue[int | None] = SimpleQueue()
        """Number of an input that had an edge, or None: look at the orders."""
        self._orders: Orders = deque()
        self._pulses = Pulses(Timing(settings.pulse_ms * MS, settings.pause_ms * MS, settings.rest_ms * MS))
        self._tunes: deque[Tune] = deque(maxlen=1)
        self._lights: dict[int, Light] = {}

    @property
    def name(self) -> str:
        """The name of its table in the configuration."""
        return self._name

    def release(self, slot: int) -> None:
        """Queue one pulse for this slot."""
        self._orders.append(Order(slot, monotonic_ns()))
        self._wake_up.put(None)

    def withdraw(self, slot: int) -> None:
        """Drop the pulse of this slot, unless it has begun."""
        self._orders.append(Order(slot, monotonic_ns(), withdraw=True))
        self._wake_up.put(None)

    def release_door(self) -> None:
        """Queue one pulse for the door."""
        self._orders.append(Order(DOOR, monotonic_ns()))
        self._wake_up.put(None)

    def light(self, slot: int, light: Light) -> None:
        """Set the lamp of this slot."""
        self._lights[slot] = light
        self._wake_up.put(None)

    def play(self, tune: Tune) -> None:
        """Sound this tune; one that still sounds is cut off."""
        self._tunes.append(tune)
        self._wake_up.put(None)

    def run(self, emit: Emit, stopping: Stopping) -> None:
        """Open the lines with every output off, report every level, serve until ``stopping``, and leave all off."""
        try:
            self._run(emit, stopping)
        except OSError as error:
            raise DeviceFault("pins_lost", f"{self._name}: lost the lines: {error}") from error

    def _run(self, emit: Emit, stopping: Stopping) -> None:
        self._forget_orders(emit)
        with ExitStack() as stop_list:
            pins = open_pins(self._name, self._settings, self._open_factory, self._wake_up, stop_list)
            coils = Coils(pins.coils, self._orders, self._pulses, emit)
            stop_list.callback(coils.abandon, f"{self._name} was closed")
            off_first(pins, stop_list)
            contacts = Contacts(pins.inputs, self._settings.debounce_ms * MS, emit, monotonic_ns())
            self._await_first_readings(contacts, stopping)
            if stopping.is_set():
                return
            contacts.tell_all()
            refuse(self._orders, f"ordered before {self._name} was ready", emit)
            emit(DeviceReady(self._name))
            self._serve(coils, contacts, Signals(pins.lamps, pins.buzzer, self._tunes), stopping)
            coils.finish(monotonic_ns())

    def _await_first_readings(self, contacts: Contacts, stopping: Stopping) -> None:
        while not (stopping.is_set() or contacts.settled(monotonic_ns())):
            contacts.step(monotonic_ns())
            moved = self._next_wake_up(contacts.due_ns)
            if moved is not None:
                contacts.edge(moved, monotonic_ns())

    def _serve(self, coils: Coils, contacts: Contacts, signals: Signals, stopping: Stopping) -> None:
        moved = None
        while not stopping.is_set():
            coils.step(monotonic_ns())
            if moved is not None:
                contacts.edge(moved, monotonic_ns())
            contacts.step(monotonic_ns())
            signals.step(self._lights, monotonic_ns())
            moved = self._next_wake_up(coils.due_ns, contacts.due_ns, signals.due_ns)

    def _next_wake_up(self, *due_ns: int | None) -> int | None:
        """Wait for an edge (the number of its input), for an order (None), or until something is due (None)."""
        now_ns = monotonic_ns()
        until_ns = min(now_ns + LOOK_UP_NS, *(due for due in due_ns if due is not None))
        try:
            return self._wake_up.get(timeout=max(0, until_ns - now_ns) / 1e9)
        except Empty:
            return None

    def _forget_orders(self, emit: Emit) -> None:
        refuse(self._orders, f"ordered while {self._name} was closed", emit)
        self._tunes.clear()
        while not self._wake_up.empty():
            self._wake_up.get()
