"""The judge of the campaigns finds what it is there for: each law, broken once in an otherwise whole history."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.campaigns.image import Image
from tests.campaigns.judge import Histories, findings
from tests.campaigns.witness import Shown


def row(seq: int, kind: str, at: int, **said: object) -> dict:
    stamp = {"monotonic_ns": at * 1000, "boot_id": "b", "hash": f"h{seq}"}
    return {"seq": seq, "type": kind, "said": said, "body": "", **stamp}


def fact(seq: int, kind: str, at: int, **fields: object) -> dict:
    return {"seq": seq, "kind": kind, "monotonic_ns": at * 1000, **fields}


ROWS = [
    row(1, "cabinet.started", 1),
    row(2, "release.intended", 10, slot=3),
    row(3, "ring.taken", 40, slot=3, ring="r", holder="ann"),
    row(4, "cabinet.started", 45),
    row(5, "ring.returned", 60, slot=3, ring="r"),
]
JOURNAL = [
    fact(1, "coil_on", 20, slot=3),
    fact(2, "ring_pulled", 30, slot=3, ring=7),
    fact(3, "display", 41, lines=["SLOT 3 TAKEN        "]),
    fact(4, "ring_inserted", 50, slot=3, ring=7),
    fact(5, "display", 61, lines=["SLOT 3 RETURNED     "]),
]
STATUS = {"slots": [{"slot": 3, "ring": {"number": "7"}}]}


def a_whole_history() -> Histories:
    image = Image(list(ROWS), 5, {"ann": "1042"}, {"r": "7"}, [])
    shown = [Shown(each, 0) for each in ROWS]
    return Histories(list(JOURNAL), shown, image, {3: "7"}, STATUS, hands={2: "1042"})


def with_rows(it: Histories, rows: list[dict]) -> Histories:
    """Only the ledger is other; no client saw the rows that are gone."""
    kept = {each["seq"] for each in rows}
    return replace(it, image=replace(it.image, rows=rows), shown=[each for each in it.shown if each.row["seq"] in kept])


def without(seq: int) -> Callable[[Histories], Histories]:
    return lambda it: with_rows(it, [each for each in it.image.rows if each["seq"] != seq])


def with_fact(seq: int, **other: object) -> Callable[[Histories], Histories]:
    return lambda it: replace(it, journal=[each | other if each["seq"] == seq else each for each in it.journal])


BROKEN: list[tuple[str, Callable[[Histories], Histories]]] = [
    ("without a committed intent", without(2)),
    ("without a committed intent", with_fact(1, monotonic_ns=9_000)),
    ("without a committed intent", lambda it: replace(it, journal=[*it.journal, fact(6, "coil_on", 70, slot=3)])),
    ("ring_inserted of slot 3 (fact 4) is not in the ledger", without(5)),
    ("SLOT 3 TAKEN was shown for the 1th time", without(3)),
    ("row 5 (ring.returned) was shown to a client", lambda it: replace(it, shown=[Shown({**ROWS[4], "hash": "x"}, 0)])),
    ("has no counterpart", lambda it: replace(it, journal=it.journal[:3])),
    ("written before it happened", with_fact(2, monotonic_ns=41_000)),
    ("names another holder", lambda it: replace(it, hands={2: "1077"})),
    ("the books say 7", lambda it: replace(it, hanging={})),
    ("row 6 says ring.missing", lambda it: with_rows(it, [*it.image.rows, row(6, "ring.missing", 70, slot=3)])),
    ("breaks the chain", lambda it: replace(it, image=replace(it.image, faults=["row 2 breaks the chain"]))),
]


def test_a_whole_history_has_no_findings() -> None:
    assert findings(a_whole_history()) == []


def test_what_was_put_back_in_the_dark_is_not_asked_for() -> None:
    it = a_whole_history()
    rows = [each for each in it.image.rows if each["type"] not in {"ring.taken", "ring.returned"}]
    journal = [each for each in it.journal if each["kind"] != "display"]

    assert findings(replace(with_rows(it, rows), journal=journal, undone=frozenset({2, 4}))) == []


def alarm(seq: int, kind: str, at_s: float, slot: int = 3) -> dict:
    return {**row(seq, kind, int(at_s * 1_000_000)), "said": {"kind": "unreadable", "subject": f"slot-{slot}"}}


SLOWLY_READ = [alarm(6, "alarm.raised", 4), alarm(7, "alarm.cleared", 5)]


def test_a_tag_that_is_read_late_after_its_ring_was_put_in_is_told_apart_from_an_invention() -> None:
    assert findings(with_rows(a_whole_history(), [*ROWS, *SLOWLY_READ])) == []


@pytest.mark.parametrize(
    "rows",
    [
        SLOWLY_READ[:1],
        [alarm(6, "alarm.raised", 2), alarm(7, "alarm.cleared", 5)],
        [alarm(6, "alarm.raised", 40), alarm(7, "alarm.cleared", 41)],
        [alarm(6, "alarm.raised", 4, slot=4), alarm(7, "alarm.cleared", 5, slot=4)],
    ],
    ids=["never over", "too early", "nothing moved for long", "another slot"],
)
def test_any_other_alarm_over_an_unreadable_slot_is_found(rows: list[dict]) -> None:
    found = findings(with_rows(a_whole_history(), [*ROWS, *rows]))

    assert any("says alarm.raised" in each for each in found), found


@pytest.mark.parametrize(("words", "spoil"), BROKEN)
def test_a_broken_history_is_found(words: str, spoil: Callable[[Histories], Histories]) -> None:
    found = findings(spoil(a_whole_history()))

    assert any(words in each for each in found), found
