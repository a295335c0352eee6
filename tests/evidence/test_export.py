"""``keycabinet ledger export``: the whole ledger, from one state of the store, whole under its name or not there."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from keycabinet.domain.entries import DoorClosed
from keycabinet.evidence.form import Head
from keycabinet.store import Store
from tests.cli.running import PROGRAM, process
from tests.evidence.ledgers import Original, faults_of, line_of, rehashed, write_store
from tests.store.builders import recorded


@pytest.fixture
def folder(original: Original, tmp_path: Path) -> Path:
    """A folder with a store, and a configuration that says no more than where it is and whose."""
    shutil.copy(original.store, tmp_path / "cabinet.db")
    (tmp_path / "cabinet.toml").write_text('[cabinet]\nid = "mc-1"\n[store]\npath = "cabinet.db"\n')
    return tmp_path


def exported(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return process("ledger", "export", *words, "--config", str(folder / "cabinet.toml"))


def test_an_export_is_a_header_and_every_row_as_it_was_hashed(folder: Path, original: Original) -> None:
    done = exported(folder, str(folder / "evidence.jsonl"))

    assert (done.returncode, done.stdout) == (0, "")
    header, *lines = (folder / "evidence.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    said = json.loads(header)
    assert lines == [line_of(row) for row in original.rows]
    assert (said["format"], said["version"], said["cabinet"]) == ("keycabinet-ledger", 1, "mc-1")
    assert Head(said["head_seq"], said["head_hash"]) == original.head
    with Store.open(folder / "cabinet.db", "boot-3") as store:
        assert said["store"] == store.meta("store_id")


def test_rows_that_not_everybody_may_read_are_in_it_and_it_says_so(folder: Path, original: Original) -> None:
    done = exported(folder, str(folder / "evidence.jsonl"))

    hidden = sum(row["visibility"] == "command" for row in original.rows)
    assert hidden
    assert f"it holds {hidden} command rows: give it only to those who may read them" in done.stderr


def test_beside_a_running_core_an_export_ends_at_one_head(folder: Path) -> None:
    with Store.open(folder / "cabinet.db", "boot-3") as store:
        command = [PROGRAM, "ledger", "export", "-", "-c", str(folder / "cabinet.toml")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            while running.poll() is None and store.head.seq < 3000:
                recorded(store, DoorClosed())
            assert running.stdout is not None
            (folder / "evidence.jsonl").write_bytes(running.stdout.read())

    assert faults_of(folder / "evidence.jsonl") == []


def test_a_file_is_not_overwritten_unless_forced(folder: Path) -> None:
    file = folder / "evidence.jsonl"
    file.write_text("precious")

    refused = exported(folder, str(file))
    assert (refused.returncode, file.read_text()) == (2, "precious")
    assert "exists already" in refused.stderr
    assert exported(folder, str(file), "--force").returncode == 0
    assert faults_of(file) == []


def test_what_is_not_a_file_is_not_replaced_even_if_forced(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "inside").mkdir()

    for name in ("pipe", "inside"):
        refused = exported(folder, str(folder / name), "--force")
        assert (refused.returncode, "is not a file" in refused.stderr) == (2, True)
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_only_its_owner_may_read_an_export_and_nothing_lies_beside_it(folder: Path) -> None:
    (folder / "out").mkdir()

    exported(folder, str(folder / "out" / "evidence.jsonl"))

    assert os.listdir(folder / "out") == ["evidence.jsonl"]  # noqa: PTH208 - names
    assert stat.S_IMODE((folder / "out" / "evidence.jsonl").stat().st_mode) == 0o600


def test_an_export_that_cannot_be_finished_leaves_nothing(folder: Path, original: Original) -> None:
    (folder / "out").mkdir()
    store = write_store(folder / "cabinet.db", original.rows, original.store)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE ledger SET body = CAST(x'ff' AS TEXT) WHERE seq = 40")
        connection.commit()

    refused = exported(folder, str(folder / "out" / "evidence.jsonl"))

    assert refused.returncode == 2
    assert "row 40 cannot be exported (text that is not UTF-8)" in refused.stderr
    assert list((folder / "out").iterdir()) == []
    assert exported(folder, str(folder / "nowhere" / "evidence.jsonl")).returncode == 2


def test_an_export_for_which_there_is_no_room_leaves_nothing(folder: Path, original: Original) -> None:
    (folder / "out").mkdir()
    rows = rehashed({**row, "id": f"{place:032x}"} for place, row in enumerate(original.rows * 4))
    write_store(folder / "cabinet.db", rows, original.store)
    file, config = folder / "out" / "evidence.jsonl", folder / "cabinet.toml"
    command = ["sh", "-c", f"ulimit -f 64 && exec {PROGRAM} ledger export {file} --config {config}"]

    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (refused.returncode, "File too large" in refused.stderr) == (2, True)
    assert list((folder / "out").iterdir()) == []


def test_a_tampered_ledger_is_exported_as_it_is(folder: Path, original: Original) -> None:
    rows = [{**row, "actor": "bob"} if row["seq"] == 5 else row for row in original.rows]
    write_store(folder / "cabinet.db", rows, original.store)

    exported(folder, str(folder / "evidence.jsonl"))

    assert (
        faults_of(folder / "evidence.jsonl")
        == ["row 5: its hash is not that of its columns: the row was changed"]
        == faults_of(folder / "cabinet.db")
    )


def test_an_export_of_an_empty_ledger_is_a_header(folder: Path, original: Original) -> None:
    write_store(folder / "cabinet.db", rehashed([]), original.store)

    exported(folder, str(folder / "evidence.jsonl"))

    assert len((folder / "evidence.jsonl").read_text().splitlines()) == 1
    assert faults_of(folder / "evidence.jsonl") == []
