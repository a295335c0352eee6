"""Alarms at the control socket: acknowledged by name, contacts, extensions (R35, R36, R40)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.domain.entries import AlarmAcknowledged, AlarmContacted, AlarmKind, AlarmRaised, Entry, RingExtended
from keycabinet.domain.events import TimePassed
from tests.control.house import COMMANDER, House, logged_in, open_house

RAISED = AlarmRaised(AlarmKind.LOCK_FAULT, "slot-3")


@pytest.fixture
def house(tmp_path: Path):
    with open_house(tmp_path) as opened:
        opened.ready(*range(1, 7))
        opened.enrol(COMMANDER)
        opened.record(RAISED)
        yield opened


@pytest.fixture
def wes(client: Client) -> Callable[..., Any]:
    token = logged_in(client, COMMANDER.code)
    return lambda method, **params: client.call(method, token=token, **params)


def last(house: House, kind: type[Entry]) -> Entry:
    with house.core.open_reader() as reader:
        return [row.entry for row in reader.rows(1, 1000, {kind.visibility}) if row.type == kind.type][-1]


def shown(client: Client) -> dict[str, Any]:
    (alarm,) = client.call("status")["alarms"]
    return alarm


@pytest.mark.parametrize("about", ["3", "slot-3"])
def test_an_alarm_is_acknowledged_by_name_with_a_note_that_status_does_not_tell(
    house: House, client: Client, wes: Callable[..., Any], about: str
) -> None:
    assert shown(client)["acknowledged_by"] is None

    wes("alarm.acknowledge", kind="lock_fault", about=about, note="wedge in the bolt")

    assert shown(client)["acknowledged_by"]["code"] == COMMANDER.code
    assert "wedge" not in json.dumps(client.call("status"))
    acknowledged = AlarmAcknowledged(RAISED.kind, RAISED.subject, COMMANDER.id, "wedge in the bolt", "socket")
    assert last(house, AlarmAcknowledged) == acknowledged


def test_an_alarm_is_acknowledged_once(house: House, wes: Callable[..., Any]) -> None:
    wes("alarm.acknowledge", kind="lock_fault", about="3")
    with pytest.raises(CallRefused, match=rf"{COMMANDER.name}.*already"):
        wes("alarm.acknowledge", kind="lock_fault", about="3")


@pytest.mark.parametrize(("kind", "about"), [("lock_fault", "4"), ("missing", "3"), ("nonsense", "3")])
def test_there_is_nothing_to_acknowledge_where_no_alarm_stands(
    house: House, wes: Callable[..., Any], kind: str, about: str
) -> None:
    with pytest.raises(CallRefused, match=f"no alarm {kind} about {about}"):
        wes("alarm.acknowledge", kind=kind, about=about)


def test_a_contact_is_recorded_with_its_outcome(house: House, wes: Callable[..., Any]) -> None:
    wes("alarm.contact", kind="lock fault", about="3", whom="Ann, by radio", outcome="comes at once")

    assert last(house, AlarmContacted) == AlarmContacted(
        RAISED.kind, RAISED.subject, COMMANDER.id, "Ann, by radio", "comes at once"
    )


def test_a_ring_that_is_out_may_be_kept_for_longer_by_the_word_of_a_commander(
    house: House, client: Client, wes: Callable[..., Any]
) -> None:
    house.take(2)

    due = wes("alarm.extend", ring="2", until="2035-03-05 02:00", note="court")["due"]

    extended = last(house, RingExtended)
    assert isinstance(extended, RingExtended)
    assert (extended.ring, extended.actor, extended.note) == ("r2", COMMANDER.id, "court")
    house.tell(TimePassed())
    slots = {slot["slot"]: slot["due"] for slot in client.call("status")["slots"]}
    assert slots[2] == due
    assert house.store.books() == house.controller.cabinet.books


@pytest.mark.parametrize(
    ("ring", "until", "why"),
    [
        ("1", "2035-03-05 02:00", "no ring 1 that is out"),
        ("2", "2001-03-05 02:00", "no time to come"),
        ("2", "soon", "no time"),
    ],
)
def test_what_is_in_is_not_extended_nor_into_the_past(
    house: House, wes: Callable[..., Any], ring: str, until: str, why: str
) -> None:
    house.take(2)
    with pytest.raises(CallRefused, match=why):
        wes("alarm.extend", ring=ring, until=until)
