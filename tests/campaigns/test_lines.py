"""The judge of the latch lines finds what it is there for: each law, broken once in an otherwise whole history."""

import pytest

from tests.campaigns.lines import findings, let_go, on_too_long, unexplained

ONE_SHOT_MS = 300


def row(kind: str, at_ms: int, **body: object) -> dict:
    return {"seq": at_ms, "type": kind, "monotonic_ns": at_ms * 1_000_000, "body": body}


def fact(kind: str, at_ms: int, **fields: object) -> dict:
    return {"seq": at_ms, "kind": kind, "monotonic_ns": at_ms * 1_000_000, **fields}


def opened(at_ms: int) -> dict:
    return fact("peer_connected", at_ms, wire="pins")


def lost(at_ms: int, *held_high: str) -> dict:
    return fact("peer_lost", at_ms, wire="pins", held_high=list(held_high))


def pulse(at_ms: int, slot: int | None, on_ms: int = 150) -> list[dict]:
    line = {"line": "door_latch"} if slot is None else {"line": "latch", "slot": slot}
    coil = {"slot": "door" if slot is None else slot}
    return [
        fact("line_high", at_ms, **line),
        fact("coil_on", at_ms, **coil),
        fact("line_low", at_ms + on_ms, **line),
        fact("coil_off", at_ms + on_ms, **coil, ms=float(on_ms)),
    ]


INTENT = row("release.intended", 100, slot=3)
A_TAKE = [opened(10), *pulse(110, None), *pulse(400, 3)]
A_KILL = [*pulse(2000, 3)[:2], lost(2050, "latch 3", "light 3"), fact("coil_off", 2300, slot=3, ms=300.0)]


def test_a_whole_history_has_no_findings() -> None:
    again = [opened(3000), fact("line_low", 3001, line="latch", slot=3), *pulse(3100, None), lost(4000)]
    rows = [INTENT, row("release.intended", 1990, slot=3), row("return.offered", 3050, slot=None)]

    assert findings([*A_TAKE, *A_KILL, *again], rows, ONE_SHOT_MS) == []


@pytest.mark.parametrize(
    ("journal", "rows"),
    [
        (A_TAKE, []),
        (A_TAKE, [row("release.refused", 100, slot=3)]),
        (A_TAKE, [row("release.intended", 100, slot=4)]),
        (A_TAKE, [row("release.intended", 401, slot=3)]),
        ([*A_TAKE, *pulse(900, 3)], [INTENT]),
        ([*A_TAKE, *pulse(900, None)], [INTENT]),
        ([*A_TAKE, lost(700), opened(800), *pulse(900, 3)], [INTENT, row("release.intended", 650, slot=3)]),
        (pulse(400, 3), [INTENT]),
    ],
    ids=[
        "no row",
        "another row",
        "another slot",
        "after it",
        "two for one",
        "two of the door",
        "before a restart",
        "unopened",
    ],
)
def test_an_edge_without_a_row_of_its_own_before_it_is_found(journal: list[dict], rows: list[dict]) -> None:
    assert list(unexplained(journal, rows)) != []


def test_each_edge_that_is_too_many_is_found_once() -> None:
    journal = [*A_TAKE, *pulse(900, 3), *pulse(1400, 3)]

    assert [each.split(" (")[0] for each in unexplained(journal, [INTENT])] == ["edge: latch 3 rose"] * 2


@pytest.mark.parametrize("slot", [3, None])
def test_a_coil_that_was_on_for_too_long_is_found(slot: int | None) -> None:
    assert list(on_too_long(pulse(100, slot, on_ms=300), ONE_SHOT_MS)) == []
    assert list(on_too_long(pulse(100, slot, on_ms=302), ONE_SHOT_MS)) != []


def test_a_coil_that_is_still_on_is_found() -> None:
    began = pulse(100, 3)[:2]

    assert list(on_too_long([*began, lost(390, "latch 3")], ONE_SHOT_MS)) == []
    assert list(on_too_long([*began, lost(410, "latch 3")], ONE_SHOT_MS)) != []


@pytest.mark.parametrize(
    "journal",
    [
        [opened(10), pulse(20, 3)[0], lost(30)],
        [opened(10), lost(30, "latch 3")],
        [opened(10), pulse(20, 3)[0], lost(30, "latch 3"), fact("line_low", 40, line="latch", slot=3)],
    ],
    ids=["let go at once", "not high", "let go later"],
)
def test_a_line_that_is_not_held_is_found(journal: list[dict]) -> None:
    assert list(let_go(journal)) != []
