"""What each method does."""

from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.control.sessions import IDLE
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import AlarmKind, AlarmRaised, DeviceBack, DoorOpened, PinIssued
from tests.builders import ZONE, a_directory, a_person
from tests.control.house import ADMIN, House, change_of, logged_in


def refusal(client: Client, method: str, **params: Any) -> tuple[str, str]:
    with pytest.raises(CallRefused) as refused:
        client.call(method, **params)
    return refused.value.fault, str(refused.value)


def test_hello_says_who_answers(house: House, client: Client) -> None:
    said = client.call("hello")

    assert said == {
        "protocol": 1,
        "version": "1",
        "boot_id": "boot-1",
        "cabinet": "mc-1",
        "title": "Master Control",
        "timezone": ZONE.key,
        "head_seq": house.head.seq,
    }


# ---- ledger.read ----


def test_the_ledger_can_be_read_in_pages_without_a_gap(house: House, client: Client) -> None:
    seqs, next_seq = [], 1
    while next_seq <= house.head.seq:
        page = client.call("ledger.read", from_seq=next_seq, limit=4)
        seqs += [row["seq"] for row in page["rows"]]
        next_seq = page["next_seq"]

    assert seqs == list(range(1, house.head.seq + 1))


def test_beyond_the_last_row_there_is_nothing_yet(house: House, client: Client) -> None:
    page = client.call("ledger.read", from_seq=house.head.seq + 1)

    assert page == {"rows": [], "next_seq": house.head.seq + 1, "head_seq": house.head.seq}


# ---- history ----


def test_the_history_of_a_person_is_found_by_code_or_id_newest_first(house: House, client: Client) -> None:
    house.record(PinIssued("ann"), PinIssued("bob", actor="ann"), PinIssued("bob"))

    token = logged_in(client)
    by_code, by_id = (client.call("history", person=ann, token=token) for ann in ("1001", "ann"))

    assert by_code == by_id
    assert [row["type"] for row in by_code["rows"]] == ["pin.issued", "pin.issued", "person.enrolled"]
    assert by_code["rows"][0]["seq"] > by_code["rows"][1]["seq"]


def test_the_history_of_a_ring_is_found_by_number(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    types = [row["type"] for row in client.call("history", ring="3")["rows"]]

    assert types == ["ring.taken", "release.intended", "ring.found", "ring.enrolled"]


def test_the_history_of_a_slot_has_its_rings_and_alarms(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    house.take(3)
    house.record(AlarmRaised(AlarmKind.UNREADABLE, "slot-3"), DoorOpened())

    types = [row["type"] for row in client.call("history", slot=3)["rows"]]

    assert types == ["alarm.cleared", "alarm.raised", "ring.taken", "release.intended", "ring.found"]


def test_the_history_of_a_slot_reaches_back_over_many_rows(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    house.record(*(DeviceBack("pins") for _ in range(2500)))

    found = client.call("history", slot=3)

    assert [row["type"] for row in found["rows"]] == ["ring.found"]
    assert found["complete"]


def test_a_history_that_was_cut_says_so(house: House, client: Client) -> None:
    house.record(*(PinIssued("ann") for _ in range(3)))

    token = logged_in(client)
    assert not client.call("history", person="1001", limit=3, token=token)["complete"]
    assert client.call("history", person="1001", limit=4, token=token)["complete"]


def test_what_does_not_exist_has_no_history(client: Client) -> None:
    assert refusal(client, "history", person="7777") == ("not_found", "nobody has the user code 7777")
    assert refusal(client, "history", ring="77") == ("not_found", "there is no ring 77")


# ---- cursors ----


def test_a_cursor_begins_at_nothing_and_stays_where_it_was_moved(client: Client) -> None:
    before = client.call("cursor.get", name="mqtt")
    client.call("cursor.move", name="mqtt", seq=3)

    assert before["seq"] == 0
    assert client.call("cursor.get", name="mqtt") == {"name": "mqtt", "seq": 3, "last": 3, "last_sealed": 0}
    assert "mqtt" in refusal(client, "cursor.get", name="other")[1]


def test_a_cursor_moves_neither_back_nor_beyond_the_last_row(house: House, client: Client) -> None:
    client.call("cursor.move", name="mqtt", seq=3)

    for seq in (2, house.head.seq + 1):
        fault, words = refusal(client, "cursor.move", name="mqtt", seq=seq)
        assert (fault, f"cannot move to {seq}" in words) == ("store", True)
    assert client.call("cursor.get", name="mqtt")["seq"] == 3


# ---- sessions ----


def test_a_code_and_its_pin_open_a_session(client: Client) -> None:
    session = client.call("login", code="1001", pin="4711")

    assert session["person"] == {"id": "ann", "code": "1001", "name": "Ann"}
    assert (session["role"], session["expires_in_s"]) == ("staff", 600)


def test_a_refused_login_reads_the_same_whatever_its_reason(house: House, client: Client) -> None:
    replace_directory(house, a_directory(people=(a_person(suspended=True), a_person("bob", "1002"))))

    told = {refusal(client, "login", code=code, pin=pin) for code, pin in (("1001", "4711"), ("1002", "0"), ("9", "0"))}

    assert told == {("not_accepted", "not accepted")}


def test_a_session_ends_when_it_is_closed(client: Client) -> None:
    token = logged_in(client)

    client.call("logout", token=token)

    assert refusal(client, "logout", token=token)[0] == "no_session"
    assert refusal(client, "roster.import", token=token)[0] == "no_session"


def test_a_session_ends_after_ten_idle_minutes(house: House, client: Client) -> None:
    token = logged_in(client)

    house.clock.move(IDLE)

    assert refusal(client, "roster.import", token=token)[0] == "no_session"


def test_a_session_ends_when_its_person_is_suspended(house: House, client: Client) -> None:
    token = logged_in(client)

    replace_directory(house, Directory.of((a_person("eve", "1009", suspended=True, role=ADMIN.role),), (), ()))

    assert refusal(client, "roster.import", token=token)[0] == "no_session"


def test_a_role_counts_as_it_is_now_not_as_it_was_at_login(house: House, client: Client) -> None:
    token = logged_in(client)

    replace_directory(house, Directory.of((a_person("eve", "1009"),), (), ()))

    assert refusal(client, "roster.import", token=token)[0] == "not_allowed"


def test_only_an_administrator_changes_the_roster(client: Client) -> None:
    fault, words = refusal(client, "roster.import", token=logged_in(client, "1001"), people="")

    assert (fault, words) == ("not_allowed", "roster.import is for a security electronics administrator")


def replace_directory(house: House, directory: Directory) -> None:
    """Have the core know these people and rings from now on."""
    house.controller.submit(lambda: house.controller.enrol(directory, change_of(DeviceBack("pins")))).result(20)
