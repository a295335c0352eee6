"""PINs of others at the control socket (R2): who may, what it does, and that the PIN is said once."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from keycabinet.control import pins
from keycabinet.control.call import Call
from keycabinet.control.client import CallRefused, Client
from keycabinet.control.params import PinsMissing
from keycabinet.control.peers import Peer
from keycabinet.control.sessions import Sessions
from keycabinet.credentials import Credential
from keycabinet.domain.entries import DuressIssued, Entry, PinDisabled, PinIssued, PinReset
from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Pin
from tests.control.house import ADMIN, House, asking, open_house


@pytest.fixture
def house(tmp_path: Path):
    with open_house(tmp_path) as opened:
        yield opened


def token_of(client: Client, code: str = ADMIN.code, pin: str = "8642") -> str:
    token: str = client.call("login", code=code, pin=pin)["token"]
    return token


def ask(house: House, method: str, code: str, as_: str = ADMIN.code, pin: str = "8642") -> dict:
    with asking(house) as client:
        return client.call(method, token=token_of(client, as_, pin), code=code)


def verdict(house: House, code: str, pin: str) -> Verdict:
    return house.hasher.check(house.store.credential(code), Pin(pin))


def said(house: House, kind: type[Entry]) -> list[Entry]:
    with house.core.open_reader() as reader:
        return [row.entry for row in reader.rows(1, 1000, {kind.visibility}) if row.type == kind.type]


def test_a_pin_that_is_issued_opens_and_is_recorded_without_its_digits(house: House):
    given = ask(house, "pin.issue", "1001")

    assert verdict(house, "1001", given["pin"]) is Verdict.RIGHT
    assert (given["code"], given["name"], len(given["pin"])) == ("1001", "Ann", 6)
    assert said(house, PinIssued) == [PinIssued("ann", "eve")]


def test_a_reset_pin_replaces_the_old_one_and_the_one_for_duress(house: House):
    old, forced = ask(house, "pin.issue", "1001")["pin"], ask(house, "pin.duress", "1001")["pin"]
    new = ask(house, "pin.reset", "1001")["pin"]

    found = [verdict(house, "1001", pin) for pin in (old, forced, new)]
    assert found == [Verdict.WRONG_PIN, Verdict.WRONG_PIN, Verdict.RIGHT]
    assert said(house, PinReset) == [PinReset("ann", "eve")]


def test_a_pin_for_duress_stands_beside_the_other_one_and_its_row_is_sealed(house: House):
    pin, forced = ask(house, "pin.issue", "1001")["pin"], ask(house, "pin.duress", "1001")["pin"]

    assert verdict(house, "1001", pin) is Verdict.RIGHT
    assert verdict(house, "1001", forced) is Verdict.DURESS
    assert said(house, DuressIssued) == [DuressIssued("ann", "eve")]
    with asking(house) as client:
        assert "duress" not in json.dumps(client.call("ledger.read", from_seq=1, limit=1000))


def test_a_disabled_pin_is_right_and_opens_nothing(house: House):
    pin = ask(house, "pin.issue", "1001")["pin"]
    ask(house, "pin.disable", "1001")

    credential = house.store.credential("1001")
    assert verdict(house, "1001", pin) is Verdict.RIGHT
    assert credential is not None
    assert credential.terms.disabled
    assert said(house, PinDisabled) == [PinDisabled("ann", "eve")]


def missing(house: House, most: int, token: str | None = None) -> dict:
    with asking(house) as client:
        return client.call("pin.issue_missing", token=token or token_of(client), most=most)


def test_those_without_a_pin_get_one_in_batches_until_nobody_is_left(house: House):
    batches = [missing(house, 3), missing(house, 3)]

    given = [each for batch in batches for each in batch["given"]]
    assert [batch["left"] for batch in batches] == [1, 0]
    assert [each["code"] for each in given] == ["1001", "1002", "1003", "1004"]
    assert {verdict(house, each["code"], each["pin"]) for each in given} == {Verdict.RIGHT}
    assert [entry.person for entry in said(house, PinIssued)] == ["ann", "bob", "cal", "dee"]
    assert missing(house, 3) == {"given": [], "left": 0}


def test_who_has_a_pin_has_left_or_asks_gets_none_by_it(house: House):
    pin = ask(house, "pin.issue", "1001")["pin"]
    with asking(house) as client:
        client.call("person.leave", token=token_of(client), person="1002")

    given = missing(house, 100)["given"]

    assert verdict(house, "1001", pin) is Verdict.RIGHT
    assert [each["code"] for each in given] == ["1003", "1004"]


def test_a_pin_that_somebody_else_gives_meanwhile_stays(house: House):
    draw, first = house.core.pins.draw, []

    def slowly(person: str) -> tuple[Pin, Credential]:
        if person == "ann" and not first:
            first.append("")
            first[:] = [ask(house, "pin.issue", "1001")["pin"]]
        return draw(person)

    call = Call(
        replace(house.core, pins=replace(house.core.pins, draw=slowly)), Sessions(), Peer(0, 0, 0), person=ADMIN
    )
    batch = pins.issue_missing(call, PinsMissing(token="-", most=2))

    assert [each.code for each in batch.given] == ["1002"]
    assert verdict(house, "1001", first[0]) is Verdict.RIGHT


@pytest.mark.parametrize("method", ["pin.issue", "pin.reset", "pin.disable", "pin.duress"])
def test_nobody_has_a_hand_in_their_own_pin(house: House, method: str):
    with pytest.raises(CallRefused, match="nobody does this to themselves") as refused:
        ask(house, method, ADMIN.code)
    assert refused.value.fault == "not_allowed"


@pytest.mark.parametrize("method", ["pin.issue", "pin.reset", "pin.disable", "pin.duress"])
def test_nobody_but_an_administrator_has_a_hand_in_pins(house: House, method: str):
    with pytest.raises(CallRefused, match="security electronics administrator"):
        ask(house, method, "1002", as_="1001", pin="4711")


@pytest.mark.parametrize(
    ("method", "first", "words"),
    [
        ("pin.issue", "pin.issue", "has a PIN already"),
        ("pin.reset", None, "has no PIN yet"),
        ("pin.disable", None, "has no PIN"),
        ("pin.duress", None, "has no PIN yet"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(house: House, method: str, first: str | None, words: str):
    if first:
        ask(house, first, "1001")
    with pytest.raises(CallRefused, match=words):
        ask(house, method, "1001")


def test_a_code_of_nobody_is_not_found(house: House):
    with pytest.raises(CallRefused, match="nobody has the user code 9999"):
        ask(house, "pin.issue", "9999")


def test_a_reset_forgives_wrong_pins(house: House):
    house.ready()
    ask(house, "pin.issue", "1001")
    for _ in range(2):
        house.take_wrong("1001")
    assert house.controller.cabinet.guard.failures == {"ann": 2}

    ask(house, "pin.reset", "1001")
    assert house.controller.cabinet.guard.failures == {}
    assert house.store.guard.failures == {}
