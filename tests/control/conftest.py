"""A core with its control socket open."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keycabinet.control.client import Client
from tests.control.house import House, Wire, asking, logged_in, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A core that has started and waits for its devices."""
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    """A client of that core."""
    with asking(house) as connected:
        yield connected


@pytest.fixture
def wire(house: House) -> Iterator[Wire]:
    """The bare socket of that core."""
    with Wire(house.socket) as connected:
        yield connected


@pytest.fixture
def eve(client: Client) -> Callable[..., dict[str, Any]]:
    """The administrator calls."""
    token = logged_in(client)
    return lambda method, **params: client.call(method, token=token, **params)
