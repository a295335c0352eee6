"""The cabinet as the watch commander sees it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from keycabinet.control import status
from keycabinet.control.client import Client
from keycabinet.domain.books import Books, Custody, In, Missing
from keycabinet.domain.entries import AlarmKind, AlarmRaised, Evidence
from keycabinet.domain.events import ContactRead, DeviceFailed, DoorRead, KeyPressed, TagsRead, TimePassed
from keycabinet.domain.layout import Layout
from keycabinet.domain.seen import Seen
from keycabinet.domain.state import Cabinet
from tests.builders import NOON, a_directory, a_layout, tags
from tests.control.house import House, asking, logged_in


def slot(client: Client, number: int) -> dict[str, Any]:
    (found,) = (each for each in client.call("status")["slots"] if each["slot"] == number)
    return found


def alarms(client: Client) -> list[tuple[str, str, str]]:
    return [(each["kind"], each["subject"], each["subject_id"]) for each in client.call("status")["alarms"]]


def test_a_cabinet_that_waits_for_its_devices_is_not_ready_and_names_them(client: Client) -> None:
    status = client.call("status")

    assert not status["ready"]
    assert status["silent"] == ["bank1", "panel", "pins"]
    assert status["door"] == "unknown"


def test_a_ready_cabinet_says_who_it_is_and_what_time_it_is(house: House, client: Client) -> None:
    house.ready(*range(1, 7))

    status = client.call("status")

    assert (status["cabinet"], status["title"], status["ready"], status["silent"]) == (
        "mc-1",
        "Master Control",
        True,
        [],
    )
    assert status["clock"] == {"utc": "2026-03-04T18:00:00Z", "local": "2026-03-04T12:00:00-06:00", "synced": True}
    assert (status["door"], status["alarms"], status["session"]) == ("locked", [], False)
    assert [each["slot"] for each in status["slots"]] == list(range(1, 9))


def test_the_head_is_the_last_row(house: House, client: Client) -> None:
    house.ready(1)

    assert client.call("status")["head"] == {"seq": house.store.head.seq, "hash": house.store.head.hash}


def test_a_ring_at_home_is_in(house: House, client: Client) -> None:
    house.ready(*range(1, 7))

    assert slot(client, 2) == {
        "slot": 2,
        "state": "in",
        "lock": "secured",
        "ring": {"id": "r2", "number": "2", "name": "Unit 2"},
        "home": {"number": "2", "name": "Unit 2"},
        "holder": None,
        "since": "2026-03-04T18:00:00Z",
        "due": None,
        "overdue": False,
        "evidence": "inferred",
    }


def test_a_slot_that_is_nobodys_home_is_empty(house: House, client: Client) -> None:
    house.ready(*range(1, 7))

    assert (slot(client, 8)["state"], slot(client, 8)["home"], slot(client, 8)["ring"]) == ("empty", None, None)


def test_a_ring_that_is_taken_has_a_holder_and_a_due_time(house: House, client: Client) -> None:
    house.ready(*range(1, 7))

    house.take(3)

    taken = slot(client, 3)
    assert (taken["state"], taken["ring"], taken["overdue"]) == ("out", None, False)
    assert taken["holder"] == {"id": "ann", "code": "1001", "name": "Ann"}
    assert datetime.fromisoformat(taken["due"]) == NOON.utc + timedelta(hours=8)


def test_a_ring_is_overdue_from_its_due_time_on(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    house.clock.move(timedelta(hours=8))
    house.tell(TimePassed())

    assert slot(client, 3)["overdue"]
    assert alarms(client) == [("overdue", "ring 3 (Unit 3)", "r3")]


def test_somebody_at_the_keypad_is_told_and_not_who(house: House, client: Client) -> None:
    house.ready(1)

    house.tell(KeyPressed("1"))

    assert client.call("status")["session"] is True


def test_a_released_slot_is_not_secured(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    house.tell(*(KeyPressed(key) for key in "1001#4711#"))
    house.settled()

    house.tell(KeyPressed("4"), KeyPressed("#"))

    assert (slot(client, 4)["lock"], slot(client, 4)["state"]) == ("released", "in")
    assert client.call("status")["door"] == "released"


def test_a_ring_in_another_slot_is_elsewhere_and_that_slot_has_the_wrong_ring() -> None:
    found = slots_with(r1=hanging(8), r2=hanging(1))

    assert (found[2].state, found[2].ring) == ("elsewhere", None)
    assert [(found[slot].state, found[slot].ring.number) for slot in (1, 8)] == [
        ("wrong_ring", "2"),
        ("wrong_ring", "1"),
    ]


def test_a_ring_that_nobody_released_is_missing(house: House, client: Client) -> None:
    house.ready(*range(1, 7))

    house.tell(ContactRead(5, closed=False), TagsRead("bank1", tags(1, 2, 3, 4, 6)))

    assert (slot(client, 5)["state"], slot(client, 5)["holder"]) == ("missing", None)
    assert alarms(client) == [("missing", "ring 5 (Unit 5)", "r5")]


def test_a_ring_that_nobody_has_seen_is_unverified(client: Client) -> None:
    assert (slot(client, 1)["state"], slot(client, 1)["evidence"]) == ("unverified", None)


@pytest.mark.parametrize("device", ["bank1", "pins"])
def test_slots_are_unknown_as_long_as_what_senses_them_is_lost_and_a_ring_that_is_out_stays_out(
    house: House, client: Client, device: str
) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    house.tell(DeviceFailed(device, "line_silent", "no answer"))

    assert [slot(client, number)["state"] for number in (1, 3, 8)] == ["unknown", "out", "unknown"]
    assert slot(client, 3)["holder"]["code"] == "1001"


def test_a_slot_whose_tag_cannot_be_read_says_so(house: House, client: Client) -> None:
    house.ready(*range(1, 7))

    house.tell(TagsRead("bank1", tags(1, 2, 3, 5, 6)))
    house.clock.move(timedelta(seconds=3))
    house.tell(TimePassed())

    assert slot(client, 4)["state"] == "unreadable"


def test_a_tag_of_another_house_is_foreign(house: House, client: Client) -> None:
    house.ready(1)

    house.tell(ContactRead(7, closed=True), TagsRead("bank1", tags(1) | {"010000000000FF00"}))

    assert slot(client, 7)["state"] == "foreign_tag"
    assert alarms(client) == [("foreign_tag", "slot 7", "slot-7")]


def test_a_forced_door_is_told_until_it_is_closed(house: House, client: Client) -> None:
    house.ready(1)

    house.tell(DoorRead(is_open=True))
    forced = client.call("status")["door"]
    house.tell(DoorRead(is_open=False))

    assert (forced, client.call("status")["door"]) == ("forced", "locked")


def test_a_lost_device_is_silent_and_alarms(house: House, client: Client) -> None:
    house.ready(1)

    house.tell(DeviceFailed("bank1", "line_silent", "no answer"))

    assert client.call("status")["silent"] == ["bank1"]
    assert alarms(client) == [("reader_fault", "bank1", "bank1")]


def test_an_alarm_of_duress_stands_in_the_answer_for_commanders_and_the_publisher_alone(house: House) -> None:
    house.ready(1)
    house.tell(DeviceFailed("bank1", "line_silent", "no answer"))
    seen = {}
    house.record(AlarmRaised(AlarmKind.DURESS, "ann"))
    with asking(house) as client:
        for role, token in (("nobody", {}), ("commander", {"token": logged_in(client)}), ("mqtt", {"peer": "mqtt"})):
            seen[role] = {each["kind"] for each in client.call("status", **token)["alarms"]}

    assert seen == {
        "nobody": {"reader_fault"},
        "commander": {"reader_fault", "duress"},
        "mqtt": {"reader_fault", "duress"},
    }


def test_no_ring_is_left_out_even_where_the_wiring_has_no_such_slot() -> None:
    found = slots_with(a_layout(frozenset({1})), r1=hanging(40), r2=Missing(2, NOON.utc))

    assert (found[40].state, found[40].lock) == ("wrong_ring", "none")
    assert (found[2].state, found[2].lock) == ("missing", "none")


def slots_with(layout: Layout | None = None, **custody: Custody) -> dict[int, Any]:
    """The slots at noon, with the rings in these places."""
    layout = layout or a_layout()
    seen = Seen(dict.fromkeys(layout.banks, frozenset()), dict.fromkeys(layout.contacts, False))
    cabinet = Cabinet(layout, books=Books(custody=custody), seen=seen)
    return {slot.slot: slot for slot in status.slots(cabinet, a_directory(), NOON.utc)}


def hanging(slot: int) -> In:
    return In(slot, NOON.utc, Evidence.TAG_READ)
