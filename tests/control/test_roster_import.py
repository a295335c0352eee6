"""The roster through the control socket: all or nothing, by an administrator."""

from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.credentials import Credential
from tests.control.house import House

PEOPLE = "code,name,class,role,groups,valid_from,valid_until,suspended\n"
FAY = PEOPLE + "1010,Fay,merit,staff,officers,,,\n"


@pytest.fixture
def token(client: Client) -> str:
    """A session of the administrator."""
    found: str = client.call("login", code="1009", pin="8642")["token"]
    return found


def test_a_new_person_has_no_pin_and_is_counted_among_those_without(house: House, client: Client, token: str) -> None:
    imported = client.call("roster.import", token=token, people=FAY)

    assert [line.split(":")[0] for line in imported["difference"]] == ["added person 1010 Fay"]
    assert imported["without_pin"] == len(house.controller.directory.people) - len({"eve"})
    assert house.store.credential("1010") == Credential.absent(house.controller.directory.person_of_code["1010"].id)
    assert house.controller.directory.person_of_code["1010"].name == "Fay"


def test_the_rows_of_an_import_name_who_did_it(house: House, client: Client, token: str) -> None:
    seq = house.head.seq + 1

    client.call("roster.import", token=token, people=FAY)

    rows = client.call("ledger.read", from_seq=seq, token=token)["rows"]
    assert [(row["type"], row["actor"]) for row in rows] == [("person.enrolled", "eve")]


def test_a_dry_run_changes_nothing(house: House, client: Client, token: str) -> None:
    seq = house.head.seq

    told = client.call("roster.import", token=token, people=FAY, dry_run=True)

    assert [line.split(":")[0] for line in told["difference"]] == ["added person 1010 Fay"]
    assert told["without_pin"] == len(house.controller.directory.people) - len({"eve"}) + len({"1010"})
    assert house.head.seq == seq
    assert "1010" not in house.controller.directory.person_of_code


@pytest.mark.parametrize("dry_run", [True, False])
def test_every_fault_of_the_files_is_told_and_nothing_is_done(
    house: House, client: Client, token: str, dry_run: bool
) -> None:
    files: dict[str, Any] = {
        "people": PEOPLE + "1010,Fay,merit,boss,,,,\nx,Gus,merit,staff,,,,\n",
        "rights": "people_group,ring_group\nofficers,\n",
    }

    with pytest.raises(CallRefused) as refused:
        client.call("roster.import", token=token, dry_run=dry_run, **files)

    places = [(fault["file"], fault["line"], fault["field"]) for fault in refused.value.details["faults"]]
    assert refused.value.fault == "invalid_files"
    assert places == [
        ("people", 2, "role"),
        ("people", 3, "code"),
        ("rights", 2, "ring_group"),
    ]
    assert "1010" not in house.controller.directory.person_of_code


def test_an_import_that_changes_nothing_leaves_no_row(house: House, client: Client, token: str) -> None:
    client.call("roster.import", token=token, people=FAY)
    seq = house.head.seq

    told = client.call("roster.import", token=token, people=FAY)

    assert (told["difference"], told["unchanged"]) == ([], 1)
    assert house.head.seq == seq


def test_what_is_allowed_but_odd_is_told_with_its_place(client: Client, token: str) -> None:
    told = client.call("roster.import", token=token, rights="people_group,ring_group\nofficers,unit\nghosts,unit\n")

    assert [(each["file"], each["line"], each["field"]) for each in told["warnings"]] == [("rights", 3, "people_group")]
