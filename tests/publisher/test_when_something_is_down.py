"""Honest about it, and back by itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from keycabinet.publisher.limits import Limits
from tests.broker import WITHIN_S, Broker
from tests.publisher.ear import Ear, retained_at
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import PublisherProcess, a_publisher
from tests.waiting import wait_until

IMPATIENT = Limits(silence_s=1.0, connack_s=0.5, core_answer_s=0.3, core_silence_s=0.8, poll_every_s=0.2)
ACL = "allow_anonymous true\nacl_file {folder}/acl"
ALL = "topic readwrite #\n"
NO_EVENTS = "topic deny keycabinet/+/events\ntopic readwrite #\n"


def test_the_last_will_says_offline_when_the_publisher_is_killed(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        ear.wait_for_last("status", b"online")
        mqtt.kill()

        ear.wait_for_last("status", b"offline")
        assert retained_at(broker)["status"].payload == b"offline"


def test_sigterm_says_offline_and_ends_within_two_seconds(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        core.append(10)
        ear.wait_for_rows(10)
        took_s = mqtt.stop()

        assert took_s < 2
        assert retained_at(broker)["status"].payload == b"offline"
        assert core.cursor == 10


def test_sigterm_ends_within_two_seconds_when_nothing_answers(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, PublisherProcess(tmp_path, core, broker) as mqtt:
        ear.wait_for_last("status", b"online")
        core.answers = False
        broker.freeze()
        core.append(3)

        assert mqtt.stop() < 2


def test_another_cabinets_core_ends_the_publisher(tmp_path: Path) -> None:
    with FakeCore(cabinet="mc-2") as core, Broker() as broker, PublisherProcess(tmp_path, core, broker) as mqtt:
        assert mqtt.wait() == 1
        assert "the core is cabinet 'mc-2'" in mqtt.log()


@pytest.mark.parametrize("then", ["", "max_queued_messages 0"], ids=["stays", "hangs up"])
def test_a_row_that_the_broker_denies_stays_pending_and_is_a_fault_until_it_is_taken(then: str) -> None:
    limits = replace(Limits(), first_denied_pause_s=0.5, longest_denied_pause_s=0.6)
    with FakeCore() as core, Broker(f"{ACL}\n{then}", files={"acl": NO_EVENTS}) as broker, Ear(broker) as ear:
        core.append(8)
        with a_publisher(core, broker, limits):
            ear.wait(lambda: (it := ear.last("state")) and it.json["faults"], "the fault")
            assert ear.last("state").json["faults"] == ["row 1 denied: Not authorized (keycabinet/mc-1/events)"]
            assert set(core.moves) <= {0}
            broker.write("acl", ALL)
            broker.reload()
            core.wait_for_cursor(8)
            ear.wait(lambda: ear.last("state").json["faults"] == [], "health")

            assert sorted(set(ear.sequences())) == list(range(1, 9))
            assert core.moves[-1] == 8


def test_the_cursor_stops_before_the_row_that_is_denied_although_later_ones_were_taken() -> None:
    rules = "topic deny keycabinet/+/sealed/events\ntopic readwrite #\n"
    with FakeCore() as core, Broker(ACL, files={"acl": rules}) as broker, Ear(broker) as ear:
        core.append(2)
        core.append(1, visibility="sealed")
        core.append(5)
        with a_publisher(core, broker, replace(Limits(), longest_denied_pause_s=1.0)):
            ear.wait_for_rows(1, 2, 4, 5)
            ear.wait(lambda: (it := ear.last("state")) and it.json["faults"], "the fault")
            assert ear.last("state").json["backlog"] == 6
            assert max(core.moves, default=0) <= 2
            broker.write("acl", ALL)
            broker.reload()
            core.wait_for_cursor(8)

            ear.wait_for_rows(*range(1, 9))


def test_a_line_that_fell_silent_is_rebuilt_and_nothing_is_missing() -> None:
    with (
        FakeCore() as core,
        Broker() as broker,
        Ear(broker) as ear,
        capture_logs() as logs,
        a_publisher(core, broker, IMPATIENT),
    ):
        core.append(3)
        core.wait_for_cursor(3)
        broker.freeze()
        core.append(30)
        wait_until(
            lambda: any("owes an answer" in each.get("reason", "") for each in logs), WITHIN_S, "the silence noticed"
        )
        assert core.cursor == 3
        broker.thaw()
        core.wait_for_cursor(33)

        ear.wait_for_rows(*range(1, 34))
        first = list(dict.fromkeys(ear.sequences()))
        assert first == sorted(first)


def test_a_core_that_hangs_is_offline_until_it_answers_again() -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, a_publisher(core, broker, IMPATIENT):
        ear.wait_for_last("status", b"online")
        core.answers = False
        ear.wait_for_last("status", b"offline")
        core.answers = True

        ear.wait_for_last("status", b"online")


def test_a_core_that_is_down_is_offline_until_it_is_back() -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, a_publisher(core, broker, IMPATIENT):
        ear.wait_for_last("status", b"online")
        core.stop()
        ear.wait_for_last("status", b"offline")
        core.start()

        ear.wait_for_last("status", b"online")


def test_the_state_beats_although_nothing_happens() -> None:
    limits = replace(Limits(), heartbeat_every_s=0.2, tick_s=0.05)
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, a_publisher(core, broker, limits):
        ear.wait(lambda: sum(each.topic == "keycabinet/mc-1/state" for each in ear.heard) >= 4, "four beats")

        assert core.rows == []
