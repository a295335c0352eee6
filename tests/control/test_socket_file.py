"""The socket file and who may have it."""

import os
import socket
import stat
from pathlib import Path

import pytest

from keycabinet.control.client import Client, CoreUnreachable
from keycabinet.control.server import Server
from keycabinet.control.sockets import SocketTaken, listen
from tests.control.house import PATIENCE_S, House, a_house


def test_the_socket_is_for_its_user_and_group_only(house: House) -> None:
    assert stat.S_IMODE(house.socket.stat().st_mode) == 0o660


def test_the_socket_of_a_dead_core_is_replaced(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(house.socket))

        with Server(house.socket, house.core), Client(house.socket, PATIENCE_S) as client:
            assert client.call("hello")["cabinet"] == "mc-1"


def test_the_socket_of_a_living_core_is_left_alone(house: House) -> None:
    second = Server(house.socket, house.core)

    with pytest.raises(SocketTaken, match=f"another core answers at {house.socket}: stop it first"):
        second.start()

    second.stop()
    with Client(house.socket, PATIENCE_S) as client:
        assert client.call("hello")["cabinet"] == "mc-1"


@pytest.mark.parametrize("target", ["a file", "a folder", "a dangling link"])
def test_what_is_no_socket_is_not_removed(tmp_path: Path, target: str) -> None:
    path = tmp_path / "control.sock"
    if target == "a file":
        path.write_text("precious")
    elif target == "a folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(SocketTaken, match="it is not a socket"):
        listen(path, 1)

    assert os.path.lexists(path)


def test_a_socket_without_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SocketTaken, match=r"control socket .*nowhere/control\.sock cannot be made: No such file"):
        listen(tmp_path / "nowhere" / "control.sock", 1)


def test_a_path_too_long_for_the_kernel_works(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()

    with a_house(deep) as house, Server(house.socket, house.core), Client(house.socket, PATIENCE_S) as client:
        assert client.call("hello")["cabinet"] == "mc-1"

    assert not house.socket.exists()


def test_without_a_core_the_client_says_where_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"

    with pytest.raises(CoreUnreachable, match=f"no core answers at {path} .*start it with `keycabinet core`"):
        Client(path).connect()
