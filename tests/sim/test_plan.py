"""What the simulator reads of cabinet.toml and rings.csv, and how it complains."""

import pytest

from firmware_sim.facts import Line
from firmware_sim.plan import PlanError, RingPlan, read_plan
from tests.sim.cabinets import CABINET_A, NO_DOOR, TAG_3, TAG_4


def read(tmp_path, cabinet=NO_DOOR, rings=None):
    (tmp_path / "cabinet.toml").write_text(cabinet)
    if rings is not None:
        (tmp_path / "rings.csv").write_text(rings)
    return read_plan(tmp_path / "cabinet.toml", None if rings is None else tmp_path / "rings.csv")


def test_the_sample_cabinet_is_understood(tmp_path):
    plan = read(tmp_path, CABINET_A)

    assert plan.cabinet == "mc-1"
    assert plan.slots == (1, 2, 3, 4, 5, 6, 7, 8)
    assert plan.has_door
    assert plan.pins.lines[11] == Line("latch", 3)
    assert plan.pins.one_shot_ms == 500
    assert [bus.port for bus in plan.buses] == ["ttyBANK1", "ttyPROBE"]
    assert plan.panel.baud == 19200


def test_rings_are_hung_by_their_home_slot_and_other_columns_do_not_matter(tmp_path):
    plan = read(tmp_path, rings=f"title,number,home_slot,tag\nGate,3,4,{TAG_3}\nSpare,4,,{TAG_4}\n")

    assert plan.rings == (RingPlan(3, TAG_3, 4), RingPlan(4, TAG_4, None))


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("[devices", "[device", r"cabinet.toml: \[devices\] has no device; add a table like"),
        (
            "baud = 19200",
            'baud = "19200"',
            r"cabinet.toml: \[devices.panel\] baud must be a whole number, and is '19200'",
        ),
        ('port = "ttyPANEL"', "", r"cabinet.toml: \[devices.panel\] port is missing"),
        ('"panel_serial"', '"panel_usb"', r"driver 'panel_usb' is not simulated; the simulator knows gpio, ds2480b"),
        ('factory = "keycabinet_sim"', 'factory = "lgpio"', "factory is 'lgpio', real hardware; simulate with"),
        ("contact = 10", "contact = 11", r"slots.4\] contact is line 11, which is wired to contact 3 already"),
        ('reader = "panel"', "", r"\[devices.probe\] slots or reader: give one of the two"),
        ("slots = [3, 4]", "slots = 3", r"\[devices.bank1\] slots must be a list, and is 3"),
        ("3 = {", "three = {", "'three' must be a slot number with a table"),
        ("[devices.pins]", "devices.pins]", "not TOML"),
        ('"ds2480b"\nport = "ttyPROBE"', '"panel_serial"\nport = "x"', "'panel_serial' is there twice"),
    ],
)
def test_a_wrong_cabinet_names_file_and_field_and_what_to_do(tmp_path, wrong, right, words):
    with pytest.raises(PlanError, match=words):
        read(tmp_path, NO_DOOR.replace(wrong, right))


@pytest.mark.parametrize(
    ("rings", "words"),
    [
        ("number,tag\n", r"rings.csv: column home_slot is missing; the first line names the columns"),
        (f"number,tag,home_slot\nX3,{TAG_3},3\n", r"rings.csv line 2: number 'X3' must be a whole number"),
        ("number,tag,home_slot\n3,12,3\n", r"line 2: tag '12' must be 16 hex digits"),
        (f"number,tag,home_slot\n3,{TAG_3[:-1]}6,3\n", r"must end in its checksum, 85"),
        (f"number,tag,home_slot\n3,{TAG_3},9\n", r"home_slot '9' is not a slot of this cabinet .3-5."),
        (f"number,tag,home_slot\n3,{TAG_3},3\n3,{TAG_4},4\n", r"rings.csv: number 3 is there twice"),
        (f"number,tag,home_slot\n3,{TAG_3},3\n4,{TAG_4},3\n", r"rings.csv: home 3 is there twice"),
    ],
)
def test_wrong_rings_name_file_and_line_and_what_to_do(tmp_path, rings, words):
    with pytest.raises(PlanError, match=words):
        read(tmp_path, rings=rings)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(PlanError, match=r"cabinet.toml: there is no such file; name it with --config"):
        read_plan(tmp_path / "cabinet.toml", None)
    (tmp_path / "cabinet.toml").write_text(NO_DOOR)
    with pytest.raises(PlanError, match=r"rings.csv: there is no such file; name it with --rings"):
        read_plan(tmp_path / "cabinet.toml", tmp_path / "rings.csv")
