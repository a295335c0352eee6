"""What is stored is receipted, what is not stored is not; a broker that goes and comes back changes nothing in that."""

import sqlite3
from contextlib import closing
from pathlib import Path

from keycabinet.receiver.inbox import Refused, Repeated
from keycabinet.receiver.receiver import Limits
from tests.broker import Broker
from tests.publisher.consumers import BOARD, MAIL, a_receipt, registered
from tests.publisher.ear import Ear
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import PublisherProcess
from tests.receiver.messages import an_event
from tests.receiver.running import Listening
from tests.waiting import wait_until

WITHIN_S = 20.0


def test_every_row_that_is_stored_is_receipted_with_what_is_sealed_for_who_is_given_it(tmp_path: Path) -> None:
    mqtt = registered(tmp_path)
    with (
        FakeCore() as core,
        Broker() as broker,
        PublisherProcess(tmp_path, core, broker, mqtt),
        Listening(tmp_path, broker, BOARD) as board,
        Listening(tmp_path, broker, MAIL) as mail,
    ):
        core.wait_for_receipt("board", 0, 0)
        core.wait_for_receipt("mail", 0)
        core.append(300)
        core.append(1, visibility="sealed")
        core.append(1)

        core.wait_for_receipt("board", 302, 301, within=WITHIN_S)
        core.wait_for_receipt("mail", 302, within=WITHIN_S)
        assert sorted(board.stored) == list(range(1, 303))
        assert mail.stored == [*range(1, 301), 302]


def test_receipts_are_batched(tmp_path: Path) -> None:
    mqtt = registered(tmp_path, MAIL)
    with (
        FakeCore() as core,
        Broker() as broker,
        PublisherProcess(tmp_path, core, broker, mqtt),
        Listening(tmp_path, broker, MAIL),
        Ear(broker, "keycabinet/mc-1/receipts/+") as ear,
    ):
        core.wait_for_receipt("mail", 0)
        core.append(2000)
        core.wait_for_receipt("mail", 2000, within=WITHIN_S)

        assert 1 <= len(ear.heard) <= 100


def test_a_receiver_says_what_it_has_when_the_broker_or_the_cabinet_is_there_again(tmp_path: Path) -> None:
    mqtt = registered(tmp_path, MAIL)
    with FakeCore() as core, Broker() as broker, Listening(tmp_path, broker, MAIL) as mail:
        with PublisherProcess(tmp_path, core, broker, mqtt):
            core.append(3)
            core.wait_for_receipt("mail", 3)
            core.receipts.clear()
            broker.kill()
            broker.start()
            core.wait_for_receipt("mail", 3)
        core.receipts.clear()
        with PublisherProcess(tmp_path, core, broker, mqtt):
            core.wait_for_receipt("mail", 3)
            core.append(1)
            core.wait_for_receipt("mail", 4)
    assert mail.stored == [1, 2, 3, 4]


def test_a_receiver_that_hears_of_nothing_says_from_time_to_time_that_it_is_there(tmp_path: Path) -> None:
    limits = Limits(receipt_every_s=0.3)
    with (
        Broker() as broker,
        Ear(broker, "keycabinet/mc-1/receipts/+") as ear,
        Listening(tmp_path, broker, MAIL, limits),
    ):
        ear.wait(lambda: len(ear.heard) >= 4, "four receipts")

        assert len({each.json["at"] for each in ear.heard}) == len(ear.heard)
        assert not any(each.retain for each in ear.heard)


def test_what_cannot_be_stored_is_not_receipted_and_comes_later(tmp_path: Path) -> None:
    with (
        Broker() as broker,
        Ear(broker, "keycabinet/mc-1/receipts/+") as ear,
        Listening(tmp_path, broker, MAIL) as mail,
    ):
        ear.wait(lambda: ear.heard, "the first receipt")
        with closing(sqlite3.connect(tmp_path / "mail.db", isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            ear.say("keycabinet/mc-1/events", an_event(1), retain=False)
            wait_until(lambda: connections(broker) >= 2, WITHIN_S, "the line's being given up")
            assert mail.stored == []
            assert {each.json["sequence"] for each in ear.heard} == {0}
            somebody.execute("ROLLBACK")
        ear.say("keycabinet/mc-1/events", an_event(1), retain=False)
        mail.wait_for_rows(1)
        ear.wait(lambda: ear.heard[-1].json["sequence"] == 1, "the receipt")


def connections(broker: Broker) -> int:
    return broker.log().count("as keycabinet-mail")


def test_hostile_messages_under_every_topic_are_refused_and_the_receiver_lives(tmp_path: Path) -> None:
    receipts = "keycabinet/mc-1/receipts/+"  # an ear that is not able to bear everything
    with Broker() as broker, Ear(broker, receipts) as ear, Listening(tmp_path, broker, BOARD) as board:
        ear.wait(lambda: ear.heard, "the first receipt")
        topics = ["events", "sealed/events", "state", "info", "slots/01/state", "alarms/missing/r-3", "status"]
        payloads = [b"\xff\xfe", b"[" * 500, b"x" * 1_000_000, b"7", b'{"sequence": NaN}']
        for topic in topics:
            for payload in payloads:
                ear.say(f"keycabinet/mc-1/{topic}", payload, retain=False)
        ear.say("keycabinet/mc-1/events", an_event(7, previous=6), retain=True)
        ear.say("keycabinet/mc-1/events", an_event(1), retain=False)
        board.wait_for_rows(1)
        ear.say("keycabinet/mc-1/events", an_event(1), retain=False)
        board.wait(lambda: Repeated("mc-1") in board.taken, "the repeat")

        refused = [each for each in board.taken if isinstance(each, Refused)]
        assert len(refused) == len(topics) * (len(payloads) - 1) + 1  # what has 1 MB stays at the broker
        assert board.receiver.inbox.refused == {"malformed": len(refused) - 1, "retained": 1}
        assert board.stored == [1]


def test_a_receipt_of_somebody_else_is_not_made_by_a_receiver(tmp_path: Path) -> None:
    with Broker() as broker, Ear(broker, "keycabinet/mc-1/receipts/+") as ear, Listening(tmp_path, broker, MAIL):
        ear.wait(lambda: ear.heard, "the first receipt")

        assert ear.heard[0].topic == "keycabinet/mc-1/receipts/mail"
        assert ear.heard[0].json.keys() == {"sequence", "sealed", "at", "mac"}
        assert ear.heard[0].payload != a_receipt(0, consumer=MAIL)
