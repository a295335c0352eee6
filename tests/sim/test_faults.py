"""Faults of wires, tags and supplies, as whoever is at the other end of the wire meets them."""

import errno
import time
from itertools import pairwise
from pathlib import Path

import pytest
import serial
from gpiozero import DigitalOutputDevice

from firmware_sim.facts import Line
from firmware_sim.faults import FAULTS, Of
from firmware_sim.latch import Place
from firmware_sim.pin_factory import SimFactory
from firmware_sim.tags import STRANGER, wrong_with
from tests.sim.cabinets import TAG_3, TAG_4, AWorld, a_plan
from tests.sim.test_cli import run
from tests.simulator import Refused, Simulator, wait_until

HELLO = bytes.fromhex("7E 00 00 01 DC BD")
READY_BODY = b"\x81\x01\x14\x04"
SLOTS = (3, 4)


def test_every_fault_is_listed_with_what_it_is_of_and_what_it_means(tmp_path: Path):
    listed = run("fault", folder=tmp_path).stdout.splitlines()

    assert [line.split()[0] for line in listed] == list(FAULTS)
    assert all(f"of a {kind.of}: {kind.summary}" in line for kind, line in zip(FAULTS.values(), listed, strict=True))


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_switched_on_and_off_and_is_written_down(sim: Simulator, name: str):
    subject = {Of.SLOT: "3", Of.LINE: "panel", Of.PINS: "pins", Of.BUS: "bank1", Of.TAG: TAG_3, Of.CABINET: ""}
    shown = subject[FAULTS[name].of]

    sim.fault(name, shown)
    assert [fault["fault"] for fault in sim.status()["faults"]] == [name]
    sim.fault(name, shown, on=False)
    assert sim.status()["faults"] == []
    assert [row["kind"] for row in sim.journal() if row.get("fault") == name] == ["fault_on", "fault_off"]


def test_a_fault_of_something_that_is_not_there_is_refused(sim: Simulator):
    with pytest.raises(Refused, match="'bank1' is no device on GPIO lines; this cabinet has pins"):
        sim.fault("pins_lost", "bank1")


# ---- serial lines


def test_a_pulled_adapter_takes_its_path_with_it_and_comes_back_as_another_node(sim: Simulator):
    path = Path(sim.path("ttyPANEL"))
    before = path.readlink()
    with serial.Serial(str(path), 19200, timeout=1) as port:
        sim.fault("pulled", "panel")
        assert not path.exists()
        with pytest.raises((OSError, serial.SerialException)):
            port.read(1)

    sim.fault("pulled", "panel", on=False)
    assert path.readlink() != before
    with serial.Serial(str(path), 19200, timeout=2) as port:
        port.write(HELLO)  # the READY of its power-up may be on the line, cut by the opening
        assert port.read_until(READY_BODY).endswith(READY_BODY)


def test_a_simulator_ends_in_order_with_an_adapter_pulled_and_the_pins_lost(sim: Simulator):
    sim.fault("pulled", "panel")
    sim.fault("pins_lost", "pins")

    sim.stop()

    assert not Path(sim.path("pins.sock")).exists()


def test_a_device_without_power_is_silent_and_has_forgotten_everything_when_it_is_back(sim: Simulator):
    with serial.Serial(sim.path("ttyPANEL"), 19200, timeout=0.1) as port:
        port.read(100)
        sim.fault("absent", "panel")
        port.write(HELLO)
        assert port.read(1) == b""

        ready = len(sim.journal("panel_ready"))
        sim.fault("absent", "panel", on=False)
        wait_until(lambda: len(sim.journal("panel_ready")) == ready + 1)


# ---- pins


