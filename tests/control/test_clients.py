"""Many clients, stuck clients, and the end of them all."""

import os
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from keycabinet.control.client import CallRefused, Client, CoreUnreachable
from keycabinet.control.connection import Limits
from keycabinet.control.server import Server
from keycabinet.domain.entries import DeviceBack
from tests.control.house import House, Wire, a_house, asking, open_house

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "hello"}


def serving_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("control")}


def test_a_client_too_many_is_told_so_and_there_is_room_again_when_one_leaves(tmp_path: Path) -> None:
    with open_house(tmp_path, Limits(clients=2)) as house, asking(house) as first:
        with asking(house) as second:
            first.call("hello")
            second.call("hello")

            with asking(house) as third, pytest.raises(CallRefused, match="2 clients are connected") as refused:
                third.call("hello")

            assert refused.value.fault == "busy"
        until_there_is_room(house)


def until_there_is_room(house: House) -> None:
    """A client that leaves is noticed soon, not at once."""
    while True:
        with asking(house) as client:
            try:
                client.call("hello")
            except CallRefused:
                continue
            return


def test_a_client_that_does_not_read_is_dropped_while_others_are_served(tmp_path: Path) -> None:
    with open_house(tmp_path, Limits(send_s=0.2)) as house, Wire(house.socket) as stuck, asking(house) as other:
        stuck.ask({**HELLO, "method": "subscribe", "params": {"from_seq": 1}})
        assert stuck.heard()["method"] == "row"
        (streaming,) = (thread for thread in threading.enumerate() if thread.name.endswith("-rows"))

        for number in range(20):
            house.record(*(DeviceBack(f"{number:0400d}") for _ in range(100)))
            assert other.call("hello")["head_seq"] == house.head.seq

        streaming.join(20)
        assert len(list(iter(stuck.heard, {}))) < house.head.seq
        assert other.call("status")["cabinet"] == "mc-1"


def test_a_stuck_client_does_not_hold_up_the_deciding_thread(tmp_path: Path) -> None:
    with open_house(tmp_path, Limits(send_s=60)) as house, Wire(house.socket) as stuck:
        stuck.ask({**HELLO, "method": "subscribe", "params": {"from_seq": 1}})

        for number in range(20):
            house.record(*(DeviceBack(f"{number:0400d}") for _ in range(100)))

        house.ready(1, 2)
        assert house.controller.cabinet.running


def test_stopping_leaves_no_thread_and_no_socket_whatever_the_clients_do(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        server = Server(house.socket, house.core)
        server.start()
        with Wire(house.socket) as silent, Wire(house.socket) as half, asking(house) as streaming:
            half.send(b'{"jsonrpc"')
            rows = streaming.stream(1)
            next(rows)
            silent.ask(HELLO)

            server.stop()

            assert serving_threads() == set()
            assert not house.socket.exists()
            assert silent.heard() == {}
            with pytest.raises(CoreUnreachable, match="hung up"):
                list(rows)


def test_stopping_does_not_wait_for_a_client_that_does_not_read(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        server = Server(house.socket, house.core, limits=Limits(send_s=60))
        server.start()
        house.record(*(DeviceBack("x" * 400) for _ in range(2000)))
        with Wire(house.socket) as stuck:
            stuck.ask({**HELLO, "method": "subscribe", "params": {"from_seq": 1}})

            server.stop()

            assert serving_threads() == set()


def test_a_server_may_be_stopped_twice_or_without_a_start(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        server = Server(house.socket, house.core)
        server.stop()
        server.start()
        server.stop()
        server.stop()

        with pytest.raises(CoreUnreachable, match="keycabinet core"):
            Client(house.socket).connect()


def test_who_connects_is_logged_as_the_kernel_knows_them(tmp_path: Path) -> None:
    with capture_logs() as logged, open_house(tmp_path) as house, asking(house) as client:
        client.call("hello")

    (connected,) = (line for line in logged if line["event"] == "client connected")
    assert (connected["pid"], connected["uid"]) == (os.getpid(), os.getuid())


def test_a_client_that_hangs_up_leaves_no_thread(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        with asking(house) as client:
            next(client.stream(1))
            threads = [thread for thread in threading.enumerate() if thread.name.startswith("control-")]
            assert len(threads) == 2

        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
