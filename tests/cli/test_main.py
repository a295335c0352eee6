"""The command line as a whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import config_of, process
from tests.control.house import House

HEAVY = ("sqlalchemy", "pydantic", "rich", "alembic", "argon2", "paho", "keycabinet.store", "keycabinet.config")
COMMANDS = (
    "init", "check", "core", "mqtt", "login", "logout", "whoami", "status", "history", "ledger", "person", "ring",
    "pin", "rights", "slot", "commission", "alarm", "import", "export",
)  # fmt: skip


def test_help_names_every_command_with_a_whole_sentence() -> None:
    told = process("--help").stdout

    assert {line.split()[0] for line in told.partition("Commands:")[2].splitlines() if line} == set(COMMANDS)


def test_help_needs_nothing_heavy() -> None:
    program = "import sys, keycabinet.cli.main; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.parametrize("words", [("status",), ("ledger", "show"), ("history", "--slot", "1")])
def test_without_a_core_one_line_says_where_it_was_looked_for_and_what_to_do(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text('[control]\nsocket = "run/control.sock"\n', encoding="utf-8")

    failed = process(*words, "-c", str(file))

    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == (
        f"no core answers at {tmp_path}/run/control.sock (No such file or directory): start it with `keycabinet core`\n"
    )


def test_a_configuration_that_is_not_there_or_names_no_socket_is_told(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    absent = process("status", "-c", str(file))
    file.write_text("[control]\n", encoding="utf-8")
    silent = process("status", "-c", str(file))

    assert (absent.returncode, silent.returncode) == (2, 2)
    assert absent.stderr.startswith(f"{file}: cannot be read")
    assert silent.stderr == f"{file}:1: control.socket: missing, expected a path\n"


def test_the_configuration_may_be_named_before_or_behind_a_command(house: House) -> None:
    before = process("-c", config_of(house), "ledger", "show", "--limit", "1")
    behind = process("ledger", "show", "--limit", "1", "-c", config_of(house))
    both = process("-c", "/nowhere.toml", "ledger", "show", "--limit", "1", "-c", config_of(house))

    assert before.stdout == behind.stdout == both.stdout != ""


def test_an_unknown_command_is_refused_with_the_nearest_one() -> None:
    refused = process("statsu")

    assert refused.returncode == 2
    assert "status" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_core_that_must_not_start_says_why(tmp_path: Path) -> None:
    for command in ("core", "mqtt"):
        failed = process(command, "-c", str(tmp_path / "cabinet.toml"))
        assert failed.returncode == 2
        assert "cabinet.toml: cannot be read" in failed.stderr
        assert "Traceback" not in failed.stderr
