"""The program for ``ExecStopPost=``, as a process beside an lgpio that writes down what it is told."""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.gpio.settings import Settings

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "systemd" / "coils_off.py"
CABINET_A = (ROOT / "config" / "cabinet-a.toml").read_text()
ON_A_PI = CABINET_A.replace('"keycabinet_sim"', '"lgpio"').replace('factory_options = { address = "pins.sock" }', "")
PI_5 = {0: "gpio-brcmstb@107d508500", 4: "pinctrl-rp1", 10: "gpio-brcmstb@107d517c00"}
LGPIO = """
import json, pathlib

open(".lgd-nfy0", "w")
told = json.loads(pathlib.Path({told!r}).read_text())

class error(Exception):
    pass

def gpiochip_open(number):
    if str(number) not in told["chips"]:
        raise error("can not open gpiochip")
    return number << 16 | 3

def gpio_get_chip_info(handle):
    return [0, 54, "gpiochip", told["chips"][str(handle >> 16)]]

def gpio_claim_output(handle, gpio, level=0, lFlags=0):
    if gpio in told["busy"]:
        raise error("GPIO busy")
    with open({calls!r}, "a") as calls:
        calls.write(json.dumps([handle >> 16, gpio, level]) + "\\n")
    return told["status"]
"""


@dataclass(frozen=True)
class Ended:
    """How the program ended, what it said, and which lines were driven: (chip, line) -> level."""

    status: int
    said: list[str]
    driven: dict[tuple[int, int], int]


