"""Which part a process plays, and what each part sees of the ledger."""

import grp
import pwd
from itertools import product

import pytest

from keycabinet.control.client import CallRefused, Client
from keycabinet.control.peers import EVERY, Kind, Peers, Sealed, named_peers
from keycabinet.control.sessions import IDLE
from keycabinet.control.sight import visible_to
from keycabinet.domain.entries import DeviceBack, PinIssued, Visibility
from keycabinet.domain.people import Role
from keycabinet.errors import ConfigError
from tests.control.house import House, asking, logged_in

CORE, MQTT, CONSOLE, ANN, BOB = 900, 901, 902, 1001, 1002
STAFF = 50
SERVICES = {MQTT: frozenset({Kind.MQTT}), CONSOLE: frozenset({Kind.CONSOLE})}
NAMED = Peers(SERVICES, {STAFF: frozenset({Kind.PEOPLE})})
OPEN, COMMAND, SEALED = Visibility.OPEN, Visibility.COMMAND, Visibility.SEALED


@pytest.mark.parametrize(
    ("uid", "gids", "kinds"),
    [
        (MQTT, (MQTT,), {Kind.MQTT}),
        (MQTT, (MQTT, STAFF), {Kind.MQTT}),
        (CONSOLE, (CONSOLE,), {Kind.CONSOLE}),
        (ANN, (ANN, STAFF), {Kind.PEOPLE}),
        (BOB, (BOB,), set()),
        (CORE, (CORE,), set()),
        (0, (0,), {Kind.PEOPLE}),
    ],
)
def test_a_process_plays_the_part_that_its_user_or_group_is_named_for(
    uid: int, gids: tuple[int, ...], kinds: set[Kind]
) -> None:
    assert NAMED.kinds_of(uid, gids, CORE) == kinds


def test_root_serves_as_nothing_even_where_it_is_the_user_of_the_core() -> None:
    assert NAMED.kinds_of(0, (0, STAFF), own_uid=0) == {Kind.PEOPLE}
    assert Peers({0: frozenset({Kind.MQTT})}).kinds_of(0, (0,), own_uid=0) == {Kind.PEOPLE}


def test_where_no_people_are_named_whoever_can_connect_is_people() -> None:
    assert Peers(SERVICES).kinds_of(BOB, (BOB,), CORE) == {Kind.PEOPLE}


def test_where_nobody_is_named_the_user_of_the_core_plays_every_part_and_others_are_people() -> None:
    assert Peers().kinds_of(CORE, (CORE,), CORE) == EVERY
    assert Peers().kinds_of(0, (0,), CORE) == Peers().kinds_of(MQTT, (MQTT,), CORE) == {Kind.PEOPLE}


def test_users_and_groups_are_named_as_the_system_knows_them() -> None:
    nobody, group = pwd.getpwnam("nobody"), grp.getgrall()[0]

    peers = named_peers({"mqtt": "nobody", "console": "nobody"}, {"people": group.gr_name}, "none")

    assert peers.uids == {nobody.pw_uid: {Kind.MQTT, Kind.CONSOLE}}
    assert peers.gids == {group.gr_gid: {Kind.PEOPLE}}
    assert peers.sealed is Sealed.NONE


@pytest.mark.parametrize(
    ("users", "groups", "told"),
    [
        ({"mqtt": "no-such-user"}, {}, "control.peers.mqtt.user: there is no user no-such-user"),
        ({}, {"people": "no-such-group"}, "control.peers.people.group: there is no group no-such-group"),
        ({"mqtt": "root"}, {}, "root, who is nobody special"),
    ],
)
def test_a_name_that_cannot_be_a_peer_is_refused(users: dict[str, str], groups: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        named_peers(users, groups, "duress")


# ---- what is seen ----

COMMANDERS = {Role.WATCH_COMMANDER, Role.SUPERINTENDENT_OF_SECURITY, Role.SECURITY_ELECTRONICS_ADMINISTRATOR}


@pytest.mark.parametrize(("kind", "role"), list(product((Kind.PEOPLE, Kind.CONSOLE), (*Role, None))))
def test_what_is_for_command_and_what_is_sealed_is_seen_from_the_watch_commander_up(
    kind: Kind, role: Role | None
) -> None:
    seen = visible_to(kind, role)

    assert seen.visibilities == ({OPEN, COMMAND, SEALED} if role in COMMANDERS else {OPEN})
    assert not seen.duress_only


@pytest.mark.parametrize(
    ("sealed", "seen", "duress_only"),
    [
        (Sealed.NONE, {OPEN, COMMAND}, False),
        (Sealed.DURESS, {OPEN, COMMAND, SEALED}, True),
        (Sealed.ALL, {OPEN, COMMAND, SEALED}, False),
    ],
)
def test_the_publisher_is_given_as_much_of_what_is_sealed_as_the_site_says(
    sealed: Sealed, seen: set[Visibility], duress_only: bool
) -> None:
    sight = visible_to(Kind.MQTT, None, sealed)

    assert (sight.visibilities, sight.duress_only) == (seen, duress_only)


def test_without_a_commander_behind_it_a_question_is_answered_with_open_rows_only(house: House, client: Client) -> None:
    seq = house.head.seq + 1
    house.record(PinIssued("ann"), DeviceBack("pins"))
    staff, commander = logged_in(client, "1001"), logged_in(client)

    def types(**who: str) -> list[str]:
        return [row["type"] for row in client.call("ledger.read", from_seq=seq, limit=2, **who)["rows"]]

    assert types() == types(token=staff) == ["device.back"]
    assert types(token=commander)[:1] == ["pin.issued"]
    assert "pin.issued" not in [row["type"] for row in client.call("history", person="ann", token=staff)["rows"]]


def test_a_stream_shows_what_its_session_may_see(house: House, client: Client) -> None:
    seq = house.head.seq + 1
    house.record(PinIssued("ann"), DeviceBack("pins"))
    token = logged_in(client)

    with asking(house) as nobody, asking(house) as commander, asking(house) as publisher:
        first = [next(nobody.stream(seq)), next(commander.stream(seq, token=token))]
        first.append(next(publisher.stream(seq, peer="mqtt")))

    assert [row["type"] for row in first] == ["device.back", "pin.issued", "pin.issued"]


def test_a_stream_ends_with_its_session(house: House, client: Client) -> None:
    token = logged_in(client)
    rows = client.stream(house.head.seq, token=token)
    next(rows)

    house.clock.move(IDLE)
    house.record(PinIssued("ann"))

    with pytest.raises(ConnectionError):
        next(rows)


def test_a_question_with_a_token_of_nobody_is_refused_and_not_answered_as_from_nobody(client: Client) -> None:
    with pytest.raises(CallRefused) as refused:
        client.call("ledger.read", from_seq=1, token="0" * 64)

    assert refused.value.fault == "no_session"
