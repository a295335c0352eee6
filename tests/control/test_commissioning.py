"""Commissioning through the control socket, with the test in the part of the devices."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from keycabinet.control.client import Client
from keycabinet.domain.entries import Visibility
from keycabinet.domain.events import BoltsRead, CoilPulsed, ContactRead, TagsRead, TimePassed
from keycabinet.store import Reader
from tests.builders import SLOTS, tags
from tests.control.house import House, asking, logged_in
from tests.control.office import refusal
from tests.waiting import wait_until

NEW = "01090000000000AB"
RING_7 = {"number": "7", "name": "Gate", "category": "security", "home_slot": "7"}


def said(house: House, since: int) -> list[tuple[str, str | None]]:
    """Type and actor of every row since then but those of sessions."""
    with Reader.open(house.path) as reader:
        rows = reader.rows(since + 1, 1000, frozenset(Visibility))
    return [(row.type, row.actor) for row in rows if not row.type.startswith("login")]


def meanwhile(house: House, method: str, **params: Any) -> Callable[[], dict[str, Any]]:
    """Eve calls from another terminal; what she is answered, once that is known."""
    answers: list[dict[str, Any]] = []

    def call() -> None:
        with asking(house) as client:
            answers.append(client.call(method, token=logged_in(client), **params))

    asked = threading.Thread(target=call)
    asked.start()

    def answer() -> dict[str, Any]:
        asked.join(20)
        return answers[0]

    return answer


def test_a_day_of_commissioning(house: House, client: Client, eve: Any) -> None:
    house.ready(*range(1, 7))
    eve("ring.add", cells=RING_7)
    seq = house.head.seq

    assert eve("commission.begin")["by"]["code"] == "1009"
    assert client.call("status")["commissioning"] is not None
    answer = meanwhile(house, "commission.learn", ring="7", within_s=20)
    wait_until(lambda: (eve("commission.status")["learning"] or {}).get("state") == "waiting", 10, "the wait")
    house.tell(ContactRead(8, closed=True), TagsRead("bank1", tags(*range(1, 7)) | {NEW}))
    assert answer() == {"ring": "7", "state": "learned", "slot": 8, "why": None}
    assert eve("ring.show", ring="7")["cells"] | {"tag": NEW, "home_slot": "8"} == eve("ring.show", ring="7")["cells"]

    answer = meanwhile(house, "commission.test", slot=7)
    wait_until(lambda: house.panel.pulsed == [7], 10, "the pulse")
    house.tell(BoltsRead(SLOTS, home=False), CoilPulsed(7))
    house.settled()
    house.clock.move(timedelta(seconds=1))
    house.tell(TimePassed())
    assert answer() == {
        "slot": 7, "outcome": "ok", "contact": "open", "coil_ms": 0, "bolt_ms": 0, "ring": None,
    }  # fmt: skip
    assert eve("commission.status")["loose"] == [7]
    house.tell(BoltsRead(SLOTS, home=True))

    fault, words = refusal(client, "commission.end", rings=6)
    assert fault == "not_possible"
    assert "slot 8: ring 7" in words
    signed = eve("commission.end", rings=7)
    assert (signed["by"]["code"], signed["rings"], signed["missing"]) == ("1009", 7, [])
    with Reader.open(house.path) as reader:
        assert reader.rows(signed["seq"], 1, frozenset(Visibility))[0].type == "commissioning.ended"
    assert eve("commission.status")["since"] is None
    assert said(house, seq) == [
        ("commissioning.begun", "eve"),
        ("ring.enrolled", "eve"),
        ("ring.learned", "eve"),
        ("ring.found", None),
        ("latch.test_intended", "eve"),
        ("slot.tested", None),
        ("commissioning.ended", "eve"),
    ]
    with Reader.open(house.path) as reader:
        assert reader.rebuild() == reader.books() == house.controller.cabinet.books
        assert reader.directory().ring_of_tag[NEW].home_slot == 8


def test_the_mode_and_a_slot_out_of_service_are_in_the_books_that_are_stored(house: House, eve: Any) -> None:
    house.ready(*range(1, 7))
    eve("commission.begin")
    eve("slot.out_of_service", slot=4, why="bolt bent")

    stored = house.store.books()

    assert stored.out_of_service[4].why == "bolt bent"
    assert stored.commissioning == house.controller.cabinet.books.commissioning is not None
    with Reader.open(house.path) as reader:
        assert reader.rebuild() == reader.books()
    eve("slot.in_service", slot=4)
    assert house.store.books().out_of_service == {}


def test_status_says_that_a_slot_is_out_of_service(house: House, client: Client, eve: Any) -> None:
    house.ready(*range(1, 7))

    eve("slot.out_of_service", slot=4, why="bolt bent")

    found = next(each for each in client.call("status")["slots"] if each["slot"] == 4)
    assert (found["state"], found["lock"]) == ("in", "out_of_service")


def test_nobody_but_the_administrator_opens_a_slot_by_a_test_and_nobody_outside_of_the_mode(
    house: House, client: Client
) -> None:
    house.ready(*range(1, 7))

    assert refusal(client, "commission.test", slot=3) == ("not_possible", "the cabinet is not being commissioned")
    assert refusal(client, "commission.test", code="1001", slot=3)[0] == "not_allowed"
    assert house.panel.pulsed == []
