"""The door before the slots."""

import pytest

from firmware_sim.door import DoorState
from firmware_sim.facts import Line
from firmware_sim.latch import Place, WorldRefuses
from tests.sim.cabinets import AWorld, a_plan

LATCH, CONTACT = Line("door_latch"), Line("door_contact")


def a_door() -> AWorld:
    return AWorld(a_plan())


def pulse(world: AWorld, ms: float = 300) -> None:
    world.drive(LATCH, high=True)
    world.pass_ms(ms)
    world.drive(LATCH, high=False)


def test_a_locked_door_does_not_open_without_force():
    world = a_door()

    with pytest.raises(WorldRefuses, match="the latch holds the door"):
        world.world.open_door(world.now)
    world.world.open_door(world.now, force=True)

    assert "door_forced" in world.kinds()


def test_a_pulse_unlatches_the_door_for_ten_seconds():
    world = a_door()
    pulse(world)
    world.pass_ms(9700)

    assert world.world.door.state is DoorState.UNLATCHED
    world.pass_ms(20)
    assert world.world.door.state is DoorState.LOCKED
    assert world.kinds()[-1] == "door_locked"


def test_an_unlatched_door_opens_once():
    world = a_door()
    pulse(world)

    world.world.open_door(world.now)
    world.world.close_door(world.now)

    with pytest.raises(WorldRefuses, match="the latch holds the door"):
        world.world.open_door(world.now)


def test_a_pulse_shorter_than_the_travel_unlatches_nothing():
    world = a_door()
    pulse(world, 19)

    assert world.world.door.state is DoorState.LOCKED


def test_nobody_reaches_a_slot_behind_a_closed_door():
    world = a_door()
    for act in (
        lambda: world.world.pull(3, 0, force=True),
        lambda: world.world.insert(3, None, 0),
        lambda: world.world.push(3, 0),
    ):
        with pytest.raises(WorldRefuses, match="the door is closed before slot 3"):
            act()


def test_a_closing_door_presses_presented_rings_home():
    world = a_door()
    world.world.open_door(0, force=True)
    world.pulse(3, 300)
    assert world.world.slots[3].place is Place.PRESENTED

    world.world.close_door(world.now)

    assert world.world.slots[3].place is Place.SEATED
    assert not world.level(Line("bolts"))


def test_a_closing_door_cannot_press_against_a_coil_that_is_on():
    world = a_door()
    world.world.open_door(0, force=True)
    world.drive(Line("latch", 3), high=True)
    world.pass_ms(100)

    world.world.close_door(world.now)

    assert world.world.slots[3].place is Place.PRESENTED


def test_the_contact_of_the_door_follows_it():
    world = a_door()
    assert not world.level(CONTACT)

    world.world.open_door(0, force=True)
    world.pass_ms(20)
    assert world.level(CONTACT)
    world.world.close_door(world.now)
    world.pass_ms(20)
    assert not world.level(CONTACT)
