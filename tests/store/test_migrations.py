"""The migrations make what the tables of the program say, and end at the revision that it asks for."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from keycabinet.store.engine import open_reader
from keycabinet.store.schema import REVISION, metadata
from keycabinet.store.upgrade import config


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
