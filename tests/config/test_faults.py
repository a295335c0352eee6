"""Each mistake in cabinet.toml is named with its line, its field, what was expected and what was probably meant."""

from pathlib import Path

import pytest

from keycabinet.config import FaultsFound, load
from keycabinet.errors import ConfigError
from tests.config.samples import CABINET, faults_in, line_of, with_change, written

ZONE = 'timezone = "America/Chicago"'
SLOT_2 = "2 = { latch = 10, contact = 12 }"
DOOR = "door = { latch = 24, contact = 25 }"
MQTT = 'baud = 19200\n[mqtt]\nhost = "b"\n'
PANEL_2 = 'baud = 19200\n[devices.panel2]\ndriver = "panel_serial"\nport = "ttyPANEL2"\n'

ONE_MISTAKE = [
    # what is written instead of what; field; found; expected; nearest
    ("slots = 2", "slot = 2\nslots = 2", "cabinet.slot", "unknown key", "one of id, slots, timezone, title", "slots"),
    (
        "[store]",
        "[stoer]\n[store]",
        "stoer",
        "unknown key",
        "one of alarms, cabinet, control, devices,",
        "store",
    ),
    ("pulse_ms = 300", "pulse = 9", "devices.pins.pulse", "unknown key", "one of active_high, bolts,", "pulse_ms"),
    ("slots = 2", "slots = 0", "cabinet.slots", "0 found", "a whole number from 1 to 999", ""),
    ('id = "mc-1"', 'id = "mc/1"', "cabinet.id", '"mc/1" found', "1 to 32 letters, digits and hyphens", ""),
    (ZONE, 'timezone = "America/Chicgo"', "cabinet.timezone", "is no time zone", "IANA list", "America/Chicago"),
    (ZONE, 'timezone = "America"', "cabinet.timezone", "is no time zone", "IANA list", "America/"),
    ('pepper = "pepper"', "pepper = 5", "store.pepper", "5 found", "a path", ""),
    ("[control]", "[keypad]\nmenu_s = true\n[control]", "keypad.menu_s", "true found", "a number from 1 to 300", ""),
    ("[control]", "[keypad]\nmenu_s = nan\n[control]", "keypad.menu_s", "NaN found", "a number from 1 to 300", ""),
    ("[control]", "[keypad]\npin_digits = 3\n[control]", "keypad.pin_digits", "3 found", "number from 4 to 12", ""),
    ("pulse_ms = 300", "pulse_ms = 5", "devices.pins.pulse_ms", "5 found", "a whole number from 50 to 1000", ""),
    ("pulse_ms = 300", 'pulse_ms = "300"', "devices.pins.pulse_ms", '"300" found', "number from 50 to 1000", ""),
    ("pulse_ms = 300", "pulse_ms = 600", "devices.pins.one_shot_ms", "would cut off a pulse", "", ""),
    (SLOT_2, "2 = { latch = 77 }", "devices.pins.slots.2.latch", "77 found", "a whole number from 0 to 27", ""),
    (SLOT_2, "2 = { latch = 9 }", "devices.pins", "GPIO9 is used twice", "", ""),
    (SLOT_2, "b = { latch = 10 }", "devices.pins.slots.b", '"b" cannot be a key here', "a whole number", ""),
    (SLOT_2, f"{SLOT_2}\n02 = {{ latch = 3 }}", "devices.pins.slots.02", "twice, as 2 and 02", "one spelling", ""),
    (
        DOOR,
        'door = { open_level = "hihg" }',
        "devices.pins.door.open_level",
        '"hihg" found',
        '"high" or "low"',
        '"high"',
    ),
    ('factory = "mock"', 'factory = "mok"', "devices.pins.factory", "unknown pin factory 'mok'", "one of ", "mock"),
    (
        'driver = "gpio"',
        'driver = "gpoi"',
        "devices.pins.driver",
        '"gpoi" is no driver',
        "one of ds2480b, gpio",
        "gpio",
    ),
    ("slots = [1, 2]", "slots = [1, 0]", "devices.bank1.slots.1", "0 found", "a whole number of at least 1", ""),
    ("baud = 19200", "baud = 19201", "devices.panel.baud", "19201 found", "9600 or 19200 or 38400", "19200"),
    ("[devices.probe]", "[devices.Probe]", "devices.Probe", '"Probe" cannot be a key here', "a name that matches", ""),
    ("[devices.probe]", "[devices]\nlamp = 3\n[devices.probe]", "devices.lamp", "3 found", "a table with a driver", ""),
    ("baud = 19200", f"{MQTT}protocol = 5", "mqtt.protocol", "5 found", '"5" or "3.1.1"', '"5"'),
    ("baud = 19200", f"{MQTT}port = 70000", "mqtt.port", "70000 found", "a whole number from 1 to 65535", ""),
    (
        "baud = 19200",
        f'{MQTT}[[mqtt.consumers]]\nname = "The Board"\nkey_file = "k"',
        "mqtt.consumers.0.name",
        '"The Board" found',
        "a text that matches ^[a-z][a-z0-9_-]{0,31}$",
        "",
    ),
    (
        "baud = 19200",
        f'{MQTT}consumers = [{{ name = "b", key_file = "k" }}, {{ name = "b", key_file = "l" }}]',
        "mqtt.consumers",
        "b stands there twice",
        "",
        "",
    ),
    ("baud = 19200", f'{MQTT}password_file = "x"', "mqtt.password_file", "needs a `username`", "", ""),
    ("baud = 19200", f'{MQTT}tls = {{ ca = "a", cert = "c" }}', "mqtt.tls.cert", "come together", "", ""),
    # what the devices make together
    ("slots = 2", "slots = 1", "devices.pins.slots.2", "latch of slot 2 is wired", "slots 1 to 1 (cabinet.slots)", ""),
    (
        "2 = { latch = 10, contact = 12 }",
        "2 = { latch = 10 }",
        "devices.bank1.slots",
        "slot 2 has no contact",
        "a bus",
        "",
    ),
    ("slots = [1, 2]", "slots = [1]", "cabinet.slots", "slot 2 has no tag bus", "a contact cannot name a ring", ""),
    (SLOT_2, "", "cabinet.slots", "slot 2 has no latch", "one latch for every slot", ""),
    ('reader = "panel"', "slots = [2]", "devices.probe.slots", "has a tag bus at bank1", "one tag bus a slot", ""),
    ('port = "ttyPROBE"', 'port = "ttyBANK1"', "devices.probe.port", "used by bank1 already", "one device at each", ""),
    (DOOR, "door = { latch = 24 }", "devices.pins.door", "latch and no contact", "both, or neither", ""),
    (DOOR, "door = { contact = 24 }", "devices.pins.door", "contact and no latch", "both, or neither", ""),
    ("baud = 19200", PANEL_2, "devices.panel2", "2 keypads (panel, panel2)", "exactly one device with a keypad", ""),
]


