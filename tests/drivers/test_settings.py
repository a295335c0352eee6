"""What a technician reads when the settings of a device are wrong, and the wiring list when they are right."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.ds2480b import DRIVER as DS2480B
from drivers.gpio import DRIVER as GPIO
from drivers.panel_serial import DRIVER as PANEL
from keycabinet.ports import DeviceFault, Driver, Wire, Wiring

CABINET_A = tomllib.loads((Path(__file__).parents[2] / "config" / "cabinet-a.toml").read_text())["devices"]
ONE_SLOT: dict[str, Any] = {"factory": "mock", "one_shot_ms": 500, "slots": {"1": {"latch": 9}}}


@pytest.mark.parametrize(("name", "driver"), [("pins", GPIO), ("bank1", DS2480B), ("probe", DS2480B), ("panel", PANEL)])
def test_the_example_configuration_is_accepted(name: str, driver: Driver) -> None:
    assert _wiring(driver, name, CABINET_A[name]).wires


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"one_shot_ms": None}, "a coil must be safe without this program"),
        ({"continuous_rated": True}, "not both"),
        ({"one_shot_ms": 200}, "one_shot_ms = 200 would cut off a pulse of pulse_ms = 300"),
        ({"pulse_ms": 1001}, "less than or equal to 1000"),
        ({"pulse_ms": 49}, "greater than or equal to 50"),
        ({"pulse": 300}, "Extra inputs are not permitted"),
        ({"slots": {}}, "at least 1 item"),
        ({"slots": {"0": {"latch": 9}}}, "greater than or equal to 1"),
        ({"slots": {"1": {"latch": 28}}}, "less than or equal to 27"),
        ({"slots": {"1": {"latch": 9, "contact": 9}}}, "GPIO9 is used twice: latch of slot 1 and contact of slot 1"),
        ({"buzzer": 9}, "GPIO9 is used twice: latch of slot 1 and buzzer"),
        ({"door": {"latch": 10, "contact": 9}}, "GPIO9 is used twice: latch of slot 1 and contact of the door"),
        ({"door": {"contact": 10, "open_level": "up"}}, "'high' or 'low'"),
        ({"active_high": False, "factory": "lgpio"}, "would pulse every coil at each start"),
    ],
)
def test_gpio_settings_are_refused_in_words(change: dict[str, object], words: str) -> None:
    settings = {key: value for key, value in (ONE_SLOT | change).items() if value is not None}

    with pytest.raises(ValidationError, match=words):
        GPIO.settings.model_validate(settings)


def test_an_unknown_factory_is_refused_with_the_known_ones_and_the_nearest() -> None:
    settings = GPIO.settings.model_validate(ONE_SLOT | {"factory": "lgpoi"})

    with pytest.raises(ValueError, match=r"'lgpoi', expected one of .*rpigpio.*; did you mean lgpio\?"):
        GPIO.wiring("pins", settings)


def test_options_that_a_factory_does_not_take_are_refused_in_words() -> None:
    settings = GPIO.settings.model_validate(ONE_SLOT | {"factory_options": {"adress": "pins.sock"}})
    device = GPIO.build("pins", settings).device

    with pytest.raises(DeviceFault, match=r"factory_options of mock: .*adress.*accepted revision, pin_class"):
        device.run(lambda _: None, _Never())


def test_no_environment_variable_can_swap_the_factory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    settings = GPIO.settings.model_validate(ONE_SLOT | {"factory": "native", "factory_options": {"no": "such"}})

    with pytest.raises(DeviceFault, match="factory_options of native"):
        GPIO.build("pins", settings).device.run(lambda _: None, _Never())


@pytest.mark.parametrize(
    ("factory", "hardware"), [("lgpio", True), ("rpigpio", True), ("native", True), ("mock", False)]
)
def test_only_pins_that_cannot_be_real_count_as_no_hardware(factory: str, hardware: bool) -> None:
    assert _wiring(GPIO, "pins", ONE_SLOT | {"factory": factory}).hardware is hardware


def test_the_wiring_list_of_gpio_says_what_is_where() -> None:
    wiring = _wiring(
        GPIO,
        "pins",
        ONE_SLOT
        | {
            "slots": {"3": {"latch": 9, "contact": 2, "light": 20}, "4": {"latch": 4}},
            "door": {"latch": 24, "contact": 25},
            "bolts": 26,
            "buzzer": 27,
        },
    )

    assert Wire("latch of slot 3", "GPIO9", "pulse 300 ms, one-shot 500 ms, active high") in wiring.wires
    assert Wire("contact of the door", "GPIO25", "pulled up, high while the door is open") in wiring.wires
    assert (wiring.latches, wiring.contacts, wiring.lights, wiring.bolts) == ({3, 4}, {3}, {3}, {3, 4})
    assert wiring.door_latch
    assert wiring.door_contact
    assert wiring.sounder


def test_a_latch_on_a_line_that_is_high_at_power_up_is_pointed_out() -> None:
    (wire,) = _wiring(GPIO, "pins", ONE_SLOT | {"slots": {"1": {"latch": 2}}}).wires

    assert "GPIO2 is pulled up at power-up: fit a strong pull-down, or use GPIO9-27" in wire.note


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"port": "tty"}, "state either"),
        ({"port": "tty", "slots": [1], "reader": "panel"}, "not both"),
        ({"port": "tty", "slots": [1, 2, 1]}, "slots: 1 is named twice"),
        ({"port": "", "slots": [1]}, "at least 1 character"),
        ({"port": "tty", "slots": [1], "baud": 9600}, "Extra inputs are not permitted"),
    ],
)
def test_ds2480b_settings_are_refused_in_words(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        DS2480B.settings.model_validate(settings)


def test_a_bank_and_a_reader_say_what_they_serve() -> None:
    bank = _wiring(DS2480B, "bank1", {"port": "tty", "slots": [1, 2]})
    probe = _wiring(DS2480B, "probe", {"port": "tty", "reader": "panel"})

    assert bank.banks == {"bank1": {1, 2}}
    assert [wire.what for wire in bank.wires] == ["iButton contact of slot 1", "iButton contact of slot 2"]
    assert probe.readers == {"panel"}


def test_a_baud_rate_that_no_panel_has_is_refused() -> None:
    with pytest.raises(ValidationError, match="9600, 19200, 38400, 57600 or 115200"):
        PANEL.settings.model_validate({"port": "tty", "baud": 1200})


def test_only_a_pty_counts_as_no_hardware_a_missing_port_does_not(tmp_path: Path) -> None:
    master, slave = os.openpty()
    link = tmp_path / "ttyPANEL"
    link.symlink_to(os.ttyname(slave))
    try:
        assert not _wiring(PANEL, "panel", {"port": str(link)}).hardware
        assert _wiring(PANEL, "panel", {"port": str(tmp_path / "ttyNONE")}).hardware
        assert _wiring(PANEL, "panel", {"port": "/dev/null"}).hardware
    finally:
        os.close(master)
        os.close(slave)


class _Never:
    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float | None = None) -> bool:
        return False


def _wiring(driver: Driver, name: str, settings: dict[str, object]) -> Wiring:
    stated = {key: value for key, value in settings.items() if key != "driver"}
    return driver.wiring(name, driver.settings.model_validate(stated))


@pytest.mark.parametrize(("name", "driver"), [("gpio", GPIO), ("ds2480b", DS2480B), ("panel_serial", PANEL)])
def test_every_setting_is_documented(name: str, driver: Driver) -> None:
    document = (Path(__file__).parents[2] / "docs" / "devices" / f"{name}.md").read_text()

    assert [setting for setting in driver.settings.model_fields if f"`{setting}`" not in document] == []
