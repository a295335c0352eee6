"""People, one at a time, through the control socket; every change has its row and a person behind it."""

from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.domain.entries import Visibility
from keycabinet.domain.events import KeyPressed
from keycabinet.evidence.report import examined
from keycabinet.store import Reader, commitment
from tests.builders import PINS
from tests.control.house import COMMANDER, SUPERINTENDENT, House, logged_in
from tests.control.office import FAY, refusal, rows, types

# ---- list and show ----


def test_people_are_listed_by_code_with_what_they_hold(house: House, client: Client, eve: Any) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    listed = eve("person.list")["people"]

    assert [each["cells"]["code"] for each in listed] == ["1001", "1002", "1003", "1004", "1009"]
    assert [each["number"] for each in listed[0]["holds"]] == ["3"]
    assert eve("person.show", person="1001") == eve("person.show", person="ann") == listed[0]
    assert refusal(client, "person.show", person="7") == ("not_found", "nobody has the user code 7")


# ---- add and change ----


def test_who_is_added_gets_a_pin_and_may_take_rings(house: House, eve: Any) -> None:
    seq = house.head.seq

    added = eve("person.add", cells=FAY)

    assert added["person"]["cells"].items() >= {**FAY, "role": "staff", "suspended": "no"}.items()
    assert len(added["pin"]["pin"]) == 6
    assert house.controller.directory.person_of_code["1010"].groups == {"officers"}
    assert [(kind, actor) for kind, actor, _ in rows(house, seq)] == [("person.enrolled", "eve"), ("pin.issued", "eve")]
    assert not any(said in body for _, _, body in rows(house, seq) for said in ("1010", "Fay"))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"class": "inmate"}, "inmates and detainees are never enrolled"),
        ({"class": "Detainees"}, "inmates and detainees are never enrolled"),
        ({"role": "boss"}, 'role: "boss" found, expected one of staff'),
        ({"code": "1001"}, "somebody has the user code 1001"),
        ({"code": ""}, "code: empty"),
        ({"colour": "red"}, "colour: unknown column"),
    ],
)
def test_what_no_import_would_take_is_refused(house: House, client: Client, cells: dict[str, str], told: str) -> None:
    people = house.controller.directory.people

    assert told in refusal(client, "person.add", cells=FAY | cells)[1]

    assert house.controller.directory.people == people


def test_a_change_leaves_what_it_does_not_name_and_says_what_it_changed(house: House, eve: Any) -> None:
    seq = house.head.seq

    changed = eve("person.change", person="1001", cells={"role": "supervisor", "name": "Ann Lee"})

    assert changed["cells"].items() >= {"role": "supervisor", "name": "Ann Lee", "groups": "officers"}.items()
    kind, actor, body = rows(house, seq)[-1]
    assert (kind, actor) == ("person.changed", "eve")
    assert '"what":"name; role staff -> supervisor"' in body


def test_a_change_that_changes_nothing_leaves_no_row(house: House, eve: Any) -> None:
    seq = house.head.seq

    eve("person.change", person="1001", cells={"role": "staff"})

    assert rows(house, seq) == []


def test_an_import_says_what_it_changed_too(house: House, eve: Any) -> None:
    seq = house.head.seq

    eve(
        "roster.import",
        people="code,name,class,role,groups,valid_from,valid_until,suspended\n1001,Ann,merit,staff,,,,\n",
    )

    assert '"what":"groups officers -> nothing"' in rows(house, seq)[-1][2]


@pytest.mark.parametrize(
    "cells", [{"role": "staff"}, {"groups": "officers"}, {"valid_until": "2030-01-01"}, {"suspended": "yes"}]
)
def test_nobody_changes_their_own_role_groups_or_validity_by_a_change_or_an_import(
    house: House, client: Client, cells: dict[str, str]
) -> None:
    house.record()
    eve = house.controller.directory.people["eve"]
    other = {"code": "1011", "name": "Gus", "class": "merit", "role": "security_electronics_administrator"}
    client.call("person.add", token=logged_in(client), cells=other)
    row = {"code": "1009", "name": "Eve", "class": "merit", "role": eve.role.value, "groups": "", "valid_from": ""}
    text = {**row, "valid_until": "", "suspended": "no", **cells}

    by_change = refusal(client, "person.change", person="1009", cells=cells)
    by_import = refusal(client, "roster.import", people=f"{','.join(text)}\n{','.join(text.values())}\n")

    assert by_change == by_import
    assert by_change[0] == "not_allowed"
    assert "nobody does this to themselves" in by_change[1]
    assert house.controller.directory.people["eve"] == eve


def test_the_last_administrator_cannot_be_taken_away(house: House, client: Client) -> None:
    house.enrol(SUPERINTENDENT)
    assert refusal(client, "person.suspend", code="1007", person="1009")[0] == "not_possible"
    assert not house.controller.directory.people["eve"].suspended


