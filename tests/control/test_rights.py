"""Who could take a ring, asked at the control socket."""

from typing import Any

import pytest

from keycabinet.control.client import CallRefused, Client
from tests.control.house import House
from tests.roster.texts import SCHEDULES

RIGHTS = "people_group,ring_group,schedule\nofficers,unit,nights\nnurses,medical,\n"


@pytest.fixture
def bounded(house: House, client: Client) -> Client:
    """Officers may take the unit rings at night, one at a time."""
    token = client.call("login", code="1009", pin="8642")["token"]
    limits = "applies_to,who,rings\ngroup,officers,1\n"
    client.call("roster.import", token=token, rights=RIGHTS, schedules=SCHEDULES, limits=limits)
    return client


def outcomes(told: dict[str, Any]) -> dict[str, str | None]:
    return {each["person"]["code"]: each["reason"] for each in told["people"]}


def test_everybody_with_some_right_is_told_and_the_others_are_counted(bounded: Client) -> None:
    told = bounded.call("rights.explain", ring="1", at="Sun 03:00")

    assert outcomes(told) == {"1001": None, "1002": None}
    assert (told["at"], told["local"]) == ("2026-03-08T08:00:00Z", "2026-03-08T03:00:00-05:00")
    assert told["without_right"] == 3


def test_without_a_time_it_is_now(bounded: Client) -> None:
    assert outcomes(bounded.call("rights.explain", ring="1")) == {"1001": "out_of_hours", "1002": "out_of_hours"}


def test_every_check_is_told_for_one_person_whoever_it_is(bounded: Client) -> None:
    (cal,) = bounded.call("rights.explain", ring="1", person="1003")["people"]

    assert (cal["may"], cal["reason"], len(cal["checks"])) == (False, "no_right", 7)
    assert [step["check"] for step in cal["checks"] if step["reason"]] == ["right", "schedule"]


def test_what_is_held_now_counts(house: House, client: Client) -> None:
    house.ready(*range(1, 7))
    house.take(1)
    token = client.call("login", code="1009", pin="8642")["token"]
    client.call("roster.import", token=token, limits="applies_to,who,rings\ngroup,officers,1\n")

    assert outcomes(client.call("rights.explain", ring="2")) == {"1001": "limit_reached", "1002": None}


@pytest.mark.parametrize(
    ("params", "fault", "words"),
    [
        ({"ring": "99"}, "not_found", "there is no ring 99"),
        ({"ring": "1", "person": "9999"}, "not_found", "nobody has the user code 9999"),
        (
            {"ring": "1", "at": "noonish"},
            "invalid_params",
            "'noonish' is no time: say Sun 02:00, 02:00 or 2026-03-08 02:00",
        ),
    ],
)
def test_what_there_is_not_is_refused_by_name(client: Client, params: dict[str, str], fault: str, words: str) -> None:
    with pytest.raises(CallRefused) as refused:
        client.call("rights.explain", **params)

    assert (refused.value.fault, str(refused.value)) == (fault, words)


def test_asking_writes_nothing(house: House, client: Client) -> None:
    seq = house.head.seq

    client.call("rights.explain", ring="1")

    assert house.head.seq == seq
