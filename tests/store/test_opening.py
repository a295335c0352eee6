"""A store opens only as what it must be."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from keycabinet.errors import StoreError
from keycabinet.store import Reader, Store
from keycabinet.store.engine import WRITER_PRAGMAS, connect, open_reader, open_writer, require_pragmas
from keycabinet.store.upgrade import create, upgrade
from tests.builders import NOON
from tests.store.builders import BOOT


def test_the_writing_connection_has_every_pragma_that_durability_and_order_rest_on(path: Path) -> None:
    with open_writer(path) as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in WRITER_PRAGMAS}

    assert found == {
        "busy_timeout": 5000,
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
    }


def test_a_reading_connection_can_only_read(path: Path) -> None:
    with open_reader(path) as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA trusted_schema").scalar() == 0


@pytest.mark.parametrize(
    ("pragma", "weaker", "message"),
    [
        ("synchronous", 1, "pragma synchronous of the store is 1, expected 2"),
        ("foreign_keys", 0, "pragma foreign_keys of the store is 0, expected 1"),
        ("journal_mode", "delete", "pragma journal_mode of the store is 'delete', expected 'wal'"),
        ("trusted_schema", 1, "pragma trusted_schema of the store is 1, expected 0"),
        ("secure_delete", 0, "pragma secure_delete of the store is 0, expected 1"),
        ("busy_timeout", 0, "pragma busy_timeout of the store is 0, expected 5000"),
    ],
)
def test_a_connection_with_a_weaker_pragma_is_refused(path: Path, pragma: str, weaker: object, message: str) -> None:
    with (
        closing(connect(path, "rw", {**WRITER_PRAGMAS, pragma: weaker})) as raw,
        pytest.raises(StoreError, match=message),
    ):  # type: ignore[dict-item]
        require_pragmas(raw, WRITER_PRAGMAS)


def test_a_file_that_lost_its_write_ahead_log_is_not_read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = delete")

    with pytest.raises(StoreError, match="journal_mode of the store is 'delete', expected 'wal'"):
        Reader.open(path)


def test_a_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        create(tmp_path / "cabinet.db", demo=False, at=NOON.utc)
        with Store.open(tmp_path / "cabinet.db", BOOT):
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    finally:
        os.umask(mask)

    assert modes == {"cabinet.db": 0o600, "cabinet.db-wal": 0o600, "cabinet.db-shm": 0o600}


def test_a_missing_store_is_not_made_by_opening_it(tmp_path: Path) -> None:
    for opener in (lambda: Store.open(tmp_path / "no.db", BOOT), lambda: Reader.open(tmp_path / "no.db")):
        with pytest.raises(StoreError, match=r"no store at .*no\.db; `keycabinet init` makes one"):
            opener()

    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_made_into_a_store(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.db"
    file.write_text("dear diary")

    with pytest.raises(StoreError, match=r"cannot be made at .*File exists"):
        create(file, demo=False, at=NOON.utc)
    with pytest.raises(StoreError, match="cannot be opened: file is not a database"):
        Store.open(file, BOOT)
    assert file.read_text() == "dear diary"


def test_a_database_of_somebody_else_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE recipes (name TEXT)")

    with pytest.raises(StoreError, match=r"not a store of keycabinet .*no such table"):
        Store.open(file, BOOT)


@pytest.mark.parametrize("opener", [lambda file: Store.open(file, BOOT), Reader.open])
def test_a_store_of_another_schema_says_what_to_do(path: Path, opener: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")

    with pytest.raises(StoreError, match=r"schema revision 0000, this program needs 0005; .*`keycabinet upgrade`"):
        opener(path)  # type: ignore[operator]


def test_a_store_that_is_up_to_date_may_be_upgraded(staffed: Store, path: Path) -> None:
    staffed.close()

    upgrade(path)

    with Store.open(path, BOOT) as store:
        assert store.head.seq == 5


def test_a_store_knows_what_it_was_made_as(tmp_path: Path) -> None:
    for name, demo in (("a.db", False), ("b.db", True)):
        create(tmp_path / name, demo=demo, at=NOON.utc)

    with Store.open(tmp_path / "a.db", BOOT) as real, Reader.open(tmp_path / "b.db") as rehearsal:
        assert (real.meta("demo"), rehearsal.meta("demo")) == ("0", "1")
        assert real.meta("store_id") != rehearsal.meta("store_id")
        assert real.meta("created_at") == "2026-03-04T18:00:00.000000Z"
        assert real.meta("colour") is None


def test_a_closed_store_does_not_open_itself_again(store: Store) -> None:
    store.close()
    store.close()

    with pytest.raises(StoreError, match="is closed"):
        store.books()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    file = tmp_path / "a %41?mode=rw&x #1.db"
    create(file, demo=False, at=NOON.utc)

    with Store.open(file, BOOT) as store, Reader.open(file) as reader:
        assert store.head == reader.head()


def test_a_running_core_does_not_load_alembic() -> None:
    code = "import sys, keycabinet.store; sys.exit('alembic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