# ---- suspend and resume ----


def test_a_suspension_counts_at_the_next_key_press(house: House, eve: Any) -> None:
    house.ready(*range(1, 7))
    house.tell(*(KeyPressed(key) for key in f"1001#{PINS['1001']}#"))
    house.settled()
    assert "WHICH SLOT?" in "".join(house.panel.shown)

    eve("person.suspend", person="1001")
    house.tell(KeyPressed("3"))

    assert "NOT ACCEPTED" in "".join(house.panel.shown)
    house.tell(KeyPressed("#"))
    assert house.panel.pulsed == []


def test_a_suspension_ends_sessions_at_the_socket_and_can_be_ended(house: House, client: Client, eve: Any) -> None:
    seq, ann = house.head.seq, logged_in(client, "1001")

    assert eve("person.suspend", person="1001")["standing"] == "suspended"
    with pytest.raises(CallRefused, match="log in"):
        client.call("whoami", token=ann)
    assert eve("person.resume", person="1001")["standing"] == "here"

    assert logged_in(client, "1001")
    assert [kind for kind in types(house, seq) if kind != "person.enrolled"] == ["person.suspended", "person.resumed"]


def test_a_watch_commander_suspends_staff_and_nobody_above(house: House, client: Client) -> None:
    house.enrol(COMMANDER)
    token = logged_in(client, "1008")

    assert client.call("person.suspend", token=token, person="1001")["standing"] == "suspended"
    assert refusal(client, "person.suspend", code="1008", person="1009")[0] == "not_allowed"
    assert refusal(client, "person.suspend", code="1008", person="1008")[0] == "not_allowed"
    assert refusal(client, "person.resume", code="1008", person="1001")[0] == "not_allowed"


def test_what_is_so_already_is_refused(house: House, client: Client, eve: Any) -> None:
    eve("person.suspend", person="1001")

    assert refusal(client, "person.suspend", person="1001") == ("not_possible", "1001 is suspended already")
    assert refusal(client, "person.resume", person="1002") == ("not_possible", "1002 is not suspended")


# ---- leave and blank ----


def test_who_leaves_takes_nothing_more_and_what_they_hold_is_listed_and_alarmed(
    house: House, client: Client, eve: Any
) -> None:
    house.ready(*range(1, 7))
    house.take(3)
    house.take(4)
    seq = house.head.seq

    left = eve("person.leave", person="1001")
    house.settled()

    assert [each["number"] for each in left["holds"]] == ["3", "4"]
    assert left["standing"] == "left"
    alarms = {(each["kind"], each["subject"]) for each in client.call("status")["alarms"]}
    assert alarms == {("left_holding", "ring 3 (Unit 3)"), ("left_holding", "ring 4 (Unit 4)")}
    (body,) = (body for kind, _, body in rows(house, seq) if kind == "person.left")
    assert '"count":2' in body
    with pytest.raises(CallRefused, match="not accepted"):
        logged_in(client, "1001")
    assert refusal(client, "person.leave", person="1001") == ("not_possible", "1001 has left already")


def test_who_is_blanked_is_found_nowhere_and_the_chain_is_whole(house: House, client: Client, eve: Any) -> None:
    eve("person.add", cells=FAY | {"name": "Fay Blackwater"})
    fay = house.controller.directory.person_of_code["1010"]
    before = house.head.seq
    eve("person.leave", person="1010")

    eve("person.blank", person="1010")

    assert eve("person.add", cells=FAY)["person"]["id"] != fay.id
    assert types(house, before).count("person.blanked") == 1
    house.store.close()
    assert b"Blackwater" not in house.path.read_bytes()
    assert examined(house.path, None).verdict.count == 0


def test_the_commitments_of_who_was_blanked_can_be_opened_no_more(house: House, eve: Any) -> None:
    added = eve("person.add", cells=FAY)["person"]["id"]
    eve("person.leave", person="1010")
    eve("person.blank", person="1010")

    with Reader.open(house.path) as reader:
        blanked = reader.directory().people[added]
        said = [row.body for row in reader.history_of_person(added, 100, frozenset(Visibility))]

    assert (blanked.code, blanked.name) == ("", "")
    assert not any(commitment(blanked, "") in body for body in said)
    assert "1010" not in house.controller.directory.person_of_code


def test_who_is_here_or_holds_a_ring_is_not_blanked(house: House, client: Client, eve: Any) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    assert "has not left" in refusal(client, "person.blank", person="1001")[1]
    eve("person.leave", person="1001")
    assert refusal(client, "person.blank", person="1001") == ("not_possible", "1001 still holds rings: 3")
    assert house.controller.directory.people["ann"].name == "Ann"
