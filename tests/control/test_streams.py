"""Subscriptions: every row, once, in order."""

import json
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.domain.entries import AlarmKind, AlarmRaised, DeviceBack, DeviceLost, PinIssued, Visibility
from keycabinet.store import Reader
from keycabinet.store.canonical import canonical_json
from keycabinet.store.rows import hash_of
from tests.control.house import House, Wire, asking


def seqs(rows: Iterator[dict[str, Any]], many: int) -> list[int]:
    return [row["seq"] for row in islice(rows, many)]


@pytest.mark.parametrize("from_seq", [1, 2, 5, 13])
def test_a_stream_begins_with_the_row_that_was_asked_for(house: House, client: Client, from_seq: int) -> None:
    there = house.head.seq - from_seq + 1

    rows = client.stream(from_seq)

    assert seqs(rows, there) == list(range(from_seq, house.head.seq + 1))


def test_a_stream_may_begin_with_the_row_that_comes_next(house: House, client: Client) -> None:
    next_seq = house.head.seq + 1
    rows = client.stream(next_seq)

    house.record(DeviceBack("pins"))

    row = next(rows)
    assert (row["seq"], row["type"], row["body"]) == (next_seq, "device.back", {"device": "pins"})


def test_rows_that_the_ledger_does_not_have_cannot_be_waited_for(house: House, client: Client) -> None:
    with pytest.raises(CallRefused, match=f"the ledger ends with row {house.head.seq}") as refused:
        client.stream(house.head.seq + 2)

    assert (refused.value.fault, refused.value.details) == ("not_possible", {"field": "from_seq"})


def test_subscribers_see_every_row_once_in_order_while_rows_are_committed(house: House) -> None:
    start, more = house.head.seq, 300

    def commit() -> None:
        for number in range(more // 3):
            house.record(*(DeviceLost("bank1", "line_silent", str(number)) for _ in range(3)))

    with asking(house) as early, asking(house) as middle, asking(house) as late:
        streams = [(1, early.stream(1)), (start, middle.stream(start))]
        committing = threading.Thread(target=commit)
        committing.start()
        streams.append((start + 1, late.stream(start + 1)))
        seen = [(first, seqs(rows, start + more - first + 1)) for first, rows in streams]
        committing.join(20)

    assert seen == [(first, list(range(first, start + more + 1))) for first, _ in streams]


def test_a_row_is_sent_as_it_was_hashed(house: House, client: Client) -> None:
    with Reader.open(house.path) as reader:
        stored = reader.rows(1, 100, frozenset(Visibility))

    for row, sent in zip(stored, client.stream(1), strict=False):
        columns = {name: value for name, value in sent.items() if name not in ("names", "hash", "previous")}
        columns |= {"body": canonical_json(sent["body"]), "clock_synced": int(sent["clock_synced"])}
        assert hash_of(columns) == sent["hash"] == row.hash


def test_a_row_comes_with_the_names_of_its_ids(house: House, client: Client) -> None:
    seq = house.head.seq + 1
    house.record(PinIssued("ann", actor="bob"))

    row = next(client.stream(seq, peer="mqtt"))

    assert row["names"] == {
        "ann": {"kind": "person", "number": "1001", "name": "Ann"},
        "bob": {"kind": "person", "number": "1002", "name": "Bob"},
    }


def test_a_connection_subscribes_once(wire: Wire) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"from_seq": 1}}
    wire.ask(request)
    wire.send(json.dumps({**request, "id": 2}).encode() + b"\n")

    answers = iter(wire.heard, {})
    refusal = next(line for line in answers if line.get("id") == 2)

    assert "subscribed already" in refusal["error"]["message"]


def test_a_subscriber_is_still_answered(house: House, wire: Wire) -> None:
    wire.ask({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"from_seq": 1}})
    wire.send(b'{"jsonrpc":"2.0","id":2,"method":"hello"}\n')

    heard = [wire.heard() for _ in range(house.head.seq + 1)]

    assert [line["params"]["seq"] for line in heard if "params" in line] == list(range(1, house.head.seq + 1))
    assert [line["id"] for line in heard if "id" in line] == [2]


