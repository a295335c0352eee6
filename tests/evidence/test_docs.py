"""Everything that ``docs/evidence.md`` tells an inspector to do works as it is written there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from keycabinet.evidence.form import COLUMNS
from tests.cli.running import PROGRAM
from tests.evidence.edits import ROW_EDITS
from tests.evidence.ledgers import Original, head_of, write_export

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


COMMANDS = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
SHELL = [line for block in blocks("sh") for line in block.splitlines()]
(SCRIPT,) = blocks("python")


@pytest.fixture
def folder(original: Original, tmp_path: Path) -> Path:
    """Where the inspector works: a store, its configuration, an export, and the program to type in."""
    shutil.copy(original.store, tmp_path / "cabinet.db")
    shutil.copy(original.export, tmp_path / "evidence.jsonl")
    (tmp_path / "cabinet.toml").write_text('[cabinet]\nid = "mc-1"\n[store]\npath = "cabinet.db"\n')
    (tmp_path / "check.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def run(command: str, folder: Path, original: Original) -> "subprocess.CompletedProcess[str]":
    python = Path(sys.executable).parent
    environment = {
        "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "KEYCABINET_CONFIG": str(folder / "cabinet.toml"),
        "HEAD": str(original.head),
    }
    command = command.replace("SEQ:HASH", str(original.head))
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_page_has_the_commands_that_are_run_here() -> None:
    assert (len(COMMANDS), len(SHELL)) == (5, 3)
    assert PROGRAM.exists()


@pytest.mark.parametrize("command", [*COMMANDS, *SHELL])
def test_every_command_of_the_page_ends_well(folder: Path, original: Original, command: str) -> None:
    if "export" in command:
        (folder / "evidence.jsonl").unlink()

    done = run(command, folder, original)

    assert done.returncode == 0, done.stderr
    if "sha256sum" in command:
        assert done.stdout.split()[0] == original.head.hash


@pytest.mark.parametrize("name", list(ROW_EDITS))
def test_the_twenty_lines_of_the_page_find_edits_and_forgeries_too(folder: Path, original: Original, name: str) -> None:
    rows = ROW_EDITS[name](Random(7), original.rows)
    write_export(folder / "evidence.jsonl", rows, head_of(rows))

    done = run(SHELL[-1], folder, original)

    assert done.returncode == 1
    assert "AssertionError" in done.stderr


def test_the_page_describes_every_column_in_its_order() -> None:
    assert tuple(re.findall(r"^\| `(\w+)` \| (?:integer|string)", PAGE, re.MULTILINE)) == COLUMNS
