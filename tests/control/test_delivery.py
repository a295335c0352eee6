"""An alarm is delivered when everybody has it who is registered for it, and not before."""

from datetime import timedelta

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.control.delivery import SILENT_AFTER, Delivery
from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.entries import AlarmCleared, AlarmKind, AlarmRaised, DoorOpened
from keycabinet.errors import ConfigError
from tests.control.house import House

BEGAN = timedelta(hours=1)
OVERDUE, FORCED, DURESS = (AlarmKind.OVERDUE, "r-3"), (AlarmKind.DOOR_FORCED, "door"), (AlarmKind.DURESS, "ann")


def a_delivery(
    *, raised: dict[AlarmKey, int] | None = None, cursors: dict[str, int] | None = None, **consumers: bool
) -> Delivery:
    return Delivery(consumers, cursors or {}, lambda _: None, raised or {}, BEGAN)


def noted(delivery: Delivery, consumer: str, sequence: int, sealed: int | None = None) -> frozenset[AlarmKey]:
    delivery.note(consumer, sequence, sealed, published=100, now=BEGAN)
    return delivery.delivered()


def test_an_alarm_is_delivered_when_every_consumer_has_its_row() -> None:
    delivery = a_delivery(board=False, mail=False)
    delivery.learn(7, AlarmRaised(*OVERDUE))

    assert noted(delivery, "board", 7) == frozenset()
    assert noted(delivery, "mail", 6) == frozenset()
    assert noted(delivery, "mail", 7) == {OVERDUE}


def test_without_consumers_nothing_is_ever_delivered() -> None:
    assert a_delivery(raised={OVERDUE: 1, DURESS: 2}).delivered() == frozenset()


def test_a_sealed_alarm_is_delivered_by_the_receipts_for_sealed_rows_of_those_that_are_given_them() -> None:
    delivery = a_delivery(board=True, mail=False, raised={DURESS: 5, FORCED: 6})

    assert noted(delivery, "mail", 50) == frozenset()
    assert noted(delivery, "board", 50, 4) == {FORCED}
    assert noted(delivery, "board", 50, 5) == {FORCED, DURESS}


def test_a_sealed_alarm_that_nobody_is_given_is_never_delivered() -> None:
    delivery = a_delivery(mail=False, raised={DURESS: 5})

    assert noted(delivery, "mail", 50) == frozenset()


def test_an_alarm_that_is_raised_again_has_to_be_delivered_again() -> None:
    delivery = a_delivery(board=False, raised={OVERDUE: 5})
    assert noted(delivery, "board", 5) == {OVERDUE}

    delivery.learn(6, AlarmCleared(*OVERDUE))
    assert delivery.delivered() == frozenset()
    delivery.learn(7, AlarmRaised(*OVERDUE))
    assert delivery.delivered() == frozenset()
    assert noted(delivery, "board", 7) == {OVERDUE}


def test_a_consumer_that_lost_its_store_may_say_so_and_what_it_lost_is_not_delivered() -> None:
    delivery = a_delivery(board=False, raised={OVERDUE: 5})
    assert noted(delivery, "board", 9) == {OVERDUE}

    assert noted(delivery, "board", 0) == frozenset()


@pytest.mark.parametrize(
    ("consumer", "sequence", "sealed"), [("stranger", 1, None), ("mail", 101, None), ("board", 1, 101), ("mail", 1, 1)]
)
def test_a_receipt_of_nobody_or_for_what_was_not_published_is_refused_and_counts_for_nothing(
    consumer: str, sequence: int, sealed: int | None
) -> None:
    delivery = a_delivery(board=True, mail=False, raised={OVERDUE: 1})

    with pytest.raises(ConfigError):
        noted(delivery, consumer, sequence, sealed)

    assert delivery.delivered() == frozenset()
    assert delivery.silent(BEGAN + SILENT_AFTER) == {"board", "mail"}


def test_a_consumer_is_silent_when_nothing_was_heard_of_it_for_so_long() -> None:
    delivery, moment = a_delivery(board=False, mail=False), timedelta(microseconds=1)
    heard = BEGAN + timedelta(seconds=30)
    delivery.note("mail", 0, None, published=100, now=heard)

    assert delivery.silent(BEGAN + SILENT_AFTER - moment) == frozenset()
    assert delivery.silent(BEGAN + SILENT_AFTER) == {"board"}
    assert delivery.silent(heard + SILENT_AFTER) == {"board", "mail"}


def test_what_a_consumer_has_outlives_a_restart(house: House, client: Client) -> None:
    house.record(AlarmRaised(*FORCED), DoorOpened(), AlarmRaised(*DURESS))
    last = house.head.seq
    client.call("cursor.move", name="mqtt", seq=last)
    for consumer, sealed in (("board", last), ("mail", None)):
        client.call("receipt.note", consumer=consumer, sequence=last - 1, sealed=sealed)

    assert house.delivery.delivered() == {FORCED, DURESS}
    after = Delivery({"board": True, "mail": False}, house.store.cursors(), lambda _: None, house.store.raised(), BEGAN)
    assert after.delivered() == {FORCED, DURESS}


def test_a_receipt_beyond_the_cursor_of_the_publisher_is_refused_by_the_core_too(house: House, client: Client) -> None:
    client.call("cursor.move", name="mqtt", seq=3)

    with pytest.raises(CallRefused, match="3 is the last that was published"):
        client.call("receipt.note", consumer="board", sequence=4, sealed=0)
    with pytest.raises(CallRefused, match="no consumer 'ghost' is registered"):
        client.call("receipt.note", consumer="ghost", sequence=1)


def test_the_rows_of_standing_alarms_are_found_in_the_store(house: House) -> None:
    house.record(AlarmRaised(*FORCED), AlarmRaised(*OVERDUE), AlarmCleared(*FORCED), AlarmRaised(*FORCED))

    assert house.store.raised() == {OVERDUE: house.head.seq - 2, FORCED: house.head.seq}
