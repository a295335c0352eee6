"""``keycabinet rights explain``."""

import json

import pytest

from tests.cli.running import keycabinet
from tests.control.house import House

SCHEDULES = "name,mon,tue,wed,thu,fri,sat,sun,holiday\nnights" + ",22:00-06:00" * 7 + ",as_usual\n"
FILES = {
    "schedules": SCHEDULES,
    "rights": "people_group,ring_group,schedule\nofficers,unit,nights\nnurses,unit,\n",
}


@pytest.fixture
def bounded(house: House) -> House:
    """Officers may take the unit rings at night, nurses always."""
    folder = house.path.parent / "files"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    assert keycabinet(house, "import", str(folder), "--credentials-stdin", typed="1009\n8642\n").exit_code == 0
    return house


def test_who_could_take_a_ring_is_a_table_with_a_why(bounded: House) -> None:
    told = keycabinet(bounded, "rights", "explain", "--ring", "1", "--at", "Sun 12:00").stdout

    assert told.splitlines() == [
        "Ring 1 (Unit 1), Sun 2026-03-08 12:00:00 -05:00",
        "",
        "WHO COULD TAKE IT",
        "CODE  NAME  MAY               WHY",
        "1004  Dee   yes               a right holds always",
        "1001  Ann   no, out of hours  nights is closed at Sun 2026-03-08 12:00, hours of that day: 22:00-06:00",
        "1002  Bob   no, out of hours  nights is closed at Sun 2026-03-08 12:00, hours of that day: 22:00-06:00",
        "2 others have no right to it at any time.",
    ]


def test_for_one_person_every_check_is_shown(bounded: House) -> None:
    told = keycabinet(bounded, "rights", "explain", "--ring", "1", "--at", "23:00", "--person", "1001").stdout

    assert told.splitlines()[2:] == [
        "Ann (1001): yes",
        "CHECK        OUTCOME  DETAIL",
        "suspension   passed   not suspended",
        "valid from   passed   valid since ever",
        "valid until  passed   valid for good",
        "right        passed   officers may take unit by nights",
        "schedule     passed   nights is open at Wed 2026-03-04 23:00, hours of that day: 22:00-06:00",
        "limit        passed   holds 0 other rings, no limit",
        "pair         passed   in no pair",
    ]


def test_json_is_what_the_core_answered(bounded: House) -> None:
    told = json.loads(keycabinet(bounded, "rights", "explain", "--ring", "1", "--json").stdout)

    assert {each["person"]["code"]: each["may"] for each in told["people"]} == {
        "1001": False, "1002": False, "1004": True
    }  # fmt: skip


def test_a_ring_that_does_not_exist_is_one_line(bounded: House) -> None:
    told = keycabinet(bounded, "rights", "explain", "--ring", "99")

    assert (told.exit_code, told.stdout, told.stderr) == (1, "", "there is no ring 99\n")
