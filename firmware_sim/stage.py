"""The simulator put together: one world, the wires to it, its journal and its control, served by one loop."""

from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Protocol

from firmware_sim.commands import commands
from firmware_sim.control import ControlServer
from firmware_sim.ds2480b_wire import Ds2480b
from firmware_sim.facts import Fact
from firmware_sim.faults import Faults
from firmware_sim.journal import Journal
from firmware_sim.loop import Loop
from firmware_sim.one_wire import OneWireBus
from firmware_sim.panel_wire import Panel
from firmware_sim.pin_server import PinServer
from firmware_sim.plan import BusPlan, Plan
from firmware_sim.serial_line import SerialLine, Wired
from firmware_sim.world import World

JOURNAL = "journal.jsonl"


class Opened(Protocol):
    """Something that is open while the simulator runs."""

    def open(self, loop: Loop) -> None:
        """Begin, served by the loop."""
        ...

    def close(self) -> None:
        """End, and leave nothing behind."""
        ...


class Stage:
    """Everything of one simulator, in the current folder. ``run`` opens it, serves it and closes it."""

    def __init__(self, plan: Plan, seed: int, now: int) -> None:
        self.plan = plan
        self.faults = Faults()
        self.journal = Journal(Path(JOURNAL))
        self._chance = Random(seed)  # noqa: S311 - bounces and noise, not secrets
        self.world = World(plan, self.tell, self._chance, self.faults)
        self.pins, self.panel = None, None
        if plan.pins:
            self.pins = PinServer(plan.pins, self.world.contacts.levels, self.world.drive, self.tell, self.faults)
        if plan.panel:
            self.panel = Panel(plan.panel.name, plan.panel.baud, self.tell, now)
        self.lines = [self._bus_line(bus) for bus in plan.buses]
        if plan.panel and self.panel:
            self.lines.append(self._line(plan.panel.name, plan.panel.port, self.panel))
        self.control = ControlServer(commands(self), self.journal)

    def run(self) -> None:
        """Open every wire, serve until told to stop, then close every wire."""
        loop = Loop()
        loop.add(self.world)
        with ExitStack() as opened:
            for wire in self._wires():
                wire.open(loop)
                opened.callback(wire.close)
            loop.run()

    def _wires(self) -> list[Opened]:
        """The control first, as only one simulator can have it; it answers when all the others are open."""
        pins = [self.pins] if self.pins else []
        return [self.control, self.journal, *self.lines, *pins]

    def _bus_line(self, bus: BusPlan) -> SerialLine:
        wire = OneWireBus(
            tags=lambda: self.world.tags_on(bus.name, bus.slots),
            shorted=lambda: self.faults.on("short", bus.name),
        )
        return self._line(bus.name, bus.port, Ds2480b(bus.name, wire, self.tell))

    def _line(self, name: str, port: str, device: Wired) -> SerialLine:
        return SerialLine(name, Path(port), device, self.tell, self.faults, self._chance)

    def tell(self, fact: Fact) -> None:
        """Write it down; pass a sensing line's edge on to whoever listens to it."""
        self.journal.record(fact)
        if self.pins and fact.kind in {"line_high", "line_low"}:
            self.pins.sensed(fact)
