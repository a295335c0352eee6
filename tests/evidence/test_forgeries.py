"""Forgeries, not only damage: somebody knows the form, recomputes every hash, and is found out all the same."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.ledgers import Original, faults_of, head_of, rehashed, verdict_on, write_export, write_lines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "forged"


ROW = 9
"""The row whose body or column is forged."""

SAME_MEANING: dict[str, Callable[[str], str]] = {
    "a space": lambda line: line.replace('":"', '": "', 1),
    "another order": lambda line: json.dumps(dict(reversed(json.loads(line).items())), separators=(",", ":")),
    "an escaped letter": lambda line: line.replace('"type":"r', '"type":"\\u0072').replace(
        '"type":"d', '"type":"\\u0064'
    ),
    "a member twice": lambda line: line.replace('{"a', '{"boot_id":"boot-1","a', 1),
    "another value first": lambda line: line.replace('{"a', '{"actor":"bob","a', 1),
    "1e0": lambda line: line.replace('"seq":8', '"seq":8e0'),
    "8.0": lambda line: line.replace('"seq":8', '"seq":8.0'),
    "08": lambda line: line.replace('"seq":8', '"seq":08'),
    "-0": lambda line: line.replace('"clock_synced":0', '"clock_synced":-0'),
    "text": lambda line: line.replace('"seq":8', '"seq":"8"'),
    "true": lambda line: line.replace('"clock_synced":0', '"clock_synced":false'),
    "null": lambda line: line.replace('{"a', '{"hush":null,"a', 1),
    "a null column": lambda line: line.replace('"clock_synced":0', '"clock_synced":null'),
    "an unknown member": lambda line: line.replace(',"type"', ',"tip":"x","type"'),
    "NaN": lambda line: line.replace('"seq":8', '"seq":NaN'),
    "trailing garbage": lambda line: f"{line}x",
    "a trailing space": lambda line: f"{line} ",
    "a carriage return": lambda line: f"{line}\r",
    "an array": lambda line: f"[{line}]",
    "depth": lambda line: "[" * 100_000,
    "a number without end": lambda line: line.replace('"seq":8', f'"seq":{"8" * 5000}'),
    "a lone surrogate": lambda line: line.replace('"type":"', '"type":"\\ud800'),
    "a hash in upper case": lambda line: line.replace(json.loads(line)["hash"], json.loads(line)["hash"].upper()),
    "a BOM": lambda line: f"\ufeff{line}",
}


@pytest.mark.parametrize("how", SAME_MEANING)
def test_a_line_that_means_the_same_and_is_written_otherwise_is_found(original: Original, path: Path, how: str) -> None:
    lines = original.export.read_text(encoding="utf-8").split("\n")[:-1]
    forged = SAME_MEANING[how](lines[8])
    assert forged != lines[8]

    write_lines(path, [*lines[:8], forged, *lines[9:]])

    assert faults_of(path, original.head)


BODIES: dict[str, str] = {
    "a float": '{"slot":1.5}',
    "an exponent": '{"slot":1e3}',
    "a leading zero": '{"slot":01}',
    "a bool": '{"slot":true}',
    "a null": '{"slot":null}',
    "an array": '{"slot":[1]}',
    "an object": '{"slot":{"a":1}}',
    "no object": "[]",
    "nothing": "",
    "a space": '{"slot": 1}',
    "a space before": ' {"slot":1}',
    "garbage behind": '{"slot":1}{}',
    "a member twice": '{"slot":1,"slot":1}',
    "another order": '{"slot":1,"ring":"r1"}',
    "an escape": '{"ring":"\\u00e9"}',
    "an escaped slash": '{"ring":"a\\/b"}',
    "an upper-case escape": '{"ring":"\\u001F"}',
    "a lone surrogate": '{"ring":"\\ud800"}',
    "depth": "[" * 100_000,
    "a number without end": f'{{"slot":{"9" * 5000}}}',
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_no_store_writes_is_found_even_with_every_hash_recomputed(
    original: Original, path: Path, what: str
) -> None:
    rows = rehashed([{**row, "body": BODIES[what]} if row["seq"] == ROW else row for row in original.rows])
    write_export(path, rows)

    (fault,) = faults_of(path, head_of(rows))

    assert fault.startswith(f"row {ROW}: its body is not ")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "x" * 32), ("id", "A" * 32), ("id", ""), ("type", ""), ("visibility", "secret"), ("visibility", "Open"),
        ("at", "2026-03-04T18:00:00Z"), ("at", "2026-02-30T18:00:00.000000Z"), ("at", "2026-03-04 18:00:00.000000Z"),
        ("at", "٢٠٢٦-03-04T18:00:00.000000Z"), ("monotonic_ns", -1), ("monotonic_ns", 2**63), ("boot_id", ""),
        ("clock_synced", 2),
        ("id", 7), ("type", None), ("at", True), ("monotonic_ns", 1.0), ("monotonic_ns", "1"), ("subject", 1),
        ("actor", False), ("body", None), ("clock_synced", True), ("boot_id", ["x"]),
    ],
)  # fmt: skip
def test_a_column_that_holds_what_is_never_written_there_is_found_even_with_every_hash_recomputed(
    original: Original, path: Path, column: str, value: Any
) -> None:
    rows = rehashed([{**row, column: value} if row["seq"] == ROW else row for row in original.rows])
    write_export(path, rows)

    assert any(fault.startswith(f"row {ROW}: ") and column in fault for fault in faults_of(path, head_of(rows)))


def test_letters_that_look_alike_are_not_the_same(original: Original, path: Path) -> None:
    where = next(row["seq"] for row in original.rows if "Zoë" in row["body"])
    rows = [dict(row) for row in original.rows]
    rows[where - 1]["body"] = unicodedata.normalize("NFD", rows[where - 1]["body"])
    assert rows != original.rows

    assert faults_of(write_export(path, rows)) == [
        f"row {where}: its hash is not that of its columns: the row was changed"
    ]
    assert any("a fork" in fault for fault in faults_of(write_export(path, rehashed(rows)), original.head))


def test_a_line_that_was_cut_off_is_found_and_so_is_an_empty_one(original: Original, path: Path) -> None:
    whole = original.export.read_bytes()

    path.write_bytes(whole[:-1])
    assert any("a line without an end" in fault for fault in faults_of(path))
    path.write_bytes(whole + b"\n")
    assert any("an empty line" in fault for fault in faults_of(path))
    path.write_bytes(whole + b"\xff\n")
    assert any("not UTF-8" in fault for fault in faults_of(path))


def test_faults_name_the_row_and_what_is_missing_or_in_the_wrong_place(original: Original, path: Path) -> None:
    rows = original.rows

    assert faults_of(write_export(path, rows[:4] + rows[7:], original.head))[0] == (
        "row 8: it stands behind row 4: rows 5 to 7 are missing"
    )
    assert faults_of(write_export(path, [*rows[:4], rows[5], rows[4], *rows[6:]], original.head))[2] == (
        "row 5: it stands behind row 6: rows are doubled or in another order"
    )


def test_a_file_full_of_faults_is_counted_and_not_kept_in_memory(original: Original, path: Path) -> None:
    write_export(path, [{**row, "boot_id": "x"} for row in original.rows * 5], original.head)

    verdict = verdict_on(path)

    assert (len(verdict.faults), verdict.rows) == (100, 5 * len(original.rows))
    assert verdict.count > 5 * len(original.rows)
