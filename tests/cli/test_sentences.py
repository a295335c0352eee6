"""Rows as sentences."""

import string
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from keycabinet.cli.sentences import SENTENCES, named, sentence
from keycabinet.domain.entries import ENTRY_TYPES, Entry

ZONE = ZoneInfo("America/Chicago")
NAMES = {
    "p1": {"kind": "person", "number": "1001", "name": "Ann Lee"},
    "p2": {"kind": "person", "number": "1002", "name": "Bob Ode"},
    "r1": {"kind": "ring", "number": "12", "name": "Infirmary"},
}


def a_row(type_name: str, **body: Any) -> dict[str, Any]:
    return {"type": type_name, "at": "2026-03-04T18:00:00.000000Z", "body": body, "names": NAMES}


@pytest.mark.parametrize("entry_type", ENTRY_TYPES, ids=lambda each: each.type)
def test_every_type_of_row_has_a_sentence(entry_type: type[Entry]) -> None:
    assert entry_type.type in SENTENCES


@pytest.mark.parametrize("entry_type", ENTRY_TYPES, ids=lambda each: each.type)
def test_a_sentence_says_every_field_that_a_person_asks_for(entry_type: type[Entry]) -> None:
    fields = {name for name in entry_type.__dataclass_fields__ if name not in ("type", "visibility")}
    body = {name: f"<{name}>" for name in fields} | ({"due": "2026-03-05T02:00:00.000000Z"} if "due" in fields else {})

    told = sentence(a_row(entry_type.type, **body), ZONE)

    unsaid = {name for name in fields if f"<{name}>" not in told} - {"due", "evidence"}
    assert unsaid <= {"release", "commitment", "digest"}
    assert "?" not in told
    assert ("due" in fields) == ("20:00" in told)


def test_no_sentence_asks_for_a_field_that_no_row_has() -> None:
    phrases = {
        "by",
        "without",
        "with_code",
        "with_via",
        "with_factors",
        "with_ring",
        "until",
        "brought",
        "into",
        "noted",
        "times",
        "alarm",
        "guessed",
        "coil",
        "bolt",
    }
    for entry_type in ENTRY_TYPES:
        asked = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[entry_type.type]) if name}
        assert asked - phrases <= set(entry_type.__dataclass_fields__)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            a_row("ring.taken", holder="p1", ring="r1", slot=3, evidence="tag_read", due="2026-03-05T02:00:00.000000Z"),
            "Ann Lee (1001) took ring 12 (Infirmary) from slot 3, due 20:00",
        ),
        (
            a_row("ring.taken", holder="p1", ring="r1", slot=3, evidence="inferred"),
            "Ann Lee (1001) took ring 12 (Infirmary) from slot 3 (inferred)",
        ),
        (
            a_row("ring.returned", ring="r1", slot=3, evidence="tag_read", booked_holder="p1", returned_by="p2"),
            "ring 12 (Infirmary) is back in slot 3, brought by Bob Ode (1002), it was booked to Ann Lee (1001)",
        ),
        (
            a_row("ring.returned", ring="r1", slot=3, evidence="tag_read", booked_holder="p1"),
            "ring 12 (Infirmary) is back in slot 3, it was booked to Ann Lee (1001)",
        ),
        (a_row("login.refused", reason="unknown_code"), "a login was refused: unknown code"),
        (a_row("alarm.raised", kind="foreign_tag", subject="slot-4"), "ALARM foreign tag: slot 4"),
        (a_row("alarm.cleared", kind="overdue", subject="r1"), "alarm is over, overdue: ring 12 (Infirmary)"),
        (a_row("cabinet.ready", silent=""), "the cabinet is ready"),
        (a_row("cabinet.ready", silent="bank1 panel"), "the cabinet is ready, without bank1 panel"),
    ],
)
def test_a_row_reads_as_a_sentence(row: dict[str, Any], told: str) -> None:
    assert sentence(row, ZONE) == told


def test_a_row_of_another_version_is_shown_as_it_is() -> None:
    assert sentence(a_row("ring.painted", ring="r1", colour="red"), ZONE) == "ring r1, colour red"
    assert sentence(a_row("ring.painted"), ZONE) == "ring.painted"


def test_an_id_without_a_name_stays_as_it_is() -> None:
    assert named(a_row("x"), "p9") == "p9"
