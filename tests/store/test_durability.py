"""What was acknowledged is there, however the process ended; what was not is whole or absent."""

import subprocess
import sys
from pathlib import Path

import pytest

from keycabinet.domain.entries import DoorClosed
from keycabinet.store import Reader, Store
from tests.store.builders import BOOT, recorded
from tests.store.verifying import first_fault, ledger_of


def writing(path: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.store.writing_process", str(path), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def require_whole(path: Path, acknowledged: int) -> None:
    with Store.open(path, BOOT) as store, Reader.open(path) as reader:
        assert store.head.seq >= acknowledged
        assert store.books() == reader.rebuild()
        (row,) = recorded(store, DoorClosed())
        assert row.seq == len(ledger_of(path))
    assert first_fault(ledger_of(path)) is None


@pytest.mark.parametrize("commits", [1, 7, 40])
def test_a_killed_process_leaves_everything_that_it_had_acknowledged(staffed: Store, path: Path, commits: int) -> None:
    staffed.close()
    with writing(path, "work") as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(commits)]
        process.kill()
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]

    require_whole(path, acknowledged[-1])


def test_a_process_that_leaves_without_closing_leaves_everything(staffed: Store, path: Path) -> None:
    staffed.close()
    with writing(path, "exit_at_once") as process:
        said, _ = process.communicate(timeout=30)

    assert (process.returncode, int(said)) == (3, 15)
    require_whole(path, 15)


def test_a_process_killed_inside_a_transaction_leaves_nothing_of_it(staffed: Store, path: Path) -> None:
    staffed.close()
    with writing(path, "die_inside") as process:
        said, _ = process.communicate(timeout=30)

    assert (process.returncode, int(said)) == (-9, 6)
    assert len(ledger_of(path)) == 6
    require_whole(path, 6)


def test_a_full_disk_refuses_a_commit_and_loses_nothing_and_work_goes_on_when_there_is_room(
    staffed: Store, path: Path
) -> None:
    staffed.close()
    with writing(path, "fill_the_disk") as process:
        said, _ = process.communicate(timeout=60)

    refused, numbers = said.splitlines()
    last, after = map(int, numbers.split())
    assert "cabinet.db failed:" in refused
    assert after == last + 1
    require_whole(path, after)


def test_a_failed_handle_is_not_used_again_and_a_file_that_went_on_without_us_is_refused(
    staffed: Store, path: Path
) -> None:
    staffed.close()
    with writing(path, "lose_the_handle") as process:
        said, _ = process.communicate(timeout=30)

    assert "ends with row 6" in said
    assert "row 5 was the last to succeed: restart the core" in said
