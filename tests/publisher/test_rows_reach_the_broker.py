"""Rows: each once by id, in order, and the cursor behind them."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.broker import Broker
from tests.publisher.ear import Ear
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import PublisherProcess


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_every_row_arrives_once_in_order_and_moves_the_cursor(tmp_path: Path, protocol: str) -> None:
    mqtt = f'protocol = "{protocol}"'
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker, mqtt):
        ear.wait_for_last("status", b"online")
        head = core.append(700)

        ear.wait_for_rows(head)
        core.wait_for_cursor(head)
        assert ear.sequences() == list(range(1, head + 1))
        assert [event["id"] for event in ear.events()] == [row["id"] for row in core.rows]
        assert all(one < two for one, two in pairwise(core.moves))


def test_a_row_that_was_there_before_is_replayed_and_a_new_one_is_not(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear:
        core.append(3)
        with PublisherProcess(tmp_path, core, broker):
            ear.wait_for_rows(3)
            ear.wait_for_last("status", b"online")
            core.append(1)
            ear.wait_for_rows(4)

        assert [event["replayed"] for event in ear.events()] == [True, True, True, False]


def test_a_restarted_publisher_goes_on_after_the_cursor(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        core.append(20)
        ear.wait_for_rows(20)
        mqtt.stop()
        assert core.cursor == 20
        core.append(5)
        mqtt.start()
        ear.wait_for_rows(25)

        assert ear.sequences() == list(range(1, 26))
        assert all(event["replayed"] for event in ear.events()[20:])


def test_a_publisher_killed_in_the_middle_loses_nothing_and_marks_what_it_repeats(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        ear.wait_for_last("status", b"online")
        for _ in range(3):
            begun, head = core.cursor, core.append(3000)
            ear.wait(lambda begun=begun: core.cursor > begun, "some progress")
            assert core.cursor < head, "the kill would not be in the middle"
            mqtt.kill()
            mqtt.start()
        ear.wait_for_rows(*range(1, 9001))
        core.wait_for_cursor(9000)

        _assert_repeats_are_marked(ear)


def test_a_row_without_a_puback_is_sent_again_to_the_next_broker_and_holds_the_cursor(tmp_path: Path) -> None:
    with (
        FakeCore() as core,
        Broker(remembers=True) as broker,
        Ear(broker, name="ear") as ear,
        PublisherProcess(tmp_path, core, broker),
    ):
        core.append(3)
        core.wait_for_cursor(3)
        ear.wait_for_rows(3)
        broker.save()
        broker.freeze()
        core.append(40)
        broker.kill()
        assert core.moves[-1] == 3
        broker.start()
        core.wait_for_cursor(43)
        ear.wait_for_rows(*range(1, 44))

        assert sorted(set(ear.sequences())) == list(range(1, 44))
        assert all(event["replayed"] for event in ear.events() if event["sequence"] > 3)
        _assert_repeats_are_marked(ear)


def test_the_stream_goes_on_when_the_core_comes_back(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        core.append(2)
        ear.wait_for_rows(2)
        core.stop()
        core.append(2)
        core.start()
        ear.wait_for_rows(4)

        core.wait_for_cursor(4)
        assert ear.sequences() == [1, 2, 3, 4]


def test_a_shorter_ledger_is_read_from_its_own_cursor(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        core.append(5)
        core.wait_for_cursor(5)
        core.stop()
        del core.rows[2:]
        core.cursor = 2
        core.start()
        core.append(1, subject="again")
        core.wait_for_cursor(3)

        ear.wait(lambda: ear.events()[-1]["subject"] == "again", "the new row 3")
        assert ear.sequences() == [1, 2, 3, 4, 5, 3]


def test_a_sealed_row_goes_to_the_sealed_topic_alone(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        core.append(1)
        core.append(1, visibility="sealed", type_name="duress")
        core.append(1, visibility="command")
        ear.wait_for_rows(3)

        assert ear.sequences() == [1, 3]
        assert [event["sequence"] for event in ear.events("sealed/events")] == [2]


def test_an_event_names_the_one_before_it_on_its_topic(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker):
        for visibility in ("open", "sealed", "command", "open", "sealed"):
            core.append(1, visibility=visibility)
        ear.wait_for_rows(1, 2, 3, 4, 5)

        assert [event["previous"] for event in ear.events()] == [None, 1, 3]
        assert [event["previous"] for event in ear.events("sealed/events")] == [None, 2]


def _assert_repeats_are_marked(ear: Ear) -> None:
    seen: set[str] = set()
    for event in ear.events():
        assert event["replayed"] or event["id"] not in seen, f"row {event['sequence']} came again as if it were new"
        seen.add(event["id"])
