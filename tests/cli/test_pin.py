"""``keycabinet pin``."""

import json
import stat
from pathlib import Path

import pytest

from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Pin
from tests.cli.running import keycabinet
from tests.control.house import House

EVE = "1009\n8642\n"


def run(house: House, *words: str):
    return keycabinet(house, "pin", *words, "--credentials-stdin", typed=EVE)


def opens(house: House, pin: str) -> Verdict:
    return house.hasher.check(house.store.credential("1001"), Pin(pin))


def test_a_pin_is_shown_once_with_whom_it_is_for(house: House) -> None:
    done = run(house, "issue", "1001")

    _, title, columns, row = done.stdout.splitlines()
    assert (title, columns) == ("Shown this once, and kept nowhere", "CODE  NAME  PIN")
    assert row.split()[:2] == ["1001", "Ann"]
    assert opens(house, row.split()[2]) is Verdict.RIGHT


def test_json_says_the_same(house: House) -> None:
    told = json.loads(run(house, "issue", "1001", "--json").stdout)

    assert told.items() >= {"code": "1001", "name": "Ann"}.items()
    assert opens(house, told["pin"]) is Verdict.RIGHT


def test_a_slip_is_its_owners_only_and_the_pin_is_on_it_alone(house: House, tmp_path: Path) -> None:
    slip = tmp_path / "slip.txt"
    done = run(house, "issue", "1001", "--slip", str(slip))

    pin = next(line.split()[-1] for line in slip.read_text().splitlines() if line.startswith("PIN"))
    assert stat.S_IMODE(slip.stat().st_mode) == 0o600
    assert opens(house, pin) is Verdict.RIGHT
    assert pin not in done.output


def test_a_slip_that_cannot_be_written_costs_nobody_a_pin(house: House, tmp_path: Path) -> None:
    slip = tmp_path / "slip.txt"
    slip.write_text("another one's")
    done = run(house, "issue", "1001", "--slip", str(slip))

    assert done.exit_code == 1
    assert "cannot be written: File exists" in done.output
    assert slip.read_text() == "another one's"
    assert opens(house, "000000") is Verdict.NO_CREDENTIAL


def test_a_refusal_leaves_no_slip(house: House, tmp_path: Path) -> None:
    done = run(house, "reset", "1001", "--slip", str(tmp_path / "slip.txt"))

    assert "has no PIN yet" in done.output
    assert not (tmp_path / "slip.txt").exists()


@pytest.mark.parametrize(("command", "verdict"), [("reset", Verdict.RIGHT), ("duress", Verdict.DURESS)])
def test_a_new_pin_is_what_it_says(house: House, command: str, verdict: Verdict) -> None:
    run(house, "issue", "1001")
    told = json.loads(run(house, command, "1001", "--json").stdout)

    assert opens(house, told["pin"]) is verdict


def test_a_disabled_pin_is_confirmed(house: House) -> None:
    run(house, "issue", "1001")

    assert run(house, "disable", "1001").stdout == "The PIN of 1001 opens nothing any more, until it is reset.\n"
