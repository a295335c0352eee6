"""Every method, called by every peer for every role: held against a table of its own.

As root the peers are processes of other users; else one after the other is played by the user of the test.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from keycabinet.control.methods import METHODS
from keycabinet.control.peers import Kind, Peers
from keycabinet.control.server import Server
from keycabinet.domain.people import Role
from tests.builders import a_person
from tests.control.house import House, a_house
from tests.control.other_user import ask_as

ALL = "people console mqtt"
PERSONS = "people console"
ADMINISTRATOR = "security_electronics_administrator"
COMMANDERS = "watch_commander superintendent_of_security security_electronics_administrator"
OVERSEERS = f"{COMMANDERS} supervisor unit_manager key_office"
ANY_ROLE = " ".join(role.value for role in Role)

TABLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    # method: the peers that may call it, the roles it is for ("-": it needs no session), and a call that does no harm
    "hello": (ALL, "-", {}),
    "status": (ALL, "-", {}),
    "subscribe": (ALL, "-", {"from_seq": 10**9}),
    "cursor.get": (ALL, "-", {"name": "mqtt"}),
    "cursor.move": ("mqtt", "-", {"name": "mqtt", "seq": 0}),
    "receipt.note": ("mqtt", "-", {"consumer": "board", "sequence": 0}),
    "history": (PERSONS, "-", {"slot": 1}),
    "ledger.read": (PERSONS, "-", {"from_seq": 1}),
    "login": (PERSONS, "-", {"code": "0", "pin": "0"}),
    "logout": (PERSONS, "-", {"token": "0" * 64}),
    "whoami": (PERSONS, ANY_ROLE, {}),
    "person.list": (PERSONS, OVERSEERS, {}),
    "person.show": (PERSONS, OVERSEERS, {"person": "nobody"}),
    "person.add": (PERSONS, ADMINISTRATOR, {"cells": {"code": "x"}}),
    "person.change": (PERSONS, ADMINISTRATOR, {"person": "nobody", "cells": {}}),
    "person.suspend": (PERSONS, COMMANDERS, {"person": "nobody"}),
    "person.resume": (PERSONS, ADMINISTRATOR, {"person": "nobody"}),
    "person.leave": (PERSONS, ADMINISTRATOR, {"person": "nobody"}),
    "person.blank": (PERSONS, ADMINISTRATOR, {"person": "nobody"}),
    "ring.list": (PERSONS, OVERSEERS, {}),
    "ring.show": (PERSONS, OVERSEERS, {"ring": "none"}),
    "ring.add": (PERSONS, ADMINISTRATOR, {"cells": {"number": "?"}}),
    "ring.change": (PERSONS, ADMINISTRATOR, {"ring": "none", "cells": {}}),
    "ring.retire": (PERSONS, ADMINISTRATOR, {"ring": "none"}),
    "rights.explain": (PERSONS, "-", {"ring": "none"}),
    "pin.issue": (PERSONS, ADMINISTRATOR, {"code": "0"}),
    "pin.issue_missing": (PERSONS, ADMINISTRATOR, {"most": 1}),
    "pin.reset": (PERSONS, ADMINISTRATOR, {"code": "0"}),
    "pin.disable": (PERSONS, ADMINISTRATOR, {"code": "0"}),
    "pin.duress": (PERSONS, ADMINISTRATOR, {"code": "0"}),
    "alarm.acknowledge": (PERSONS, COMMANDERS, {"kind": "missing", "about": "none"}),
    "alarm.contact": (PERSONS, COMMANDERS, {"kind": "missing", "about": "none", "whom": "x", "outcome": "x"}),
    "alarm.extend": (PERSONS, COMMANDERS, {"ring": "none", "until": "02:00"}),
    "roster.export": (PERSONS, ADMINISTRATOR, {}),
    "commission.begin": (PERSONS, ADMINISTRATOR, {}),
    "commission.status": (PERSONS, OVERSEERS, {}),
    "commission.learn": (PERSONS, ADMINISTRATOR, {"ring": "none"}),
    "commission.test": (PERSONS, ADMINISTRATOR, {"slot": 99}),
    "commission.end": (PERSONS, ADMINISTRATOR, {"rings": 9999}),
    "slot.out_of_service": (PERSONS, ADMINISTRATOR, {"slot": 99, "why": "x"}),
    "slot.in_service": (PERSONS, ADMINISTRATOR, {"slot": 99}),
    "roster.import": (PERSONS, ADMINISTRATOR, {"people": "no such column\n"}),
}
OPTIONAL = {"status", "subscribe", "history", "ledger.read"}
"""They take a token and need none."""

MQTT, CONSOLE, PEOPLE, NOBODY = 61001, 61002, 61003, 61004
STAFF = 61010
PARTS = {"mqtt": MQTT, "console": CONSOLE, "people": PEOPLE, "nobody": NOBODY}


@dataclass(frozen=True)
class Asked:
    """One cell: who asked for what, and what came of it."""

    method: str
    part: str
    role: str
    fault: str


def test_every_method_is_in_the_table() -> None:
    assert TABLE.keys() == METHODS.keys()


def test_a_method_answers_exactly_those_peers_and_roles_that_the_table_names() -> None:
    with a_public_folder() as folder, a_house(folder) as house:
        asked = list(_all_cells(house))

    assert [each for each in asked if _refusal(each.fault) != _expected(each)] == []
    assert len(asked) == len(METHODS) * len(PARTS) * (len(Role) + 1)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can let processes be other users")
def test_a_user_of_several_groups_is_people_by_any_of_them_and_root_plays_no_other_part() -> None:
    with a_public_folder() as folder, a_house(folder) as house, serving(house, named()):
        calls = [("history", {"slot": 1}), ("cursor.move", {"name": "mqtt", "seq": 0})]

        assert ask_as(PEOPLE, STAFF, house.socket, calls) == ["", "not_allowed"]
        assert ask_as(PEOPLE, PEOPLE, house.socket, calls) == ["not_allowed", "not_allowed"]
        assert ask_as(0, 0, house.socket, calls) == ["", "not_allowed"]


def _expected(asked: Asked) -> str:
    """How the table says that this call is refused; ``logout`` is called for a session that is none."""
    peers, roles, _ = TABLE[asked.method]
    if asked.part not in peers.split():
        return "not_allowed"
    if asked.method == "logout" or (roles != "-" and not asked.role):
        return "no_session"
    return "" if roles == "-" or asked.role in roles.split() else "not_allowed"


def _refusal(fault: str) -> str:
    return fault if fault in {"not_allowed", "no_session"} else ""


def _all_cells(house: House) -> Iterator[Asked]:
    tokens = dict.fromkeys(["", *(role.value for role in Role)], "")
    cells = list(product(TABLE, tokens))
    for part, uid in PARTS.items():
        peers = named() if os.getuid() == 0 else played_by_us(part)
        with serving(house, peers) as server:
            tokens |= {role: _session(server, house, role) for role in tokens if role}
            calls = [(method, _params(method, tokens[role])) for method, role in cells]
            user = uid if os.getuid() == 0 else os.getuid()
            faults = ask_as(user, STAFF if part == "people" else uid, house.socket, calls)
        yield from (Asked(method, part, role, fault) for (method, role), fault in zip(cells, faults, strict=True))


def _params(method: str, token: str) -> dict[str, Any]:
    _, roles, harmless = TABLE[method]
    if roles != "-":
        return {**harmless, "token": token}
    return {**harmless, "token": token} if token and method in OPTIONAL else harmless


def _session(server: Server, house: House, role: str) -> str:
    """A session of somebody with this role, who is enrolled for it."""
    person = a_person(role, f"77{len(house.controller.directory.people):02}", role=Role(role))
    if role not in house.controller.directory.people:
        house.enrol(person)
    return server._service.sessions.open(role, house.clock.now().elapsed)


def named() -> Peers:
    """Peers by users of their own; people by their group."""
    services = {MQTT: frozenset({Kind.MQTT}), CONSOLE: frozenset({Kind.CONSOLE})}
    return Peers(services, {STAFF: frozenset({Kind.PEOPLE})})


def played_by_us(part: str) -> Peers:
    """The same, with this one part for the user who runs the test."""
    if part == "nobody":
        return named()
    return Peers({os.getuid(): frozenset({Kind(part)})}, {STAFF: frozenset({Kind.PEOPLE})})


@contextmanager
def serving(house: House, peers: Peers) -> Iterator[Server]:
    """The control socket of this house, for everybody in the system to connect to."""
    with Server(house.socket, house.core, peers=peers) as server:
        house.socket.chmod(0o666)
        yield server


@contextmanager
def a_public_folder() -> Iterator[Path]:
    """A folder that other users can look into, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="kc-table-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
