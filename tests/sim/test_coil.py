"""The monostable behind each coil."""

from firmware_sim.facts import MS, Line
from tests.sim.cabinets import AWorld, a_plan

LATCH = Line("latch", 3)


def currents(world: AWorld) -> list[tuple[str, float]]:
    return [(fact.kind, fact.at / MS) for fact in world.told if fact.kind.startswith("coil")]


def test_the_monostable_ends_the_current_although_the_line_stays_high():
    world = AWorld()

    world.drive(LATCH, high=True)
    world.pass_ms(10_000)

    assert currents(world) == [("coil_on", 0), ("coil_off", 500)]
    assert "line_low" not in [fact.kind for fact in world.told if fact.fields.get("line") == "latch"]


def test_the_falling_edge_ends_the_current_before_the_monostable():
    world = AWorld()

    world.pulse(3, 300)
    world.pass_ms(1000)

    assert currents(world) == [("coil_on", 0), ("coil_off", 300)]
    assert next(fact for fact in world.told if fact.kind == "coil_off").fields == {"slot": 3, "ms": 300.0}


def test_only_the_falling_edge_arms_the_monostable_again():
    world = AWorld()
    world.drive(LATCH, high=True)
    world.pass_ms(1000)

    world.drive(LATCH, high=True)
    world.pass_ms(1000)
    assert len(currents(world)) == 2

    world.drive(LATCH, high=False)
    world.drive(LATCH, high=True)
    assert currents(world)[-1] == ("coil_on", 2000)


def test_a_coil_without_a_monostable_is_on_for_as_long_as_its_line_is_high():
    world = AWorld(a_plan(door=False, one_shot_ms=None))

    world.pulse(3, 60_000)

    assert currents(world) == [("coil_on", 0), ("coil_off", 60_000)]


def test_a_bridged_monostable_does_not_end_the_current_until_it_is_mended():
    world = AWorld()
    world.fault("no_one_shot")
    world.drive(LATCH, high=True)
    world.pass_ms(9000)
    assert currents(world) == [("coil_on", 0)]

    world.fault("no_one_shot", on=False)

    assert currents(world) == [("coil_on", 0), ("coil_off", 9000)]


def test_the_coil_of_the_door_has_a_monostable_too():
    world = AWorld(a_plan())

    world.drive(Line("door_latch"), high=True)
    world.pass_ms(9000)

    assert currents(world) == [("coil_on", 0), ("coil_off", 500)]
