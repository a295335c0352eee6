"""The migrations make what the tables of the program say, and end at the revision that it asks for."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from keycabinet.store.engine import WRITER_PRAGMAS, connect, open_reader, wrapped
from keycabinet.store.schema import REVISION, metadata
from keycabinet.store.upgrade import config, upgrade


def test_a_migrated_store_has_exactly_the_tables_of_the_schema(path: Path) -> None:
    with open_reader(path) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_the_last_migration_is_the_revision_that_the_program_asks_for() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [REVISION]


def test_every_table_is_strict_about_types(path: Path) -> None:
    with open_reader(path) as connection:
        tables = connection.exec_driver_sql("PRAGMA table_list").mappings().all()

    strict = {row["name"] for row in tables if row["strict"]}
    assert strict == set(metadata.tables)


def test_checks_of_the_schema_are_in_the_file(path: Path) -> None:
    ours = {str(each.name) for table in metadata.tables.values() for each in table.constraints if each.name}
    with open_reader(path) as connection:
        made = "\n".join(connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table'").scalars())

    assert {name for name in ours if f"CONSTRAINT {name} " not in made} == set()


def test_a_store_of_before_there_were_rings_without_tags_keeps_its_rings_and_takes_such_a_one(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    path.touch()
    row = "INSERT INTO rings VALUES (?, ?, 'North', 'security', ?, ?, NULL, NULL, 3, 'S1', 0)"
    with wrapped(connect(path, "rw", WRITER_PRAGMAS), "BEGIN") as connection, connection.begin():
        command.upgrade(config(connection), "0002")
        connection.exec_driver_sql(row, ("r1", "1", "013D2C1B0A000085", 1))

    upgrade(path)

    with wrapped(connect(path, "rw", WRITER_PRAGMAS), "BEGIN") as connection, connection.begin():
        connection.exec_driver_sql(row, ("r2", "2", None, 2))
        found = connection.exec_driver_sql("SELECT id, tag FROM rings ORDER BY id").all()
        assert [tuple(each) for each in found] == [("r1", "013D2C1B0A000085"), ("r2", None)]
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
