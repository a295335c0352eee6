"""``keycabinet import``."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import PROGRAM, at_a_terminal, config_of, keycabinet
from tests.control.house import House

PEOPLE = "code,name,class,role,groups,valid_from,valid_until,suspended\n"
EVE = "1009\n8642\n"


@pytest.fixture
def people(tmp_path: Path) -> str:
    """A file with one new person."""
    file = tmp_path / "new.csv"
    file.write_text(PEOPLE + "1010,Fay,merit,staff,officers,,,\n", encoding="utf-8")
    return str(file)


def test_an_import_shows_what_changed_and_how_the_new_people_get_pins(house: House, people: str) -> None:
    done = keycabinet(house, "import", "--people", people, "--credentials-stdin", typed=EVE)

    first, summary, pins = done.stdout.splitlines()
    assert first.startswith("added person 1010 Fay")
    assert summary == "Done: 1 change, 0 people and rings as before."
    assert pins == "Without a PIN: 5. `keycabinet pin issue --missing` gives them one each."
    assert "1010" in house.controller.directory.person_of_code


def test_a_dry_run_says_so_and_changes_nothing(house: House, people: str) -> None:
    told = keycabinet(house, "import", "--people", people, "--dry-run", "--credentials-stdin", typed=EVE)

    assert told.stdout.endswith("Nothing was changed.\n")
    assert "1010" not in house.controller.directory.person_of_code


def test_the_same_import_again_has_nothing_to_do(house: House, people: str) -> None:
    keycabinet(house, "import", "--people", people, "--credentials-stdin", typed=EVE)

    told = keycabinet(house, "import", "--people", people, "--credentials-stdin", typed=EVE)

    assert told.stdout.startswith("Nothing to change")


def test_json_has_the_difference_and_how_many_have_no_pin(house: House, people: str) -> None:
    done = keycabinet(house, "import", "--people", people, "--credentials-stdin", "--json", typed=EVE)

    told = json.loads(done.stdout)
    assert (len(told["difference"]), told["without_pin"]) == (1, 5)
    assert told["dry_run"] is False


def test_faults_are_told_under_the_name_of_the_file_that_was_given(house: House, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(PEOPLE + "1010,Fay,merit,stff,,,,\n", encoding="utf-8")

    told = keycabinet(house, "import", "--people", str(file), "--credentials-stdin", typed=EVE)

    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(f'{file}:2: role: "stff" found, expected one of staff')
    assert "did you mean staff?" in told.stderr


def test_what_is_odd_is_a_warning_under_the_name_of_its_file(house: House, tmp_path: Path) -> None:
    file = tmp_path / "who-may.csv"
    file.write_text("people_group,ring_group\nofficers,unit\nghosts,unit\n", encoding="utf-8")

    told = keycabinet(house, "import", "--rights", str(file), "--credentials-stdin", typed=EVE)

    assert told.exit_code == 0
    assert told.stderr.startswith(f"warning: {file}:3: people_group: ")


def test_code_and_pin_are_asked_for_at_a_terminal_and_neither_is_shown(house: House, people: str) -> None:
    shown = at_a_terminal(house, "import", "--people", people, answers={"User code": "1009", "PIN": "8642"})

    assert "added person 1010 Fay" in shown
    assert "1009" not in shown
    assert "8642" not in shown


def test_where_nobody_is_logged_in_and_nobody_can_be_asked_nothing_is_done(house: House, people: str) -> None:
    refused = keycabinet(house, "import", "--people", people, typed=EVE)

    assert refused.exit_code == 1
    assert refused.stderr == "nobody is logged in: `keycabinet login`, or give --credentials-stdin\n"
    assert "1010" not in house.controller.directory.person_of_code


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1009\n0000\n", "not accepted"),
        ("1001\n4711\n", "roster.import is for a security electronics administrator"),
        ("1009\n", "standard input: expected a user code and its PIN, each on a line of its own"),
        ("", "standard input: expected a user code and its PIN, each on a line of its own"),
    ],
)
def test_only_an_administrator_imports(house: House, people: str, typed: str, told: str) -> None:
    refused = keycabinet(house, "import", "--people", people, "--credentials-stdin", typed=typed)

    assert refused.exit_code in {1, 2}
    assert (refused.stdout, refused.stderr) == ("", told + "\n")


def test_an_import_of_nothing_or_of_a_file_that_is_not_there_is_refused(house: House) -> None:
    nothing = keycabinet(house, "import")
    missing = keycabinet(house, "import", "--people", "/nowhere/people.csv")

    assert (nothing.exit_code, missing.exit_code) == (2, 2)
    assert "name a folder or a file: --people, --rings" in nothing.stderr
    assert missing.stderr == "/nowhere/people.csv: cannot be read: No such file or directory\n"


def test_an_import_whose_outcome_cannot_be_shown_says_that_it_is_done(house: House, people: str) -> None:
    command = [PROGRAM, "import", "--people", people, "--credentials-stdin", "--config", config_of(house)]
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(command, input=EVE, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert told.returncode == 1
    assert "the import is done" in told.stderr
    assert "Traceback" not in told.stderr
