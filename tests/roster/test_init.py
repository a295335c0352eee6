"""``keycabinet init`` makes a cabinet with one administrator, or nothing at all."""

import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from keycabinet.calibration import LEAST, time_of
from keycabinet.cli.init import init
from keycabinet.clock import boot_id
from keycabinet.credentials import FLOOR, Hasher, argon2id, load_pepper, make_pepper
from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Pin, Role
from keycabinet.store import Store
from tests.config.samples import CABINET, written

app = typer.Typer()
app.command()(init)


def run(folder: Path, *options: str, code: str = "1000", name: str = "Ada [b]Admin") -> Result:
    """Make a demonstration, as nothing is measured for one."""
    return measured(folder, "--demo", *options, code=code, name=name)


def measured(folder: Path, *options: str, code: str = "1000", name: str = "Ada [b]Admin") -> Result:
    """Make a cabinet, for which hashing is measured: that takes seconds."""
    config = written(folder, CABINET)
    return CliRunner().invoke(app, ["--config", str(config), "--code", code, "--name", name, *options])


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"cabinet.toml"}


def test_the_administrator_can_log_in_with_the_pin_that_was_shown(tmp_path: Path) -> None:
    shown = json.loads(run(tmp_path, "--json").stdout)

    hasher = Hasher(load_pepper(tmp_path / "pepper"))
    with Store.open(tmp_path / "cabinet.db", boot_id()) as store:
        verdict = hasher.check(store.credential("1000"), Pin(shown["pin"]))
        (person,) = store.directory().people.values()
    assert verdict is Verdict.RIGHT
    assert shown.keys() == {"code", "name", "pin", "hash_cost"}
    assert (person.name, person.role) == ("Ada [b]Admin", Role.SECURITY_ELECTRONICS_ADMINISTRATOR)


def test_store_and_pepper_are_for_their_owner_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    run(tmp_path)

    assert left_in(tmp_path) == {"cabinet.db", "pepper"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "cabinet.db", tmp_path / "pepper"))


@pytest.mark.parametrize(("make", "stamp"), [(measured, "0"), (run, "1")])
def test_the_store_says_whether_it_is_a_demonstration_and_what_a_hash_costs(
    tmp_path: Path, make: Callable[..., Result], stamp: str
) -> None:
    shown = json.loads(make(tmp_path, "--json").stdout)

    with Store.open(tmp_path / "cabinet.db", boot_id()) as store:
        credential = store.credential("1000")
        assert store.meta("demo") == stamp
        assert credential is not None
        assert str(credential.cost) == str(store.hash_cost()) == shown["hash_cost"]
        assert (credential.cost == FLOOR) is (make is run or slow_machine())


def slow_machine() -> bool:
    """Whether the floor takes a quarter of a second here."""
    return time_of(FLOOR, argon2id, time.perf_counter_ns) >= LEAST


def test_the_pin_is_shown_once_with_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert result.exit_code == 0
    assert "Ada [b]Admin is the security electronics administrator of Master Control" in result.stdout
    assert "The PIN is shown this once" in result.stdout
    assert "PINs are hashed by argon2id with 19 MiB, 2 passes" in result.stdout


def test_a_store_that_exists_is_never_touched(tmp_path: Path) -> None:
    run(tmp_path)
    before = (tmp_path / "cabinet.db").read_bytes()

    result = run(tmp_path, name="Somebody Else")

    assert result.exit_code == 2
    assert "init never overwrites one: enrol people with `keycabinet import`" in result.stderr
    assert (tmp_path / "cabinet.db").read_bytes() == before


def test_nothing_is_left_when_the_store_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "pepper").parent.mkdir(exist_ok=True)
    config = written(tmp_path, CABINET.replace('path = "cabinet.db"', 'path = "nowhere/cabinet.db"'))

    result = CliRunner().invoke(app, ["--config", str(config), "--code", "1000", "--name", "Ada", "--demo"])

    assert result.exit_code == 2
    assert "a store cannot be made in" in result.stderr
    assert left_in(tmp_path) == set()


def test_a_pepper_that_was_there_is_used_and_stays_even_when_the_rest_fails(tmp_path: Path) -> None:
    make_pepper(tmp_path / "pepper")
    (tmp_path / "pepper").chmod(0o644)
    before = (tmp_path / "pepper").read_text()

    assert run(tmp_path).exit_code == 2
    assert left_in(tmp_path) == {"pepper"}
    (tmp_path / "pepper").chmod(0o600)
    assert run(tmp_path).exit_code == 0
    assert (tmp_path / "pepper").read_text() == before


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("10a0", "Ada", '--code: "10a0" found, expected 1 to 8 digits'),
        ("123456789", "Ada", "expected 1 to 8 digits"),
        ("1000", " ", "--name: "),
        ("1000", "A\nB", "expected 1 to 60 characters on one line"),
    ],
)
def test_a_code_or_name_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, code: str, name: str, told: str
) -> None:
    result = run(tmp_path, code=code, name=name)

    assert result.exit_code == 2
    assert told in result.stderr
    assert left_in(tmp_path) == set()


def test_init_stands_back_from_a_running_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as core:
        core.bind("control.sock")
        core.listen()

        result = run(tmp_path)

    assert result.exit_code == 2
    assert "a core is running on" in result.stderr
    assert left_in(tmp_path) == {"control.sock"}


@pytest.mark.parametrize("kib", [8, 40, 80, 120])
def test_nothing_is_left_when_the_disk_is_full_half_way(tmp_path: Path, kib: int) -> None:
    config = written(tmp_path, CABINET)
    program = "import typer; from keycabinet.cli.init import init; typer.run(init)"
    command = [sys.executable, "-c", program, "--config", str(config), "--code", "1000", "--name", "Ada", "--demo"]

    limit = partial(limit_files_to, kib)
    done = subprocess.run(command, check=False, capture_output=True, text=True, preexec_fn=limit)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert left_in(tmp_path) == set()


def limit_files_to(kib: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024, kib * 1024))
