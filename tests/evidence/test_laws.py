"""Each law is needed: for each there is a forgery that only it finds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keycabinet.evidence.chain import LAWS
from tests.evidence.ledgers import Original, Rows, faults_of, hash_of, head_of, rehashed, write_export


def replaced(rows: Rows, seq: int, **columns: Any) -> Rows:
    return [{**row, **columns} if row["seq"] == seq else row for row in rows]


def a_gap(rows: Rows) -> Rows:
    return rehashed([{**row, "seq": row["seq"] + (row["seq"] > 7)} for row in rows], renumbered=False)


def a_row_with_its_own_hash(rows: Rows) -> Rows:
    forged = replaced(rows, 7, actor="bob")
    return replaced(forged, 7, hash=hash_of(forged[6]))


def another_actor(rows: Rows) -> Rows:
    return replaced(rows, 7, actor="bob")


def a_local_time(rows: Rows) -> Rows:
    return rehashed(replaced(rows, 7, at="2026-03-04T12:00:00.000000-06:00"))


def a_body_in_another_order(rows: Rows) -> Rows:
    return rehashed(replaced(rows, 7, body='{"b":1,"a":2}'))


def an_id_twice(rows: Rows) -> Rows:
    return rehashed(replaced(rows, 7, id=rows[2]["id"]))


def a_clock_that_went_back(rows: Rows) -> Rows:
    return rehashed(replaced(rows, 9, monotonic_ns=5))


BREAKS: dict[str, Callable[[Rows], Rows]] = {
    "numbered": a_gap,
    "linked": a_row_with_its_own_hash,
    "hashed": another_actor,
    "shaped": a_local_time,
    "embodied": a_body_in_another_order,
    "single": an_id_twice,
    "steady": a_clock_that_went_back,
}


def test_every_law_has_its_forgery() -> None:
    assert list(BREAKS) == [law.__name__ for law in LAWS]


@pytest.mark.parametrize("name", BREAKS)
def test_a_forgery_that_breaks_one_law_is_found_and_missed_without_that_law(
    original: Original, tmp_path: Path, name: str
) -> None:
    rows = BREAKS[name](original.rows)
    forged, head = write_export(tmp_path / "forged.jsonl", rows), head_of(rows)

    assert len(faults_of(forged, head)) == 1
    assert faults_of(forged, head, tuple(law for law in LAWS if law.__name__ != name)) == []