def test_a_store_that_cannot_be_read_is_told_in_words_and_other_methods_go_on(house: House, client: Client) -> None:
    house.path = house.path.with_name("gone.db")

    with pytest.raises(CallRefused, match="there is no store") as refused:
        client.call("status")

    assert refused.value.fault == "store"
    assert client.call("hello")["cabinet"] == "mc-1"


@pytest.mark.parametrize("start", range(7))
def test_a_row_names_the_one_before_it_among_the_sealed_ones_or_the_rest_wherever_the_stream_begins(
    house: House, client: Client, start: int
) -> None:
    first = house.head.seq + 1
    duress, door = AlarmRaised(AlarmKind.DURESS, "ann"), DeviceBack("pins")
    house.record(door, duress, door, duress, duress, door, duress)
    whole = [None if link is None else first + link for link in (-1, None, 0, 1, 3, 2, 4)]

    rows = list(islice(client.stream(first + start, peer="mqtt"), 7 - start))

    assert [row["seq"] for row in rows] == list(range(first + start, first + 7))
    assert [row["previous"] for row in rows] == whole[start:]


def test_a_subscriber_who_is_not_given_every_row_is_told_the_one_before_of_those_that_it_is_given(
    house: House, client: Client
) -> None:
    first = house.head.seq + 1
    house.record(DeviceBack("pins"), PinIssued("ann"), AlarmRaised(AlarmKind.DURESS, "ann"), DeviceBack("pins"))

    rows = list(islice(client.stream(first + 1), 1))

    assert [(row["seq"], row["previous"]) for row in rows] == [(first + 3, first)]


def test_the_first_row_of_all_has_none_before_it(client: Client) -> None:
    assert next(client.stream(1))["previous"] is None


def test_a_subscriber_may_ask_for_the_sealed_rows_alone_or_for_the_rest(house: House) -> None:
    first = house.head.seq + 1
    duress, door = AlarmRaised(AlarmKind.DURESS, "ann"), DeviceBack("pins")
    house.record(door, duress, door, duress)

    with asking(house) as sealed, asking(house) as rest:
        of_sealed = list(islice(sealed.stream(first, peer="mqtt", only="sealed"), 2))
        of_rest = list(islice(rest.stream(first, peer="mqtt", only="rest"), 2))

    assert [(row["seq"], row["previous"]) for row in of_sealed] == [(first + 1, None), (first + 3, first + 1)]
    assert [(row["seq"], row["previous"]) for row in of_rest] == [(first, first - 1), (first + 2, first)]


class NothingCameError(Exception):
    """A second has passed without a row."""


def nothing_came() -> None:
    """Called while a stream waits."""
    raise NothingCameError


def test_to_ask_for_sealed_rows_alone_does_not_show_them_to_who_may_not_see_them(house: House, client: Client) -> None:
    first = house.head.seq + 1
    rows = client.stream(first, nothing_came, only="sealed")
    house.record(AlarmRaised(AlarmKind.DURESS, "ann"))

    with asking(house) as other:
        assert next(other.stream(first, peer="mqtt", only="sealed"))["seq"] == first
    with pytest.raises(NothingCameError):
        next(rows)


@pytest.mark.parametrize(("steps", "sealed"), [(0, 0), (1, 0), (2, 2), (3, 2), (4, 4)])
def test_the_cursor_comes_with_the_last_rows_up_to_it_that_the_publisher_was_given(
    house: House, client: Client, steps: int, sealed: int
) -> None:
    before = house.head.seq
    duress, door = AlarmRaised(AlarmKind.DURESS, "ann"), DeviceBack("pins")
    house.record(door, duress, door, duress)
    client.call("cursor.move", name="mqtt", seq=before + steps)

    at = client.call("cursor.get", name="mqtt")

    last = before + {0: 0, 1: 1, 2: 1, 3: 3, 4: 3}[steps]
    assert (at["seq"], at["last"], at["last_sealed"]) == (before + steps, last, before + sealed if sealed else 0)
