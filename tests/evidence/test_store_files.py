"""Stores as they lie about: beside a live writer, after a crash, without their log, in folders of somebody else."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from keycabinet.domain.entries import DoorClosed
from keycabinet.evidence.form import Unreadable
from keycabinet.store import Store
from tests.evidence.ledgers import Original, faults_of, verdict_on
from tests.store.builders import recorded
from tests.store.verifying import COLUMNS

NOBODY = 65534


@pytest.fixture
def crashed(original: Original, tmp_path: Path) -> Path:
    """A store whose last two rows are in the log beside it, as the core leaves it when it dies."""
    live, path = tmp_path / "live.db", tmp_path / "crashed" / "cabinet.db"
    path.parent.mkdir()
    shutil.copy(original.store, live)
    with Store.open(live, "boot-3") as store:
        recorded(store, DoorClosed())
        recorded(store, DoorClosed())
        shutil.copy(live, path)
        shutil.copy(f"{live}-wal", f"{path}-wal")
    return path


def as_nobody(path: Path) -> str:
    """What the verifier says to a user who owns nothing (who may not even read this Python: import first)."""
    program = (
        "import os, sys; from pathlib import Path; from keycabinet.evidence.report import examined;"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); examined(Path(sys.argv[1]), None)"
    )
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr


def test_rows_that_are_only_in_the_log_are_read(original: Original, crashed: Path) -> None:
    verdict = verdict_on(crashed)

    assert (verdict.rows, verdict.count) == (original.head.seq + 2, 0)


def test_the_file_without_its_log_is_an_older_copy(original: Original, crashed: Path) -> None:
    head = verdict_on(crashed).head
    for beside in ("-wal", "-shm"):
        Path(f"{crashed}{beside}").unlink()

    assert faults_of(crashed) == []
    assert "rows are missing" in faults_of(crashed, head)[0]


def test_a_log_is_read_even_if_the_file_denies_that_it_has_one(crashed: Path, original: Original) -> None:
    raw = bytearray(crashed.read_bytes())
    raw[18:20] = b"\x01\x01"
    crashed.write_bytes(raw)

    assert verdict_on(crashed).rows == original.head.seq + 2


def test_a_log_with_a_damaged_start_is_not_passed_over(crashed: Path) -> None:
    log = Path(f"{crashed}-wal")
    raw = bytearray(log.read_bytes())
    raw[16] ^= 1
    log.write_bytes(raw)

    with pytest.raises(Unreadable, match="damaged at its start"):
        verdict_on(crashed)


def test_a_log_that_holds_nothing_is_no_hindrance(original: Original, tmp_path: Path) -> None:
    path = Path(shutil.copy(original.store, tmp_path / "cabinet.db"))
    for nothing in (b"", bytes(32)):
        Path(f"{path}-wal").write_bytes(nothing)
        assert faults_of(path, original.head) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_who_may_not_write_beside_a_crashed_store_is_told_what_to_do(crashed: Path, original: Original) -> None:
    for folder in (crashed.parent, *crashed.parents[1:4]):
        folder.chmod(0o755)
    for file in crashed.parent.iterdir():
        file.chmod(0o644)

    told = as_nobody(crashed)
    Path(f"{crashed}-wal").chmod(0o600)
    told_without_log = as_nobody(crashed)

    assert "do this as the user of the core, or on a copy of the file together with the -wal beside it" in told
    assert "cabinet.db-wal holds rows and cannot be read: Permission denied" in told_without_log


def test_a_store_is_verified_beside_its_writer(original: Original, tmp_path: Path) -> None:
    path = Path(shutil.copy(original.store, tmp_path / "cabinet.db"))
    command = [sys.executable, "-m", "keycabinet.evidence", str(path)]
    with Store.open(path, "boot-3") as store:
        recorded(store, DoorClosed())
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        recorded(store, DoorClosed())

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{original.head.seq + 1} rows, " in done.stdout


def test_a_view_is_not_taken_for_the_ledger_and_other_columns_are_named(original: Original, tmp_path: Path) -> None:
    for number, statements in enumerate(
        (
            "ALTER TABLE ledger RENAME TO x; CREATE VIEW ledger AS SELECT * FROM x",
            "DROP TABLE appearances; DROP TABLE ledger",
            "ALTER TABLE ledger ADD COLUMN remark TEXT",
        )
    ):
        path = Path(shutil.copy(original.store, tmp_path / f"{number}.db"))
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(statements)

        with pytest.raises(Unreadable, match=r"no table called ledger|other columns than expected: .'remark'"):
            verdict_on(path)


@pytest.mark.parametrize("cast", ["CAST(seq AS TEXT) AS seq", "CAST(body AS BLOB) AS body", "seq * 1.0 AS seq"])
def test_columns_of_other_types_are_found_where_the_table_lets_them_in(
    original: Original, tmp_path: Path, cast: str
) -> None:
    path = Path(shutil.copy(original.store, tmp_path / "cabinet.db"))
    columns = ", ".join(cast if cast.endswith(f" {name}") else name for name in COLUMNS)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"CREATE TABLE loose AS SELECT {columns} FROM ledger; DROP TABLE appearances; DROP TABLE ledger;"
            "ALTER TABLE loose RENAME TO ledger"
        )

    assert verdict_on(path).count >= original.head.seq


def test_an_index_that_hides_a_row_from_its_history_is_found(original: Original, tmp_path: Path) -> None:
    path = Path(shutil.copy(original.store, tmp_path / "cabinet.db"))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX ledger_subject ON ledger (type)' "
            "WHERE name = 'ledger_subject'"
        )

    assert any("missing from index ledger_subject" in fault for fault in faults_of(path, original.head))


def test_damage_that_makes_the_message_of_sqlite_unreadable_is_told_all_the_same(
    original: Original, tmp_path: Path
) -> None:
    path = tmp_path / "cabinet.db"
    path.write_bytes(original.store.read_bytes().replace(b"CREATE TABLE ledger", b"CREATE TABLE ledg\xa0r"))

    with pytest.raises(Unreadable, match=r"cabinet.db"):
        verdict_on(path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(5000), b"\xff\xfe", b"PK"])
def test_what_is_neither_a_store_nor_an_export_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "something"
    path.write_bytes(content)

    with pytest.raises(Unreadable, match="something"):
        verdict_on(path)
    with pytest.raises(Unreadable, match=r"nothing cannot be read: No such file"):
        verdict_on(tmp_path / "nothing")
