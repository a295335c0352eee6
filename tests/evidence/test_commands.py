"""``keycabinet ledger verify`` and ``keycabinet ledger rebuild --compare``: what they say, and how they end."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from keycabinet.cli.main import app
from keycabinet.store import Reader, Store
from tests.cli.running import PROGRAM, process
from tests.evidence.ledgers import Original, write_export, write_store

CONFIG = '[cabinet]\nid = "mc-1"\n[store]\npath = "cabinet.db"\n'


@pytest.fixture
def folder(original: Original, tmp_path: Path) -> Path:
    shutil.copy(original.store, tmp_path / "cabinet.db")
    (tmp_path / "cabinet.toml").write_text(CONFIG)
    return tmp_path


def ledger(*words: object) -> Result:
    return CliRunner().invoke(app, ["ledger", *map(str, words)])


def test_the_store_of_the_cabinet_is_verified_with_the_core_down(folder: Path, original: Original) -> None:
    done = ledger("verify", "--head", original.head, "--config", folder / "cabinet.toml")

    assert (done.exit_code, done.stderr) == (0, "")
    rows, whole = done.stdout.splitlines()
    assert rows.startswith(f"{original.head.seq} rows, ")
    assert rows.endswith(f" rows/s, head {original.head}")
    assert whole == f"{folder / 'cabinet.db'}: whole"


def test_without_a_head_it_is_said_what_nobody_can_know(original: Original) -> None:
    done = ledger("verify", original.export)

    assert done.exit_code == 0
    assert "no head was given" in done.stdout
    assert "an export of cabinet mc-1" in done.stdout


def test_faults_are_told_row_by_row_and_end_with_1(original: Original, tmp_path: Path) -> None:
    file = write_export(tmp_path / "forged.jsonl", original.rows[:20])

    done = ledger("verify", file, "--head", original.head)

    assert done.exit_code == 1
    assert f"the file ends at row 20, the witnessed head is row {original.head.seq}" in done.stdout
    assert done.stdout.endswith("forged.jsonl: NOT WHOLE, faults: 1\n")


def test_a_program_is_answered_in_json(original: Original, tmp_path: Path) -> None:
    rows = [{**row, "actor": "bob"} if row["seq"] == 5 else row for row in original.rows]
    file = write_store(tmp_path / "forged.db", rows, original.store)

    done = ledger("verify", file, "--json", "--head", original.head)

    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"], told["kind"], told["fault_count"]) == (1, False, "store", 1)
    assert told["faults"][0]["seq"] == 5
    assert told["head"] == told["expected"] == original.head._asdict()


def test_a_terminal_is_shown_how_far_it_is_and_a_pipe_is_not(original: Original) -> None:
    terminal, end = os.openpty()
    command = [PROGRAM, "ledger", "verify", original.export]

    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, text=True, timeout=60, check=True)

    os.close(end)
    assert b"rows" in os.read(terminal, 10_000)
    os.close(terminal)
    assert "\x1b" not in done.stdout


def test_what_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    done = ledger("verify", tmp_path / "nothing", "--json")

    assert (done.exit_code, json.loads(done.stdout)["ok"]) == (2, False)
    assert "nothing cannot be read" in done.stderr
    assert ledger("verify", "--config", tmp_path / "nothing.toml").exit_code == 2


@pytest.mark.parametrize(
    "head", ["", "7", "7:abc", f"07:{'a' * 64}", f"-1:{'a' * 64}", f"0:{'a' * 64}", "٧:" + "a" * 64]
)
def test_a_head_that_is_none_is_refused_before_anything_is_read(head: str) -> None:
    done = ledger("verify", "nothing", "--head", head)

    assert done.exit_code == 2
    assert "head" in done.stderr
    assert "cannot be read" not in done.stderr


def test_what_steers_a_terminal_in_a_forged_row_is_not_passed_on(original: Original, tmp_path: Path) -> None:
    rows = [{**row, "at": "\x1b[2J"} if row["seq"] == 5 else row for row in original.rows]

    assert "\x1b" not in ledger("verify", write_export(tmp_path / "forged.jsonl", rows)).stdout


def test_verifying_a_file_loads_neither_the_store_nor_the_configuration(original: Original) -> None:
    program = (
        "import sys; from keycabinet.cli.main import app;app(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    )
    command = [sys.executable, "-c", program, "ledger", "verify", original.store, "--head", str(original.head)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    loaded = set(done.stdout.splitlines()[-1].split())
    assert "keycabinet.evidence.chain" in loaded
    assert loaded & {"keycabinet.store", "sqlalchemy", "keycabinet.config"} == set()


def test_books_that_the_ledger_tells_are_the_same(folder: Path, original: Original) -> None:
    done = ledger("rebuild", "--compare", "--config", folder / "cabinet.toml")

    assert (done.exit_code, done.stdout) == (0, f"the same after {original.head.seq} rows\n")


def test_books_are_compared_beside_a_running_core(folder: Path) -> None:
    with Store.open(folder / "cabinet.db", "boot-3"):
        assert process("ledger", "rebuild", "--compare", "-c", str(folder / "cabinet.toml")).returncode == 0


def test_books_that_say_something_else_are_told_with_ring_slot_and_holder(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cabinet.db")) as connection:
        connection.executescript(
            "UPDATE custody SET state = 'out', holder = 'bob', due = '2026-03-05T01:00:00.000000Z'"
            " WHERE ring_id = 'r1';"
            "DELETE FROM custody WHERE ring_id = 'r2';"
            "DELETE FROM alarms;"
            "INSERT INTO open_releases VALUES (3, 'x', 'ann', 'r3', NULL)"
        )

    done = ledger("rebuild", "--compare", "--config", folder / "cabinet.toml")

    since = "2026-03-06T18:08:00.000000Z"
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"ring 1 (Unit 1): the books say taken by Bob (1002) from slot 2 at {since} (contact),"
        f" due 2026-03-05T01:00:00.000000Z; the ledger says in slot 2 since {since} (contact)",
        "ring 2 (Unit 2): the books say nothing of it; the ledger says unverified since 2026-03-04T18:00:00.000000Z",
        "the release of slot 3: the books say ring 3 (Unit 3) from slot 3 for Ann (1001), release x;"
        " the ledger says nothing of it",
        "alarm unreadable, slot-2: the books say nothing of it; the ledger says raised at 2026-03-06T18:09:00.000000Z,"
        " level 1",
        "4 differences after 59 rows",
    ]
    told = ledger("rebuild", "--compare", "--json", "--config", folder / "cabinet.toml")
    assert (told.exit_code, len(json.loads(told.stdout)["differences"])) == (1, 4)


def test_the_books_are_never_rewritten(folder: Path) -> None:
    with Reader.open(folder / "cabinet.db") as reader:
        before = reader.books()
        assert ledger("rebuild", "--config", folder / "cabinet.toml").exit_code == 2
        assert reader.books() == before


def test_a_store_that_is_none_cannot_be_compared(folder: Path) -> None:
    (folder / "cabinet.db").write_bytes(b"x" * 5000)

    assert ledger("rebuild", "--compare", "--config", folder / "cabinet.toml").exit_code == 2
