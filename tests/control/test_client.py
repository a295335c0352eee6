"""The client's end, against a core that misbehaves."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client, CoreUnreachable
from tests.control.house import PATIENCE_S, House, asking


@contextmanager
def a_core_that_says(path: Path, said: bytes) -> Iterator[None]:
    """Somebody who hears one request, says this, and hangs up."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        thread = threading.Thread(target=_say, args=(listener, said))
        thread.start()
        yield
        thread.join(PATIENCE_S)


def _say(listener: socket.socket, said: bytes) -> None:
    link, _ = listener.accept()
    with link:
        link.recv(65536)
        link.sendall(said)


def answered(path: Path, ask: Callable[[Client], object]) -> object:
    with Client(path, PATIENCE_S) as client:
        return ask(client)


@pytest.mark.parametrize("said", [b"", b'{"jsonrpc"'])
def test_a_core_that_hangs_up_is_unreachable(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "control.sock"

    with a_core_that_says(path, said), pytest.raises(CoreUnreachable, match="is lost: it hung up"):
        answered(path, lambda client: client.call("hello"))


def test_an_answer_to_something_else_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    said = b'{"jsonrpc":"2.0","id":99,"result":{}}\n'

    with a_core_that_says(path, said), pytest.raises(CoreUnreachable, match="that was not asked"):
        answered(path, lambda client: client.call("hello"))


def test_a_refusal_has_its_number_name_words_and_details(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    error = {"code": -32602, "message": "no", "data": {"fault": "invalid_params", "field": "limit"}}
    said = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode() + b"\n"

    with a_core_that_says(path, said), pytest.raises(CallRefused, match="no") as refused:
        answered(path, lambda client: client.call("hello"))

    assert (refused.value.code, refused.value.fault) == (-32602, "invalid_params")
    assert refused.value.details == {"field": "limit"}


def test_a_core_that_is_silent_is_not_waited_for_without_end(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        with Client(path, 0.05) as client:
            with pytest.raises(CoreUnreachable, match=r"no answer within 0\.05 s"):
                client.call("hello")

            with pytest.raises(CoreUnreachable):
                client.call("hello")


def test_a_client_that_did_not_connect_says_so(tmp_path: Path) -> None:
    with pytest.raises(CoreUnreachable, match=r"call connect\(\) first"):
        Client(tmp_path / "control.sock").call("hello")


def test_closing_from_another_thread_ends_a_stream_quietly(house: House) -> None:
    client = asking(house)
    client.connect()
    rows = client.stream(house.head.seq)
    first = next(rows)
    closing = threading.Thread(target=client.close)

    closing.start()

    assert list(rows) == []
    assert first["seq"] == house.head.seq
    closing.join(PATIENCE_S)


def test_parameters_may_have_any_name(house: House, client: Client) -> None:
    params: dict[str, Any] = {"method": "x", "self": "y"}

    with pytest.raises(CallRefused, match="hello: method: unknown"):
        client.call("hello", **params)
