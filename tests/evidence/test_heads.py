"""The end of a file: held against the head that was witnessed elsewhere, and against what its own header says."""

from pathlib import Path
from typing import Any

import pytest

from keycabinet.evidence.form import Head, Unreadable
from tests.evidence.ledgers import (
    GENESIS,
    Original,
    faults_of,
    header_of,
    line_of,
    rehashed,
    write_export,
    write_lines,
    write_store,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "forged"


def test_history_that_was_written_anew_is_whole_in_itself_and_named_a_fork_against_the_head(
    original: Original, path: Path
) -> None:
    rows = rehashed([{**row, "actor": "bob"} if row["actor"] == "ann" else row for row in original.rows])
    write_export(path, rows)

    assert faults_of(path) == []
    (fault,) = faults_of(path, original.head)
    assert f"row {original.head.seq} is not the one that was witnessed: a fork" in fault


def test_a_head_in_the_middle_is_enough_for_what_came_before_it(original: Original, path: Path) -> None:
    witnessed = Head(20, original.rows[19]["hash"])
    write_export(path, rehashed([{**row, "actor": "bob"} if row["seq"] == 5 else row for row in original.rows]))

    assert any("row 20 is not the one that was witnessed" in fault for fault in faults_of(path, witnessed))
    assert faults_of(original.export, witnessed) == []


@pytest.mark.parametrize("what", ["store", "export"])
def test_an_older_copy_is_whole_in_itself_and_short_of_the_head(original: Original, what: str) -> None:
    older, now = (original.old_store, original.head) if what == "store" else (original.old_export, original.head)

    assert faults_of(older) == []
    (fault,) = faults_of(older, now)
    assert fault.endswith(
        f"the file ends at row 32, the witnessed head is row {now.seq}: "
        "rows are missing, it was cut off or rolled back to an older copy"
    )


def test_an_empty_ledger_is_whole_and_not_what_was_witnessed(original: Original, path: Path) -> None:
    write_export(path, [])
    store = write_store(path.with_suffix(".db"), [], original.store)

    for empty in (path, store):
        assert faults_of(empty) == []
        assert faults_of(empty, Head(0, GENESIS)) == []
        assert "ends at row 0" in faults_of(empty, original.head)[0]


def test_two_rows_of_one_number_are_found_whichever_of_them_was_witnessed(original: Original, path: Path) -> None:
    last = original.rows[-1]
    other = rehashed([*original.rows[:-1], {**last, "actor": "bob", "id": "f" * 32}])[-1]

    for pair in ([last, other], [other, last]):
        write_export(path, [*original.rows[:-1], *pair])
        told = faults_of(path, original.head)
        assert any(f"it stands behind row {last['seq']}: rows are doubled" in fault for fault in told)


def test_a_header_in_which_one_letter_was_changed_is_refused(original: Original, path: Path) -> None:
    path.write_bytes(original.export.read_bytes().replace(b'"cabinet":"mc-1"', b'"cabinet":"mc-2"'))

    with pytest.raises(Unreadable, match="the header is damaged"):
        faults_of(path)


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ({"head_seq": 7}, "its header says row 7"),
        ({"head_hash": "f" * 64}, "the header names another row"),
        ({"head_seq": 10**6}, "its header says row 1000000"),
    ],
)
def test_a_header_that_lies_about_the_end_is_found(
    original: Original, path: Path, lie: dict[str, Any], told: str
) -> None:
    write_lines(path, [header_of(original.head, **lie), *map(line_of, original.rows)])

    assert any(told in fault for fault in faults_of(path))


@pytest.mark.parametrize(
    "header",
    [
        "", "{}", "[]", "null", "not JSON", header_of(Head(1, GENESIS), version=2),
        header_of(Head(1, GENESIS), more="x"),
        header_of(Head(1, GENESIS), head_seq="1"), header_of(Head(1, GENESIS), head_seq=True),
        header_of(Head(1, GENESIS), format="other"), f"{header_of(Head(1, GENESIS))} ", "[" * 100_000,
    ],
)  # fmt: skip
def test_a_file_with_another_header_is_not_taken_for_an_export(original: Original, path: Path, header: str) -> None:
    write_lines(path, [header, *map(line_of, original.rows)])

    with pytest.raises(Unreadable, match=r"forged"):
        faults_of(path)
