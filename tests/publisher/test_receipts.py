"""Which receipts count, and what becomes of the others."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.publisher.limits import Limits
from keycabinet.publisher.receipt import MOST_BYTES, Receipt
from keycabinet.publisher.receipts import Consumer, Known, Receipts, Refusal, Stored
from tests.broker import Broker
from tests.publisher.consumers import BOARD, KEY, MAIL, OTHER_KEY, a_receipt, at, registered
from tests.publisher.ear import Ear
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import PublisherProcess

KNOWN = Known(published=100, head=120)
LIMITS = Limits()


def a_gate() -> Receipts:
    return Receipts("mc-1", [BOARD, MAIL], LIMITS)


def taken(gate: Receipts, payload: bytes, name: str = "board", now_s: float = 0.0, **flags: bool) -> Any:
    return gate.take(name, payload, KNOWN, now_s, **{"retained": False, **flags})


def test_a_receipt_says_what_a_consumer_has() -> None:
    assert taken(a_gate(), a_receipt(99, sealed=40)) == Stored("board", 99, 40)


def changed(**fields: object) -> Callable[[], bytes]:
    return lambda: json.dumps({**json.loads(a_receipt(99, sealed=40)), **fields}).encode()


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "a number": b"7",
    "a list": b"[" * 200,
    "not UTF-8": b'{"sequence": 1, "\xff": 2}',
    "not a number": changed(sequence=float("nan"))(),
    "endless": b'{"sequence": Infinity}',
    "a text for a number": changed(sequence="99")(),
    "a fraction": changed(sequence=99.0)(),
    "true": changed(sequence=True)(),
    "negative": changed(sequence=-1)(),
    "two to the 63rd": changed(sequence=2**63)(),
    "one field more": changed(silence="all")(),
    "an instant of another form": changed(at="2026-11-23 08:00:00")(),
    "a line behind the instant": changed(at=f"{at(0)}\n")(),
    "digits of another script": changed(at=at(0).replace("0", "\u0660"))(),
    "half a MAC": changed(mac="00")(),
    "nothing": b"null",
}


@pytest.mark.parametrize("payload", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_a_receipt_is_refused_without_repeating_it(payload: bytes) -> None:
    assert taken(a_gate(), payload) == Refusal("malformed", "board")
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - pydantic's is one
        Receipt.read(payload)
    assert "99" not in str(refused.value)
    assert json.loads(a_receipt(99))["mac"] not in str(refused.value)


@given(
    st.binary(max_size=MOST_BYTES + 10)
    | st.recursive(st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_message_breaks_the_gate(payload: bytes) -> None:
    assert isinstance(taken(a_gate(), payload), Refusal)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"x" * (MOST_BYTES + 1), "too_long"),
        (a_receipt(99, consumer=Consumer("board", OTHER_KEY, sealed=True)), "wrong_mac"),
        (a_receipt(99, cabinet="mc-2"), "wrong_mac"),
        (a_receipt(99, consumer=Consumer("mail", KEY, sealed=True)), "wrong_mac"),
        (changed(sequence=98)(), "wrong_mac"),
        (changed(sealed=41)(), "wrong_mac"),
        (changed(sealed=None)(), "wrong_mac"),
        (changed(at=at(1))(), "wrong_mac"),
        (a_receipt(121), "ahead"),
        (a_receipt(99, sealed=121), "ahead"),
        (a_receipt(2**62), "ahead"),
    ],
)
def test_a_receipt_that_is_forged_or_cannot_be_true_is_refused(payload: bytes, reason: str) -> None:
    assert taken(a_gate(), payload) == Refusal(reason, "board")


def test_who_is_not_registered_and_what_the_broker_keeps_counts_for_nothing() -> None:
    gate = a_gate()

    assert taken(gate, a_receipt(99), "ghost") == Refusal("unknown_consumer")
    assert taken(gate, a_receipt(99), retained=True) == Refusal("retained", "board")
    assert taken(gate, a_receipt(99, sealed=3, consumer=MAIL), "mail") == Refusal("not_for_sealed", "mail")
    assert gate.refused == {"not_for_sealed": 1, "retained": 1, "unknown_consumer": 1}


def test_an_older_receipt_that_comes_again_is_refused_and_the_same_one_is_nothing_new() -> None:
    gate = a_gate()
    assert taken(gate, a_receipt(99, 5)) == Stored("board", 99, None)

    assert taken(gate, a_receipt(99, 5)) is None
    assert taken(gate, a_receipt(100, 4)) == Refusal("replayed", "board")
    assert taken(gate, a_receipt(3, 6)) == Stored("board", 3, None)


def test_a_forged_receipt_does_not_keep_the_true_one_out() -> None:
    gate = a_gate()
    taken(gate, a_receipt(99, 50, consumer=Consumer("board", OTHER_KEY, sealed=True)))
    taken(gate, a_receipt(121, 50))

    assert taken(gate, a_receipt(99, 5)) == Stored("board", 99, None)


def test_a_receipt_that_overtook_the_acknowledgement_counts_when_that_comes() -> None:
    gate = a_gate()
    assert taken(gate, a_receipt(110)) is None

    assert gate.due(109) == []
    assert gate.due(110) == [Stored("board", 110, None)]
    assert gate.due(111) == []


def test_a_consumer_that_speaks_all_the_time_is_heard_so_often_a_second_and_no_more() -> None:
    gate, seconds = a_gate(), count()

    heard = [taken(gate, a_receipt(99, next(seconds)), now_s=number / 1000) for number in range(1000)]

    accepted = sum(isinstance(each, Stored) for each in heard)
    assert LIMITS.receipts_per_s <= accepted <= 2 * LIMITS.receipts_per_s
    assert gate.refused == {"too_often": 1000 - accepted}
    assert isinstance(taken(gate, a_receipt(99, consumer=MAIL), "mail", now_s=1.0), Stored)


# ---- the process


def test_a_receipt_reaches_the_core_after_the_cursor_that_it_needs(tmp_path: Path) -> None:
    with (
        FakeCore() as core,
        Broker() as broker,
        Ear(broker) as ear,
        PublisherProcess(tmp_path, core, broker, registered(tmp_path)),
    ):
        core.append(3)
        core.append(1, visibility="sealed")
        ear.wait_for_rows(1, 2, 3, 4)
        ear.say("keycabinet/mc-1/receipts/board", a_receipt(3, sealed=4), retain=False)
        core.wait_for_receipt("board", 3, 4)
        ear.say("keycabinet/mc-1/receipts/mail", a_receipt(2, consumer=MAIL), retain=False)
        core.wait_for_receipt("mail", 2)

        assert json.loads(last_state(ear))["receipts_refused"] == {}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_hostile_receipts_are_refused_and_counted_and_the_publisher_lives(tmp_path: Path, protocol: str) -> None:
    mqtt = f'protocol = "{protocol}"\n{registered(tmp_path)}'
    with (
        FakeCore() as core,
        Broker() as broker,
        Ear(broker) as ear,
        PublisherProcess(tmp_path, core, broker, mqtt) as process,
    ):
        ear.wait_for_last("status", b"online")
        core.append(3)
        core.wait_for_cursor(3)
        topic = "keycabinet/mc-1/receipts/board"
        for payload in (b"x" * 1_000_000, b"\xff\xfe", b'{"sequence": NaN}', b"[" * 500, changed(sequence=2**63)()):
            ear.say(topic, payload, retain=False)
        ear.say(topic, a_receipt(3, cabinet="mc-2"), retain=False)
        ear.say(topic, a_receipt(4, 1), retain=False)
        ear.say(topic.replace("board", "ghost"), a_receipt(3), retain=False)
        if protocol == "5":  # an older protocol does not say that a message is to be kept
            ear.say(topic, a_receipt(3, 2), retain=True)

        refused = {"ahead": 1, "malformed": 4, "unknown_consumer": 1, "wrong_mac": 1}
        refused |= (
            {"retained": 1} if protocol == "5" else {"too_long": 1}
        )  # what is too long, MQTT 5 keeps at the broker
        ear.wait(lambda: json.loads(last_state(ear))["receipts_refused"] == refused, f"{refused}")
        assert core.receipts == []
        ear.say(topic, a_receipt(3, 9), retain=False)
        core.wait_for_receipt("board", 3)
        written = process.log()
        assert "receipt refused" in written
        assert not any(
            secret in written for secret in (KEY.hex(), json.loads(a_receipt(4, 1))["mac"], "9223372036854775808")
        )


def test_a_receipt_that_the_broker_kept_is_refused_when_the_publisher_comes(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear:
        core.append(3)
        core.cursor = 3
        ear.say("keycabinet/mc-1/receipts/board", a_receipt(3), retain=True)
        with PublisherProcess(tmp_path, core, broker, registered(tmp_path)):
            ear.wait(lambda: json.loads(last_state(ear))["receipts_refused"] == {"retained": 1}, "the refusal")

        assert core.receipts == []


def last_state(ear: Ear) -> bytes:
    last = ear.last("state")
    return b'{"receipts_refused": null}' if last is None else last.payload
