"""``keycabinet person`` and ``keycabinet ring``."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.cli.running import at_a_terminal, keycabinet
from tests.control.house import House

EVE = "1009\n8642\n"
FAY = ("--code", "1010", "--name", "Fay Moss", "--class", "merit", "--groups", "officers")
RING = ("--number", "9", "--name", "Gate", "--category", "security", "--tag", "01090000000000AB", "--home-slot", "8")


def by_eve(house: House, *words: str) -> Result:
    return keycabinet(house, *words, "--credentials-stdin", typed=EVE)


def told(house: House, *words: str) -> Any:
    done = by_eve(house, *words, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_person_is_added_changed_suspended_and_resumed(house: House) -> None:
    added = by_eve(house, "person", "add", *FAY)
    changed = told(house, "person", "change", "1010", "--role", "supervisor", "--groups", "")
    suspended = told(house, "person", "suspend", "1010")
    resumed = told(house, "person", "resume", "1010")

    assert "The PIN is shown this once" in added.stdout
    assert (changed["cells"]["role"], changed["cells"]["groups"]) == ("supervisor", "")
    assert (suspended["standing"], resumed["standing"]) == ("suspended", "here")


def test_people_are_listed_with_what_they_hold(house: House) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    lines = by_eve(house, "person", "list").stdout.splitlines()

    assert lines[2].split() == ["CODE", "NAME", "CLASS", "ROLE", "GROUPS", "STANDING", "HOLDS"]
    assert lines[3].split() == ["1001", "Ann", "merit", "staff", "officers", "here", "3"]


def test_who_leaves_is_shown_with_what_they_still_hold(house: House) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    left = by_eve(house, "person", "leave", "1001")

    assert left.stdout.splitlines()[-2:] == ["standing     left", "holds        3"]


def test_what_cannot_be_taken_back_is_asked_for_or_said_beforehand(house: House, tmp_path: Path) -> None:
    by_eve(house, "person", "add", *FAY)
    by_eve(house, "person", "leave", "1010")
    unsaid = by_eve(house, "person", "blank", "1010")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    keycabinet(house, "login", "--code", "1009", typed="8642\n", XDG_RUNTIME_DIR=str(runtime))
    refused = at_a_terminal(
        house, "person", "blank", "1010", answers={"Go on? [y/N]": "n"}, XDG_RUNTIME_DIR=str(runtime)
    )

    assert unsaid.stderr == "there is no way back from this: say --yes\n"
    assert "Aborted" in refused
    assert "1010" in house.controller.directory.person_of_code
    assert by_eve(house, "person", "blank", "1010", "--yes").exit_code == 0
    assert "1010" not in house.controller.directory.person_of_code


def test_a_ring_is_added_changed_listed_and_retired(house: House) -> None:
    assert told(house, "ring", "add", *RING)["custody"] == "unverified"
    assert told(house, "ring", "change", "9", "--due", "15:00", "--set", "keys=4")["cells"]["keys"] == "4"
    assert "9       Gate" in by_eve(house, "ring", "list").stdout
    assert "where        unverified" in by_eve(house, "ring", "show", "9").stdout

    assert by_eve(house, "ring", "retire", "9").stdout == "Ring 9 is retired.\n"

    assert by_eve(house, "ring", "show", "9").stderr == "there is no ring 9\n"


@pytest.mark.parametrize(
    ("words", "words_back"),
    [
        (("person", "change", "1001"), "say what to change"),
        (("person", "change", "1001", "--set", "role"), "expected COLUMN=VALUE"),
        (("person", "change", "1001", "--role", "stff"), 'role: "stff" found, expected one of staff'),
        (("person", "change", "1009", "--groups", "officers"), "nobody does this to themselves"),
        (("person", "show", "7777"), "nobody has the user code 7777"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(house: House, words: tuple[str, ...], words_back: str) -> None:
    refused = by_eve(house, *words)

    assert refused.exit_code in {1, 2}
    assert words_back in refused.stderr
    assert "Traceback" not in refused.stderr