def test_lost_pins_hang_up_on_their_user_and_hold_their_level(sim: Simulator, pins: SimFactory):
    lamp = DigitalOutputDevice(18, pin_factory=pins)
    lamp.on()
    sim.wait_for("lamp_on", slot=3)

    sim.fault("pins_lost", "pins")
    wait_until(lambda: not pins.link.alive)
    with pytest.raises(ConnectionResetError):
        lamp.off()
    with pytest.raises(OSError, match="no simulator listens") as refused:
        SimFactory(address=sim.path("pins.sock"))
    assert refused.value.errno == errno.ENOENT
    assert sim.slot(3)["lamp"] in {"on", "steady"}

    sim.fault("pins_lost", "pins", on=False)
    SimFactory(address=sim.path("pins.sock")).close()


# ---- tags


def test_a_chattering_tag_makes_and_breaks_contact_many_times_a_second():
    world = AWorld()
    world.fault("chatter", TAG_3)
    seen = []
    for _ in range(300):
        world.pass_ms(10)
        seen.append(TAG_3 in world.world.tags_on("bank1", SLOTS))
        assert TAG_4 in world.world.tags_on("bank1", SLOTS)
    changes = sum(a != b for a, b in pairwise(seen))
    assert 15 < changes < 150
    assert 60 < sum(seen) < 240

    world.fault("chatter", TAG_3, on=False)
    world.pass_ms(1000)
    assert TAG_3 in world.world.tags_on("bank1", SLOTS)


def test_a_second_tag_is_on_its_bus_and_on_no_other():
    world = AWorld()
    world.fault("second_tag", "bank1")

    assert not wrong_with(STRANGER)
    assert world.world.tags_on("bank1", SLOTS) == {TAG_3, TAG_4, STRANGER}
    assert world.world.tags_on("probe", ()) == frozenset()


def test_a_copy_can_be_held_to_the_probe_and_put_into_another_slot_while_the_ring_hangs():
    world = AWorld()
    world.world.pull(4, world.now, force=True)
    world.fault("copied", TAG_3)

    world.world.present("probe", "3", 1_000_000, world.now)
    assert world.world.tags_on("probe", ()) == {TAG_3}
    world.world.insert(4, "3", world.now)
    assert {world.world.slots[slot].tag for slot in SLOTS} == {TAG_3}


# ---- contacts and supplies


def test_a_worn_contact_bounces_for_a_second_and_rests_where_it_should():
    world = AWorld()
    world.fault("bounce", 3)
    world.world.pull(3, world.now, force=True)
    edges = 0
    for _ in range(100):
        before = len([kind for kind in world.kinds() if kind.startswith("line_")])
        world.pass_ms(10)
        edges += len([kind for kind in world.kinds() if kind.startswith("line_")]) - before
    world.pass_ms(100)

    assert edges > 80
    assert world.level(Line("contact", 3))


def test_in_a_brown_out_a_coil_draws_current_and_no_bolt():
    world = AWorld()
    world.fault("brown_out")
    world.pulse(3, 300)
    assert "coil_on" in world.kinds()
    assert world.world.slots[3].place is Place.SEATED

    world.fault("brown_out", on=False)
    world.pulse(3, 300)
    assert world.world.slots[3].place is Place.PRESENTED


def test_in_a_brown_out_the_door_stays_locked_too():
    world = AWorld(a_plan())
    world.fault("brown_out")

    world.drive(Line("door_latch"), high=True)
    world.pass_ms(300)

    assert "door_unlatched" not in world.kinds()


def test_the_loss_of_the_mains_is_hidden_by_the_battery(sim: Simulator):
    before = sim.status()
    sim.fault("mains")
    after = sim.status()

    assert {name: after[name] for name in before if name not in {"seq", "faults"}} == {
        name: before[name] for name in before if name not in {"seq", "faults"}
    }


def test_noise_is_a_line_that_never_rests(sim: Simulator):
    sim.fault("noise", "bank1")
    with serial.Serial(sim.path("ttyBANK1"), 9600, timeout=1) as port:
        began = time.monotonic()
        assert len(port.read(50)) == 50
        assert time.monotonic() - began < 1