class Computer:
    """A computer with an lgpio of its own, and a configuration."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.told: dict[str, Any] = {"chips": PI_5, "busy": [], "status": 0}
        self.lgpio = LGPIO.format(told=str(folder / "told"), calls=str(folder / "calls"))

    def run(self, cabinet: str | bytes | None) -> Ended:
        """Run the program with this file, where nobody can write, with nothing installed but the fake."""
        (self._folder / "told").write_text(json.dumps(self.told))
        (self._folder / "lgpio.py").write_text(self.lgpio)
        if cabinet is not None:
            (self._folder / "cabinet.toml").write_bytes(cabinet.encode() if isinstance(cabinet, str) else cabinet)
        command = [sys.executable, "-S", str(PROGRAM), str(self._folder / "cabinet.toml")]
        done = subprocess.run(
            command, cwd="/proc", env={"PYTHONPATH": str(self._folder)}, capture_output=True, text=True, timeout=20,
            check=False,
        )  # fmt: skip
        return Ended(done.returncode, (done.stderr + done.stdout).splitlines(), self._driven())

    def _driven(self) -> dict[tuple[int, int], int]:
        calls = self._folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return {(chip, line): level for chip, line, level in map(json.loads, lines)}


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def latches(cabinet: str) -> set[int]:
    """The latch lines of this configuration, as the driver reads it."""
    settings = Settings(**_without_driver(tomllib.loads(cabinet)["devices"]["pins"]))
    return {pin for use, pin in settings.uses() if use.startswith("latch of ")}


def _without_driver(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != "driver"}


def test_every_latch_that_the_driver_knows_is_switched_off_and_no_other_line(computer: Computer) -> None:
    ended = computer.run(ON_A_PI)

    assert ended == Ended(0, [], {(4, line): 0 for line in latches(ON_A_PI)})
    assert len(ended.driven) == 9  # eight slots and the door


def test_a_coil_that_is_active_low_is_switched_off_by_a_high_line(computer: Computer) -> None:
    ended = computer.run(ON_A_PI.replace("pulse_ms = 300", "active_high = false\npulse_ms = 300"))

    assert ended == Ended(0, [], {(4, line): 1 for line in latches(ON_A_PI)})


@pytest.mark.parametrize(
    ("chips", "options", "chip"),
    [
        ({0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"}, "", 0),
        ({0: "pinctrl-rp1", 11: "gpio-brcmstb@107d508500"}, "", 0),
        ({11: "gpio-brcmstb@107d508500", 13: "pinctrl-rp1"}, "", 13),
        ({0: "somebody-else's"}, "", 0),
        (PI_5, "factory_options = { chip = 10 }", 10),
    ],
)
def test_the_chip_is_the_configured_one_or_that_of_the_header(
    computer: Computer, chips: dict[int, str], options: str, chip: int
) -> None:
    computer.told["chips"] = chips

    ended = computer.run(ON_A_PI.replace("pulse_ms = 300", f"{options}\npulse_ms = 300"))

    assert (ended.status, {chip for chip, _ in ended.driven}) == (0, {chip})


def test_a_line_that_fails_is_named_and_does_not_keep_the_others_on(computer: Computer) -> None:
    computer.told["busy"] = [9, 25]

    ended = computer.run(ON_A_PI)

    assert ended.status == 1
    assert {line for _, line in ended.driven} == latches(ON_A_PI) - {9, 25}
    assert ended.said == [
        "coils_off: pins: latch of slot 1: GPIO9 is not switched off: GPIO busy",
        "coils_off: pins: latch of the door: GPIO25 is not switched off: GPIO busy",
    ]


def test_an_error_that_lgpio_returns_counts_as_one_that_it_raises(computer: Computer) -> None:
    computer.told["status"] = -79

    ended = computer.run(ON_A_PI)

    assert (ended.status, len(ended.said)) == (1, 9)
    assert "GPIO9 is not switched off: lgpio answers -79" in ended.said[0]


def test_a_simulated_cabinet_has_nothing_to_switch_off(computer: Computer) -> None:
    computer.lgpio = "raise AssertionError"

    ended = computer.run(CABINET_A)

    assert (ended.status, ended.driven) == (0, {})
    assert ended.said[0] == "coils_off: pins: nothing to do for the pin factory keycabinet_sim"


@pytest.mark.parametrize(
    "lgpio", ["", "import of_what_is_not_there", "raise FileNotFoundError('.lgd-nfy-3')"], ids=["stub", "none", "pipe"]
)
def test_an_lgpio_that_cannot_be_used_is_one_message(computer: Computer, lgpio: str) -> None:
    computer.lgpio = lgpio

    ended = computer.run(ON_A_PI)

    assert (ended.status, len(ended.said)) == (1, 1)
    assert ended.said[0].startswith("coils_off: no latch is switched off, lgpio cannot be used: ")


def test_a_computer_without_chips_has_every_latch_named(computer: Computer) -> None:
    computer.told["chips"] = {}

    ended = computer.run(ON_A_PI)

    assert (ended.status, len(ended.said)) == (1, 9)


@pytest.mark.parametrize("cabinet", ["[devices.pins", b"\xff\xfe", "a = " + "[" * 9999, "a = " + "9" * 9999, None])
def test_a_file_that_cannot_be_read_is_one_message(computer: Computer, cabinet: str | bytes | None) -> None:
    ended = computer.run(cabinet)

    assert (ended.status, len(ended.said), ended.driven) == (2, 1, {})
    assert "cannot be read, so no latch is switched off" in ended.said[0]


GOOD_SLOT = "2 = { latch = 10 }"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (f'pulse_ms = "soon"\nslots = {{ 1 = {{ latch = "9" }}, {GOOD_SLOT} }}', "'9' is not a line from 0 to 27"),
        (f"slots = {{ 1 = {{ latch = true }}, {GOOD_SLOT} }}", "True is not a line"),
        (f"slots = {{ 1 = {{ latch = 28 }}, {GOOD_SLOT} }}", "28 is not a line"),
        (f"slots = {{ 1 = {{ contact = 8 }}, {GOOD_SLOT} }}", "None is not a line"),
        (f"slots = {{ 1 = 9, {GOOD_SLOT} }}", "pins: latch of slot 1: 9 is not a table"),
        (f"door = 25\nslots = {{ {GOOD_SLOT} }}", "pins: door is 25 and not a table"),
        (f"factory_options = 4\nslots = {{ {GOOD_SLOT} }}", "factory_options is 4 and not a table"),
        (f"slots = {{ {GOOD_SLOT} }}\n[devices]\nbank1 = 1", "devices.bank1 is 1 and not a table"),
    ],
)
def test_of_a_broken_configuration_what_can_be_read_is_switched_off(
    computer: Computer, broken: str, words: str
) -> None:
    text = f'[devices.pins]\ndriver = "gpio"\nfactory = "lgpio"\n{broken}\n'

    ended = computer.run(text)

    assert (ended.status, ended.driven, len(ended.said)) == (1, {(4, 10): 0}, 1)
    assert words in ended.said[0]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('factory = "lgpio"\nactive_high = "yes"', "which level is off is unknown"),
        ('factory = "lgpio"\nfactory_options = { chip = "gpiochip4" }', "chip is 'gpiochip4'"),
        ('factory = "lgpio"\nfactory_options = { chip = 99 }', "chip is 99"),
        ("factory = 4", "factory is 4 and not a name"),
        ("", "factory is None and not a name"),
    ],
)
def test_a_line_is_never_driven_on_a_guess(computer: Computer, broken: str, words: str) -> None:
    ended = computer.run(f'[devices.pins]\ndriver = "gpio"\n{broken}\nslots = {{ {GOOD_SLOT} }}\n')

    assert (ended.status, ended.driven, len(ended.said)) == (1, {}, 1)
    assert words in ended.said[0]


def test_without_a_file_it_says_how_it_is_used() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM)], capture_output=True, text=True, timeout=20, check=False)

    assert (done.returncode, done.stderr) == (2, "coils_off: usage: coils_off.py CABINET.TOML\n")