@pytest.mark.parametrize("mistake", ONE_MISTAKE)
def test_a_mistake_is_named(tmp_path: Path, mistake: tuple[str, ...]) -> None:
    old, new, field, found, expected, nearest = mistake
    text = with_change(old, new)

    fault = next(fault for fault in faults_in(written(tmp_path, text)) if fault.field == field)

    assert found in fault.found
    assert expected in fault.expected
    _, asked, hint = str(fault).rpartition("; did you mean ")
    assert hint.startswith(nearest) if nearest else not asked
    key = field.rpartition(".")[2] if field != "devices.bank1.slots.1" else "slots"
    assert key in text.splitlines()[fault.line - 1]
    assert str(fault).startswith(f"{tmp_path}/cabinet.toml:{fault.line}: {field}: ")


@pytest.mark.parametrize(("old", "new", "field"), [(old, new, field) for old, new, field, *_ in ONE_MISTAKE])
def test_a_mistake_makes_no_other(tmp_path: Path, old: str, new: str, field: str) -> None:
    of_several = {"devices.pins.slots.2", "devices.Probe", "devices.lamp"}  # two parts of it are wrong, or a part lacks

    fields = {fault.field for fault in faults_in(written(tmp_path, with_change(old, new)))}

    assert fields == {field} or field in of_several


