"""What a client may send, and what it hears when it sends something else."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from keycabinet.control import results
from keycabinet.control.call import Call
from keycabinet.control.connection import Limits
from keycabinet.control.methods import METHODS, Method
from keycabinet.control.params import Nothing
from tests.control.house import House, Wire, open_house

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "hello"}


def a_call(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def test_an_answer_carries_the_id_of_its_request(wire: Wire) -> None:
    for request_id in (1, -5, 2**70, "a", ""):
        assert wire.ask({**HELLO, "id": request_id})["id"] == request_id


def test_requests_are_answered_in_order_however_they_are_cut(wire: Wire) -> None:
    lines = b"".join(json.dumps({**HELLO, "id": number}).encode() + b"\n" for number in range(20))

    for start in range(0, len(lines), 7):
        wire.send(lines[start : start + 7])

    assert [wire.heard()["id"] for _ in range(20)] == list(range(20))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", -32700),
        (b"hello", -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"hello"}', -32600),
        (b"[" * 5000, -32700),
        (b'{"a":"\\ud800"}', -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (json.dumps([HELLO]).encode(), -32600),
        ({**HELLO, "jsonrpc": "1.0"}, -32600),
        ({**HELLO, "params": [1]}, -32600),
        ({**HELLO, "extra": 1}, -32600),
        ({**HELLO, "method": 5}, -32600),
        ({**HELLO, "id": None}, -32600),
        ({**HELLO, "id": 1.5}, -32600),
        ({"jsonrpc": "2.0", "method": "hello"}, -32600),
    ],
)
def test_a_bad_line_is_refused_and_the_next_one_served(wire: Wire, line: object, code: int) -> None:
    assert wire.ask(line)["error"]["code"] == code

    assert wire.ask(HELLO)["result"]["cabinet"] == "mc-1"


def test_empty_lines_are_not_requests(wire: Wire) -> None:
    wire.send(b"\n\r\n  \n")

    assert wire.ask(HELLO)["id"] == 1


def test_an_unknown_method_is_refused_with_the_nearest_one(wire: Wire) -> None:
    error = wire.ask(a_call("ledger.reed"))["error"]

    assert error["code"] == -32601
    assert "did you mean 'ledger.read'?" in error["message"]


@pytest.mark.parametrize(
    ("call", "field", "words"),
    [
        (a_call("ledger.read", from_seq=0), "from_seq", "greater than or equal to 1"),
        (a_call("ledger.read", from_seq="1"), "from_seq", "valid integer"),
        (a_call("ledger.read", from_seq=True), "from_seq", "valid integer"),
        (a_call("ledger.read"), "from_seq", "required"),
        (a_call("ledger.read", from_seq=1, limt=5), "limt", "did you mean 'limit'?"),
        (a_call("hello", loud=True), "loud", "it takes nothing"),
        (a_call("history"), "params", "exactly one of person, ring and slot"),
        (a_call("history", person="1", ring="2"), "params", "exactly one of person, ring and slot"),
        (a_call("cursor.get", name="../x"), "name", "mqtt"),
    ],
)
def test_wrong_parameters_are_refused_by_name(wire: Wire, call: dict[str, Any], field: str, words: str) -> None:
    error = wire.ask(call)["error"]

    assert error["code"] == -32602
    assert error["data"] == {"fault": "invalid_params", "field": field}
    assert words in error["message"]


def test_what_was_typed_as_a_pin_is_in_no_refusal(wire: Wire) -> None:
    for params in ({"pin": "9070503010"}, {"code": "1", "pin": 9070503010}, {"code": "1", "pin": "9070503010" * 5}):
        assert "9070503010" not in json.dumps(wire.ask(a_call("login", **params)))


def test_an_endless_line_ends_the_connection(tmp_path: Path) -> None:
    with open_house(tmp_path, Limits(line_bytes=1000)) as house, Wire(house.socket) as wire:
        wire.send(b"x" * 1000)
        wire.send(b"y")

        assert wire.heard() == {}


def test_a_failure_inside_the_core_says_where_to_look_and_nothing_else(tmp_path: Path) -> None:
    def fail(_call: Call, _params: Nothing) -> results.Done:
        raise ZeroDivisionError("a secret")

    methods = {**METHODS, "fail": Method(Nothing, results.Done, None, fail)}
    with open_house(tmp_path, methods=methods) as house, Wire(house.socket) as wire:
        error = wire.ask(a_call("fail"))["error"]
        served = wire.ask(HELLO)

    assert error["code"] == -32603
    assert "secret" not in json.dumps(error)
    assert served["id"] == 1


def test_clients_do_not_wait_for_each_other(tmp_path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def wait(_call: Call, _params: Nothing) -> results.Done:
        entered.set()
        leave.wait(20)
        return results.Done()

    methods = {**METHODS, "wait": Method(Nothing, results.Done, None, wait)}
    with open_house(tmp_path, methods=methods) as house, Wire(house.socket) as slow, Wire(house.socket) as quick:
        slow.send(json.dumps(a_call("wait")).encode() + b"\n")
        entered.wait(20)
        answered = quick.ask(HELLO)
        leave.set()

        assert answered["id"] == 1
        assert slow.heard()["id"] == 7


def test_every_result_fits_the_model_of_its_method(house: House, wire: Wire) -> None:
    calls = {"hello": {}, "status": {}, "ledger.read": {"from_seq": 1}, "history": {"ring": "1"}}
    calls |= {"cursor.get": {"name": "mqtt"}, "cursor.move": {"name": "mqtt", "seq": 1}, "subscribe": {"from_seq": 1}}

    for method, params in calls.items():
        result = wire.ask(a_call(method, **params))["result"]
        known = METHODS[method].result.model_fields.items()
        assert result.keys() == {name for name, field in known if not field.exclude}
