"""Entries become canonical JSON and come back."""

import json
from datetime import datetime, timedelta, timezone
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.domain import entries as domain_entries
from keycabinet.domain.entries import ENTRY_TYPES, DoorClosed, Entry, LoginGranted, ReleaseIntended, SessionEnded
from keycabinet.errors import StoreError
from keycabinet.store.canonical import body_of, canonical_json, entry_from
from tests.builders import NOON
from tests.store.builders import entries


@pytest.mark.parametrize("entry_type", ENTRY_TYPES, ids=lambda each: each.type)
@given(data=st.data())
def test_an_entry_comes_back_from_its_canonical_json(entry_type: type[Entry], data: st.DataObject) -> None:
    entry = data.draw(entries(entry_type))

    assert entry_from(entry.type, canonical_json(body_of(entry))) == entry


def test_every_class_of_entry_has_a_name_of_its_own() -> None:
    assert len({each.type for each in ENTRY_TYPES}) == len(ENTRY_TYPES)


def test_every_class_of_entry_can_be_written() -> None:
    named = {each for each in vars(domain_entries).values() if isinstance(each, type) and issubclass(each, Entry)}

    assert named - {Entry} == set(ENTRY_TYPES)


def test_members_are_sorted_and_nothing_is_escaped_that_need_not_be() -> None:
    text = canonical_json({"b": 2**70, "a": 'Zoë "☂"\n\x01\x7f\\/'})

    assert text == '{"a":"Zoë \\"☂\\"\\n\\u0001\x7f\\\\/","b":1180591620717411303424}'


def test_enums_are_values_instants_are_utc_and_none_is_left_out() -> None:
    six_hours_west = NOON.utc.astimezone(timezone(timedelta(hours=-6)))

    assert body_of(ReleaseIntended("a", "ann", "r1", 1, six_hours_west))["due"] == "2026-03-04T18:00:00.000000Z"
    assert "due" not in body_of(ReleaseIntended("a", "ann", "r1", 1))


@pytest.mark.parametrize("value", [True, 1.0, None, b"", ("a",)])
def test_nothing_but_strings_and_integers_enters_a_record(value: object) -> None:
    with pytest.raises(StoreError, match=r"x is a .*strings and integers only"):
        canonical_json({"x": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (ReleaseIntended("a", "ann", "r1", True), "release.intended: field slot is bool, expected int"),
        (ReleaseIntended("a", "ann", "r1", 1.5), "release.intended: field slot is float, expected int"),  # type: ignore[arg-type]
        (ReleaseIntended("a", "ann", "r1", "1"), "release.intended: field slot is str, expected int"),  # type: ignore[arg-type]
        (LoginGranted(None), "login.granted: field actor is NoneType, expected str"),  # type: ignore[arg-type]
        (ReleaseIntended("a", "ann", "r1", 1, datetime(2026, 1, 1)), "field due is a datetime without a zone"),
    ],
)
def test_an_entry_that_could_not_be_read_again_is_not_written(entry: Entry, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        body_of(entry)


def test_a_class_that_the_ledger_does_not_know_is_not_written() -> None:
    class Whistled(DoorClosed):
        type = "door.whistled"

    with pytest.raises(StoreError, match=r"unknown type of row: door\.whistled"):
        body_of(Whistled())


@pytest.mark.parametrize(
    ("type_name", "body", "message"),
    [
        ("door.whistled", "{}", "unknown type of row: door.whistled"),
        ("door.closed", '{"tune":"a"}', "door.closed has no field tune"),
        ("session.ended", '{"actor":"ann"}', "session.ended: field why is absent, expected str"),
        ("session.ended", '{"actor":"ann","why":7}', "session.ended: field why is int, expected str"),
        ("ring.missing", '{"ring":"r1","slot":true}', "ring.missing: field slot is bool, expected int"),
        ("alarm.raised", '{"kind":"boredom","subject":"a"}', "field kind is 'boredom', expected AlarmKind"),
        ("release.intended", '{"release":"a","actor":"b","ring":"c","slot":1,"due":"noon"}', "field due is 'noon'"),
        ("door.closed", "[]", "not an object"),
        ("door.closed", "{", "not JSON"),
    ],
)
def test_what_the_ledger_says_and_the_program_does_not_know_is_an_error(
    type_name: str, body: str, message: str
) -> None:
    with pytest.raises(StoreError, match=message):
        entry_from(type_name, body)


@given(entries(SessionEnded))
def test_canonical_json_is_what_any_other_program_reads_as_json(entry: Entry) -> None:
    assert json.loads(canonical_json(body_of(entry))) == {
        name: value.value if isinstance(value, Enum) else value for name, value in body_of(entry).items()
    }
