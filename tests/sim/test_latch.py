"""The physics of one key slot."""

import pytest

from firmware_sim.facts import Line
from firmware_sim.latch import Place, WorldRefuses
from tests.sim.cabinets import FOREIGN, TAG_3, AWorld, a_plan

CONTACT, BOLTS = Line("contact", 3), Line("bolts")


def a_slot(world: AWorld) -> tuple[Place, bool]:
    slot = world.world.slots[3]
    return slot.place, slot.bolt_home


def test_a_bolt_holds_its_seated_ring_and_says_so():
    world = AWorld()

    with pytest.raises(WorldRefuses, match="the bolt holds ring 3 in slot 3"):
        world.world.pull(3, world.now)


@pytest.mark.parametrize(("pulse_ms", "place"), [(19.9, Place.SEATED), (20.0, Place.PRESENTED), (300, Place.PRESENTED)])
def test_a_coil_must_be_on_for_its_travel_time_to_present_the_ring(pulse_ms, place):
    world = AWorld()

    world.pulse(3, pulse_ms)
    world.pass_ms(1000)

    assert a_slot(world) == (place, place is Place.SEATED)


def test_a_presented_ring_keeps_the_bolt_drawn_until_it_is_pulled():
    world = AWorld()
    world.pulse(3, 300)
    world.pass_ms(5000)
    assert world.level(BOLTS)

    world.world.pull(3, world.now)

    assert a_slot(world) == (Place.EMPTY, True)
    assert not world.level(BOLTS)
    assert world.kinds()[-4:] == ["ring_pulled", "line_high", "bolt_home", "line_low"]


def test_the_bolt_of_an_empty_slot_springs_home_with_the_end_of_the_pulse():
    world = AWorld()
    world.world.pull(3, world.now, force=True)

    world.drive(Line("latch", 3), high=True)
    world.pass_ms(20)
    assert a_slot(world) == (Place.EMPTY, False)
    world.pass_ms(280)
    world.drive(Line("latch", 3), high=False)

    assert a_slot(world) == (Place.EMPTY, True)


def test_force_tears_a_ring_out_past_a_bolt_that_does_not_move():
    world = AWorld()

    world.world.pull(3, world.now, force=True)

    assert world.told[0].fields == {"slot": 3, "ring": 3, "tag": TAG_3, "forced": True}
    assert a_slot(world) == (Place.EMPTY, True)
    assert "bolt_drawn" not in world.kinds()


def test_a_ring_put_in_is_seated_and_kept():
    world = AWorld()
    world.world.pull(3, world.now, force=True)

    world.world.insert(3, None, world.now)

    assert a_slot(world) == (Place.SEATED, True)
    with pytest.raises(WorldRefuses, match="the bolt holds"):
        world.world.pull(3, world.now)


def test_a_ring_put_in_while_the_coil_draws_stays_loose():
    world = AWorld()
    world.world.pull(3, world.now, force=True)
    world.drive(Line("latch", 3), high=True)
    world.pass_ms(50)

    world.world.insert(3, "3", world.now)
    with pytest.raises(WorldRefuses, match="the ejector of slot 3 pushes back"):
        world.world.push(3, world.now)
    world.pass_ms(1000)

    assert a_slot(world) == (Place.PRESENTED, False)


def test_a_presented_ring_is_pressed_home():
    world = AWorld()
    world.pulse(3, 300)

    world.world.push(3, world.now)

    assert a_slot(world) == (Place.SEATED, True)
    with pytest.raises(WorldRefuses, match="no presented ring"):
        world.world.push(3, world.now)


