"""Rings, one at a time, through the control socket; every change has its row."""

from typing import Any

from keycabinet.control.client import Client
from keycabinet.domain.bounds import Pair
from keycabinet.store import Reader
from tests.control.house import House, logged_in
from tests.control.office import FAY, refusal, rows, types

RING_9 = {"number": "9", "name": "Gate", "category": "security", "tag": "01090000000000AB", "home_slot": "8"}


def test_rings_are_listed_with_where_they_are(house: House, eve: Any) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    listed = eve("ring.list")["rings"]

    assert [each["cells"]["number"] for each in listed] == ["1", "2", "3", "4", "5", "6"]
    assert (listed[0]["custody"], listed[0]["slot"]) == ("in", 1)
    assert (listed[2]["custody"], listed[2]["holder"]["code"]) == ("out", "1001")
    assert eve("ring.show", ring="3") == eve("ring.show", ring="r3") == listed[2]


def test_a_ring_is_added_and_changed_and_says_so(house: House, client: Client, eve: Any) -> None:
    seq = house.head.seq

    assert eve("ring.add", cells=RING_9)["custody"] == "unverified"
    assert eve("ring.change", ring="9", cells={"due": "8h", "name": "Gate 2"})["cells"]["due"] == "8h"

    assert types(house, seq) == ["ring.enrolled", "ring.enrolled", "ring.changed"]
    assert '"what":"name; due none -> 8h"' in rows(house, seq)[-1][2]
    assert "there is a ring 9 already" in refusal(client, "ring.add", cells=RING_9)[1]
    assert "home of ring 1" in refusal(client, "ring.change", ring="9", cells={"home_slot": "1"})[1]


def test_a_ring_is_retired_by_who_holds_it_or_when_it_is_nowhere(house: House, client: Client, eve: Any) -> None:
    eve("ring.add", cells=RING_9)
    house.ready(*range(1, 7))
    house.take(3)

    assert "hangs in slot 1" in refusal(client, "ring.retire", ring="1")[1]
    assert "booked to somebody else" in refusal(client, "ring.retire", ring="3")[1]
    eve("ring.retire", ring="9")

    assert "9" not in [each["cells"]["number"] for each in eve("ring.list")["rings"]]
    with Reader.open(house.path) as reader:
        assert reader.rebuild() == reader.books() == house.controller.cabinet.books


def test_the_pairs_of_a_ring_that_is_retired_go_with_it_and_nothing_else_does(house: House, eve: Any) -> None:
    eve("ring.add", cells=RING_9)
    eve("roster.import", pairs="ring,other_ring\n9,1\n2,3\n")
    seq, (ring_9,) = house.head.seq, [r for r in house.controller.directory.rings.values() if r.number == "9"]
    assert house.controller.directory.never_with[ring_9.id] == {"r1"}

    eve("ring.retire", ring="9")

    assert types(house, seq) == ["ring.retired", "bounds.changed"]
    assert house.controller.directory.bounds.pairs == {Pair.of("r2", "r3")}
    with Reader.open(house.path) as reader:
        assert reader.directory() == house.controller.directory
        assert reader.rebuild() == reader.books() == house.controller.cabinet.books


def test_a_ring_that_is_retired_in_the_hand_of_who_holds_it_is_due_no_more(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    token = logged_in(client)
    client.call("person.add", token=token, cells=FAY)
    house.take(3)
    client.call("person.change", token=token, person="1001", cells={"role": "security_electronics_administrator"})

    client.call("ring.retire", token=logged_in(client, "1001"), ring="3")
    house.settled()

    assert "r3" not in house.controller.cabinet.books.custody
    assert client.call("status")["alarms"] == []
