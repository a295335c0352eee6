"""Retained topics: what the cabinet is now, for whoever comes now."""

import json
from pathlib import Path

from tests.broker import Broker
from tests.publisher.ear import ROOT, Ear, retained_at
from tests.publisher.fake_core import AT, DUE, FakeCore, a_slot
from tests.publisher.running import PublisherProcess

OVERDUE = ("overdue", "ring-1")
OUT = {"state": "out", "ring": None, "due": DUE, "holder": {"id": "p-7", "code": "1234", "name": "Ann Field"}}


def test_whoever_comes_later_sees_the_whole_cabinet(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        core.slots[0] = a_slot(1, overdue=True, **OUT)
        core.alarms.append(OVERDUE)
        core.append(1)
        ear.wait(lambda: (it := ear.last("state")) and it.json["backlog"] == 0 and it.json["alarms"] == 1, "the state")
        held = retained_at(broker)

    topics = {"status", "info", "state", "slots/01/state", "slots/02/state", "alarms/overdue/ring-1"}
    assert held.keys() == topics
    assert held["status"].payload == b"online"
    assert held["info"].json.items() >= {"contract": "1", "cabinet": "mc-1", "slots": 2, "clock_synced": True}.items()
    state = {"ready": True, "door": "locked", "rings_out": 1, "overdue": 1, "alarms": 1, "last_seq": 1, "faults": []}
    assert held["state"].json.items() >= state.items()
    slot = {"present": False, "home_number": "1", "holder": "p-7", "overdue": True, "lock": "secured"}
    assert held["slots/01/state"].json.items() >= slot.items()
    assert held["alarms/overdue/ring-1"].json["first_at"] == AT


def test_no_name_and_no_code_leaves_the_cabinet(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        core.slots[0] = a_slot(1, **OUT)
        core.alarms.append(OVERDUE)
        names = {"p-7": {"kind": "person", "number": "1234", "name": "Ann Field"}}
        core.append(1, names=names, body={"holder": "p-7", "commitment": "c0ffee", "tag": "013D2C1B0A000085"})
        ear.wait_for_rows(1)
        ear.wait(lambda: ear.last("alarms/overdue/ring-1"), "the alarm")

        told = b"\n".join(each.payload + each.topic.encode() for each in ear.heard)
        assert ear.events()[0]["data"]["body"] == {"holder": "p-7", "tag": "0085"}
        assert not [word for word in (b"Ann", b"1234", b"Infirmary", b"c0ffee", b"013D2C") if word in told]


def test_an_alarm_that_is_cleared_leaves_an_empty_topic(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        core.alarms.append(OVERDUE)
        core.append(1, type_name="alarm.raised")
        ear.wait(lambda: ear.last("alarms/overdue/ring-1"), "the alarm")
        core.alarms.clear()
        core.append(1, type_name="alarm.cleared")

        ear.wait_for_last("alarms/overdue/ring-1", b"")
        assert "alarms/overdue/ring-1" not in retained_at(broker)


def test_an_alarm_that_went_while_nobody_published_is_emptied(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        core.alarms += [OVERDUE, ("door_open", "door")]
        core.append(1)
        ear.wait(lambda: ear.last("alarms/overdue/ring-1") and ear.last("alarms/door_open/door"), "the alarms")
        mqtt.kill()
        core.alarms.remove(OVERDUE)
        mqtt.start()

        ear.wait_for_last("alarms/overdue/ring-1", b"")
        assert "alarms/door_open/door" in retained_at(broker)


def test_standing_alarms_stay_while_the_core_is_away(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        core.alarms.append(OVERDUE)
        core.append(1)
        ear.wait(lambda: ear.last("alarms/overdue/ring-1"), "the alarm")
        mqtt.stop()
        core.stop()
        mqtt.start()
        ear.wait(lambda: "core lost" in mqtt.log() and mqtt.log().count("broker found") == 2, "a publisher alone")
        core.start()
        ear.wait_for_last("status", b"online")

        assert [each.payload for each in ear.heard if each.topic.endswith("/ring-1") and not each.payload] == []


def test_a_broker_that_forgot_everything_is_told_everything(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, PublisherProcess(tmp_path, core, broker):
        with Ear(broker) as ear:
            core.alarms.append(OVERDUE)
            core.append(1)
            ear.wait(lambda: ear.last("alarms/overdue/ring-1"), "the alarm")
        before = retained_at(broker).keys()
        broker.kill()
        broker.start()
        with Ear(broker) as ear:
            ear.wait(lambda: {each.topic for each in ear.heard} >= {f"{ROOT}/{topic}" for topic in before}, "all of it")

        assert retained_at(broker).keys() >= before


def test_what_somebody_else_publishes_below_our_alarms_changes_nothing(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        ear.wait_for_last("status", b"online")
        for payload in (b"\xff\xfe", b"{" * 100_000, json.dumps({"kind": "overdue"}).encode()):
            ear.say(f"{ROOT}/alarms/overdue/ring-9", payload, retain=True)
        core.append(1)

        ear.wait_for_rows(1)
        core.wait_for_cursor(1)


def test_a_burst_of_rows_changes_the_state_a_few_times_a_second_only(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        ear.wait_for_last("status", b"online")
        core.append(1000)
        ear.wait_for_rows(1000)
        ear.wait(lambda: (it := ear.last("state")) and it.json["backlog"] == 0 and it.json["last_seq"] == 1000, "peace")

        assert sum(each.topic.endswith("/state") and "/slots/" not in each.topic for each in ear.heard) < 20
        assert sum("/slots/" in each.topic for each in ear.heard) == 2