def test_a_ring_touches_contact_and_bus_seated_and_presented_alike():
    world = AWorld()
    slots = (3, 4)
    assert not world.level(CONTACT)
    assert TAG_3 in world.world.tags_on("bank1", slots)

    world.pulse(3, 300)
    assert not world.level(CONTACT)
    assert TAG_3 in world.world.tags_on("bank1", slots)

    world.world.pull(3, world.now)
    world.pass_ms(20)
    assert world.level(CONTACT)
    assert TAG_3 not in world.world.tags_on("bank1", slots)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda world: world.insert(3, FOREIGN, 0), "slot 3 is taken by ring 3"),
        (lambda world: world.insert(3, "4", 0), "ring 4 sits in slot 4"),
        (lambda world: world.insert(3, None, 0), "no ring is in a hand"),
        (lambda world: world.insert(3, "9", 0), "'9' is no ring .known: 3, 4."),
        (lambda world: world.insert(3, "01AAAAAA000000FF", 0), "it must end in its checksum, 92"),
        (lambda world: world.pull(9, 0), "there is no slot 9; this cabinet has 3, 4"),
        (lambda world: world.open_door(0), "this cabinet has no door"),
        (lambda world: world.present("probe", "3", 1, 0), "ring 3 sits in slot 3"),
    ],
)
def test_what_a_hand_cannot_do_is_refused_in_words(act, words):
    with pytest.raises(WorldRefuses, match=words):
        act(AWorld().world)


def test_a_tag_of_nobody_is_as_real_as_a_ring():
    world = AWorld()
    world.world.pull(3, world.now, force=True)

    world.world.insert(3, FOREIGN.lower(), world.now)

    assert world.told[-2].fields == {"slot": 3, "ring": None, "tag": FOREIGN}
    assert FOREIGN in world.world.tags_on("bank1", (3,))


def test_a_slot_without_a_latch_keeps_nothing():
    plan = a_plan(door=False)
    world = AWorld(type(plan)(plan.cabinet, None, plan.buses, None, plan.rings))

    world.world.pull(3, world.now)

    assert world.world.slots[3].tag is None


# ---- faults


def test_a_stuck_bolt_stays_home_whatever_its_coil_does():
    world = AWorld()
    world.fault("stuck_bolt", 3)

    world.pulse(3, 300)

    assert "coil_on" in world.kinds()
    assert a_slot(world) == (Place.SEATED, True)


def test_a_bolt_that_comes_free_under_current_lets_the_ring_out():
    world = AWorld()
    world.fault("stuck_bolt", 3)
    world.drive(Line("latch", 3), high=True)
    world.pass_ms(100)

    world.fault("stuck_bolt", 3, on=False)

    assert a_slot(world) == (Place.PRESENTED, False)


def test_a_bolt_stuck_open_lets_its_ring_go_and_does_not_keep_the_next():
    world = AWorld()
    world.pulse(3, 300)
    world.fault("stuck_bolt", 3)
    world.world.pull(3, world.now)
    assert a_slot(world) == (Place.EMPTY, False)

    world.world.insert(3, None, world.now)
    assert a_slot(world) == (Place.PRESENTED, False)
    with pytest.raises(WorldRefuses, match="is stuck: ring 3 stays loose"):
        world.world.push(3, world.now)


def test_a_bolt_stuck_home_bars_an_empty_slot():
    world = AWorld()
    world.world.pull(3, world.now, force=True)
    world.fault("stuck_bolt", 3)

    with pytest.raises(WorldRefuses, match="the bolt is stuck across slot 3"):
        world.world.insert(3, None, world.now)


def test_a_broken_coil_draws_no_current():
    world = AWorld()
    world.fault("broken_coil", 3)

    world.pulse(3, 300)

    assert world.kinds() == ["line_high", "line_low"]


def test_a_coil_that_breaks_under_current_is_off_at_once():
    world = AWorld()
    world.drive(Line("latch", 3), high=True)
    world.pass_ms(5)

    world.fault("broken_coil", 3)

    assert world.told[-1].kind == "coil_off"
    assert world.told[-1].fields == {"slot": 3, "ms": 5.0}


def test_an_unreadable_tag_is_on_no_bus():
    world = AWorld()
    world.fault("unreadable", TAG_3)

    assert TAG_3 not in world.world.tags_on("bank1", (3, 4))