@pytest.mark.parametrize(
    ("table", "field", "expected"),
    [
        ('path = "cabinet.db"\n', "store.path", "a path"),
        ('[control]\nsocket = "control.sock"\n', "control", "a table with socket, sealed_to_mqtt, peers"),
        ('factory = "mock"\n', "devices.pins.factory", "a text"),
        ('[devices.panel]\ndriver = "panel_serial"\n', "devices.panel.driver", "one of ds2480b, gpio, panel_serial"),
    ],
)
def test_what_is_missing_is_named_with_the_line_of_its_table(
    tmp_path: Path, table: str, field: str, expected: str
) -> None:
    header = "[devices.panel]\n" if "panel]" in table else ""
    text = with_change(table, header)

    (fault,) = (fault for fault in faults_in(written(tmp_path, text)) if fault.field == field)

    assert (fault.found, fault.expected) == ("missing", expected)
    around = f"[{field.rpartition('.')[0]}]"
    assert fault.line == (line_of(text, around) if around in text else 1)


def test_a_reader_has_a_name_of_its_own(tmp_path: Path) -> None:
    again = '\n[devices.probe2]\ndriver = "ds2480b"\nport = "ttyX"\nreader = "panel"\n'

    (fault,) = faults_in(written(tmp_path, CABINET + again))

    assert (fault.field, fault.line) == ("devices.probe2.reader", line_of(CABINET + again, again) + 4)
    assert "reader panel is the name of probe already" in fault.found


def test_a_cabinet_without_devices_lacks_all_of_them(tmp_path: Path) -> None:
    text = CABINET[: CABINET.index("[devices.pins]")] + "[devices]\n"

    told = "\n".join(map(str, faults_in(written(tmp_path, text))))

    assert all(word in told for word in ("no latch", "no tag bus", "no keypad", "no display"))


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    text = (
        CABINET.replace('id = "mc-1"', 'id = "mc 1"')
        .replace("Chicago", "Chikago")
        .replace("pulse_ms = 300", "pulse_ms = 3")
        .replace("ttyPROBE", "ttyBANK1")
        .replace("baud = 19200", "bauds = 19200")
    )

    fields = [fault.field for fault in faults_in(written(tmp_path, text))]

    assert fields == [
        "cabinet.id",
        "cabinet.timezone",
        "devices.pins.pulse_ms",
        "devices.probe.port",
        "devices.panel.bauds",
    ]


def test_the_error_lists_the_mistakes_one_a_line(tmp_path: Path) -> None:
    path = written(tmp_path, with_change("slots = 2", "slots = 2\nslot = 2\nid2 = 3"))

    with pytest.raises(ConfigError) as caught:
        load(path)

    assert str(caught.value).splitlines() == [
        f"{path}:6: cabinet.slot: unknown key, expected one of id, slots, timezone, title; did you mean slots?",
        f"{path}:7: cabinet.id2: unknown key, expected one of id, slots, timezone, title; did you mean id?",
    ]


def test_the_value_of_an_unknown_key_is_not_shown_for_it_may_be_a_secret(tmp_path: Path) -> None:
    text = CABINET + '\n[mqtt]\nhost = "b"\npassword = "opensesame"\n'

    (fault,) = faults_in(written(tmp_path, text))

    assert fault.nearest == "password_file"
    assert "opensesame" not in str(fault)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("[cabinet]\nid = \n", 2, "not TOML: invalid value"),
        ("[cabinet]\nid = 1\nid = 2\n", 3, "not TOML: cannot overwrite a value"),
        ("[cabinet\n", 1, "not TOML: expected ']'"),
        ('a = """\nx\n', 3, "not TOML: "),
    ],
)
def test_what_is_not_toml_is_said_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    (fault,) = faults_in(written(tmp_path, text))

    assert told in fault.found
    assert fault.line in {line, line - 1}


def test_a_file_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FaultsFound, match="No such file or directory; name another file with --config"):
        load(tmp_path / "cabinet.toml")


def test_a_file_in_another_encoding_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cabinet.toml"
    path.write_bytes(CABINET.replace("Master", "Mäster").encode("latin-1"))

    (fault,) = faults_in(path)

    assert (fault.line, fault.expected) == (3, "a TOML file in UTF-8")
