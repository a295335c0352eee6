"""The disk of the power cuts does what it is trusted with: it forgets what was not synced, and nothing else."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.campaigns.forgetful import Disk, library

pytestmark = pytest.mark.campaign

SCRIBBLER = Path(__file__).with_name("scribbler.py")


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return library(tmp_path_factory.mktemp("layer"))


@pytest.fixture
def disk(tmp_path: Path, layer: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "it").write_bytes(b"old")
    disk = Disk(folder, "it", layer)
    yield disk
    disk.close()


def run(disk: Disk, program: str, **how: int) -> None:
    environment = {**os.environ, **disk.environment(**how)}
    subprocess.run([sys.executable, "-c", program], cwd=disk.folder, env=environment, check=False)


def test_what_was_not_synced_is_lost(disk: Disk) -> None:
    run(disk, "import os; fd = os.open('it', os.O_RDWR); os.pwrite(fd, b'new', 0); os.ftruncate(fd, 2)")
    assert (disk.folder / "it").read_bytes() == b"ne"

    disk.cut()

    assert (disk.folder / "it").read_bytes() == b"old"
    assert disk.dropped == 2


@pytest.mark.parametrize("sync", ["fsync", "fdatasync"])
def test_what_was_synced_is_kept(disk: Disk, sync: str) -> None:
    start = "import os; fd = os.open('it', os.O_RDWR); os.write(fd, b'new')"
    run(disk, f"{start}; os.{sync}(fd); os.pwrite(fd, b'NEWER', 0)")

    disk.cut()

    assert (disk.folder / "it").read_bytes() == b"new"


def test_a_new_name_lasts_only_when_its_folder_was_synced(disk: Disk) -> None:
    make = "import os; fd = os.open('{0}', os.O_RDWR | os.O_CREAT); os.write(fd, b'x'); os.fsync(fd);"
    run(disk, make.format("it-1") + f"os.fsync(os.open('{disk.folder}', os.O_RDONLY));" + make.format("it-2"))

    disk.cut()

    assert sorted(file.name for file in disk.folder.iterdir()) == ["it", "it-1"]


def test_the_power_fails_just_before_the_n_th_write_or_sync(disk: Disk) -> None:
    work = "import os; fd = os.open('it', os.O_RDWR)\nfor n in b'123': os.pwrite(fd, bytes([n]), 0); os.fsync(fd)"
    found = []
    for number in range(1, 8):
        (disk.folder / "it").write_bytes(b"0")
        disk.begin()
        run(disk, work, cut_at=number)
        disk.cut()
        found.append((disk.folder / "it").read_bytes())

    assert found == [b"0", b"0", b"1", b"1", b"2", b"2", b"3"]


def test_of_what_was_not_synced_any_part_may_be_found(disk: Disk, tmp_path: Path) -> None:
    (disk.folder / "it").write_bytes(b"0" * 2048)
    disk.begin()
    run(disk, "import os; fd = os.open('it', 2); os.pwrite(fd, b'a' * 1024, 0); os.pwrite(fd, b'b' * 1024, 1024)")
    shutil.copytree(disk.shadow, tmp_path / "before")
    found = set()
    for seed in range(400):
        shutil.copytree(tmp_path / "before", disk.shadow, dirs_exist_ok=True)
        disk.cut(Random(seed))
        content = (disk.folder / "it").read_bytes()
        found.add(bytes(content[sector] for sector in range(0, 2048, 512)))

    assert {b"0000", b"aabb", b"00bb", b"aa00", b"a000", b"00b0"} <= found


@pytest.mark.parametrize(("synchronous", "lost"), [("FULL", 0), ("NORMAL", 20)])
def test_sqlite_loses_commits_with_normal_and_none_with_full(disk: Disk, synchronous: str, lost: int) -> None:
    path = disk.folder / "it.db"
    environment = {**os.environ, **disk.environment()}
    command = [sys.executable, str(SCRIBBLER), str(path), synchronous]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.split()
    assert len(said) == 20

    disk.cut()

    assert 20 - kept(path) == lost


def test_a_disk_that_defers_the_syncs_of_a_wal_makes_full_lose_what_normal_loses(disk: Disk) -> None:
    path = disk.folder / "it.db"
    environment = {**os.environ, **disk.environment(normal=True)}
    subprocess.run(
        [sys.executable, str(SCRIBBLER), str(path), "FULL"], env=environment, capture_output=True, check=False
    )

    disk.cut()

    assert kept(path) == 0


def kept(path: Path) -> int:
    """How many numbers are there; none if not even the table is."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return connection.execute("SELECT count(*) FROM numbers").fetchone()[0] if tables else 0
    finally:
        connection.close()
