"""Cabinets and rings for the tests of the simulator."""

from pathlib import Path
from random import Random

from firmware_sim.facts import MS, Fact, Line
from firmware_sim.faults import Faults
from firmware_sim.plan import BusPlan, PanelPlan, PinsPlan, Plan, RingPlan
from firmware_sim.world import World

TAG_3 = "013D2C1B0A000085"
TAG_4 = "01E3563412000007"
FOREIGN = "01AAAAAA00000092"

CABINET_A = (Path(__file__).parents[2] / "config/cabinet-a.toml").read_text()
RINGS = [(3, TAG_3, 3), (4, TAG_4, 4)]

NO_DOOR = """
[devices.pins]
driver = "gpio"
factory = "keycabinet_sim"
factory_options = { address = "pins.sock" }
one_shot_ms = 500
buzzer = 27
bolts = 26
[devices.pins.slots]
3 = { latch = 2, contact = 10, light = 18 }
4 = { latch = 3, contact = 11, light = 19 }
5 = { latch = 4, contact = 12, light = 20 }
[devices.bank1]
driver = "ds2480b"
port = "ttyBANK1"
slots = [3, 4]
[devices.probe]
driver = "ds2480b"
port = "ttyPROBE"
reader = "panel"
[devices.panel]
driver = "panel_serial"
port = "ttyPANEL"
baud = 19200
"""


def a_plan(*, door: bool = True, one_shot_ms: int | None = 500) -> Plan:
    """Slots 3 and 4 with everything, rings 3 and 4 at home."""
    lines = {
        2: Line("latch", 3),
        3: Line("latch", 4),
        10: Line("contact", 3),
        11: Line("contact", 4),
        18: Line("light", 3),
        26: Line("bolts"),
        27: Line("buzzer"),
        **({24: Line("door_latch"), 25: Line("door_contact")} if door else {}),
    }
    return Plan(
        cabinet="test",
        pins=PinsPlan("pins", "pins.sock", lines, one_shot_ms, door_open_high=True),
        buses=(BusPlan("bank1", "ttyBANK1", (3, 4), None), BusPlan("probe", "ttyPROBE", (), "panel")),
        panel=PanelPlan("panel", "ttyPANEL", 19200),
        rings=(RingPlan(3, TAG_3, 3), RingPlan(4, TAG_4, 4)),
    )


class AWorld:
    """A world, its clock, and all that it told; acts happen now, ``pass_ms`` lets time go by."""

    def __init__(self, plan: Plan | None = None, seed: int = 1) -> None:
        self.now = 0
        self.told: list[Fact] = []
        self.faults = Faults()
        self.world = World(plan or a_plan(door=False), self.told.append, Random(seed), self.faults)

    def pass_ms(self, ms: float) -> None:
        self.now += round(ms * MS)
        self.world.advance(self.now)

    def drive(self, line: Line, *, high: bool) -> None:
        self.world.advance(self.now)
        self.world.drive(line, high, self.now)

    def pulse(self, slot: int, ms: float) -> None:
        self.drive(Line("latch", slot), high=True)
        self.pass_ms(ms)
        self.drive(Line("latch", slot), high=False)

    def fault(self, name: str, subject: int | str = "", *, on: bool = True) -> None:
        self.faults.switch(name, subject, on=on, now=self.now)

    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.told]

    def level(self, line: Line) -> bool:
        return self.world.contacts.levels[line]
