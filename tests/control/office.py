"""What the tests of people and rings have in common: calls with a person behind them, and the rows that they leave."""

from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.domain.entries import Visibility
from keycabinet.store import Reader
from tests.control.house import House, logged_in

SUBJECTS = {"person", "ring", "pin", "bounds"}
FAY = {"code": "1010", "name": "Fay Moss", "class": "merit", "groups": "officers"}


def refusal(client: Client, method: str, code: str = "1009", **params: Any) -> tuple[str, str]:
    token = logged_in(client, code)
    with pytest.raises(CallRefused) as refused:
        client.call(method, token=token, **params)
    return refused.value.fault, str(refused.value)


def rows(house: House, since: int) -> list[tuple[str, str | None, str]]:
    """Type, actor and body of the rows that people made since then."""
    with Reader.open(house.path) as reader:
        found = reader.rows(since + 1, 1000, frozenset(Visibility))
    return [(row.type, row.actor, row.body) for row in found if row.type.partition(".")[0] in SUBJECTS]


def types(house: House, since: int) -> list[str]:
    return [kind for kind, _, _ in rows(house, since)]
