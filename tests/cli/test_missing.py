"""``keycabinet pin issue --missing``."""

import json
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Pin
from tests.cli.running import PROGRAM, at_a_terminal, config_of, keycabinet
from tests.control.house import House

EVE = "1009\n8642\n"
MISSING = ("pin", "issue", "--missing")
STAFF = ["1001", "1002", "1003", "1004"]
MANY = 600
"""Their slips are more than a pipe holds."""


def run(house: House, *words: str):
    return keycabinet(house, *MISSING, *words, "--credentials-stdin", typed=EVE)


def slips(text: str) -> dict[str, str]:
    """User code and PIN of every slip in a text."""
    words = [line.split() for line in text.splitlines()]
    codes = [each[-1] for each in words if each[:2] == ["USER", "CODE"]]
    return dict(zip(codes, [each[-1] for each in words if each[:1] == ["PIN"]], strict=True))


def open_to(house: House, pins: dict[str, str]) -> bool:
    """Whether everybody of these is let in by this PIN."""
    return all(
        house.hasher.check(house.store.credential(code), Pin(pin)) is Verdict.RIGHT for code, pin in pins.items()
    )


def test_everybody_without_a_pin_gets_a_slip_and_nothing_else_is_printed(house: House) -> None:
    done = run(house)

    pins = slips(done.stdout)
    assert list(pins) == STAFF
    assert open_to(house, pins)
    assert done.stdout.count("KEY CABINET") == len(STAFF)
    assert done.stderr == "4 people have a new PIN.\n"


def test_json_is_one_object_a_line(house: House) -> None:
    told = [json.loads(line) for line in run(house, "--json").stdout.splitlines()]

    assert [each["code"] for each in told] == STAFF
    assert open_to(house, {each["code"]: each["pin"] for each in told})


def test_the_same_command_again_has_nothing_to_do(house: House) -> None:
    run(house)

    again = run(house)

    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "0 people have a new PIN.\n")


def test_slips_can_go_into_a_new_file_of_their_owner_only(house: House, tmp_path: Path) -> None:
    paper = tmp_path / "slips.txt"
    done = run(house, "--slip", str(paper))

    assert stat.S_IMODE(paper.stat().st_mode) == 0o600
    assert open_to(house, slips(paper.read_text()))
    assert done.stdout == ""
    assert f"their slips are in {paper}" in done.stderr


def test_a_file_that_is_there_already_costs_nobody_a_pin(house: House, tmp_path: Path) -> None:
    paper = tmp_path / "slips.txt"
    paper.write_text("another one's")

    assert "cannot be written: File exists" in run(house, "--slip", str(paper)).stderr
    assert slips(run(house).stdout).keys() == set(STAFF)


@pytest.mark.parametrize("words", [("1001", "--missing"), ()])
def test_one_person_or_all_have_to_be_named(house: House, words: tuple[str, ...]) -> None:
    refused = keycabinet(house, "pin", "issue", *words, "--credentials-stdin", typed=EVE)

    assert refused.exit_code == 2
    assert "name one user code, or --missing" in refused.stderr


def test_an_interrupted_command_loses_no_pin_and_is_continued_by_the_next(house: House, tmp_path: Path) -> None:
    enrol_many(house, tmp_path)
    command = [PROGRAM, *MISSING, "--credentials-stdin", "--config", config_of(house)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(EVE)
        running.stdin.close()
        first = running.stdout.readline()  # it works, and will be stopped by a pipe that nobody empties
        running.send_signal(signal.SIGINT)
        before = slips(first + running.stdout.read())
        assert running.wait(30) == 130

    with house.core.open_reader() as reader:
        waiting = len(reader.without_pin()) - len({"eve"})
    assert len(before) + waiting == MANY + len(STAFF)
    assert waiting > 0
    assert open_to(house, before)
    assert len(slips(run(house).stdout)) == waiting


def test_pins_that_cannot_be_shown_are_named(house: House) -> None:
    command = [PROGRAM, *MISSING, "--credentials-stdin", "--config", config_of(house)]
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(command, input=EVE, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert told.returncode == 1
    assert told.stderr == "1001, 1002, 1003, 1004: new PINs that cannot be shown: No space left on device; reset them\n"


def test_a_terminal_shows_how_far_it_is_and_every_slip(house: House) -> None:
    shown = at_a_terminal(house, *MISSING, answers={"User code": "1009", "PIN": "8642"}, TERM="xterm")

    assert open_to(house, slips(shown.replace("\r", "")))
    assert "4 people have a new PIN." in shown


def enrol_many(house: House, folder: Path) -> None:
    people = folder / "many.csv"
    rows = "".join(f"{20_000 + each},Person {each},merit,staff,,,,\n" for each in range(MANY))
    people.write_text("code,name,class,role,groups,valid_from,valid_until,suspended\n" + rows)
    done = keycabinet(house, "import", "--people", str(people), "--credentials-stdin", typed=EVE)
    assert done.exit_code == 0, done.stderr
