"""Rings whose tags are not known yet, the mode of the first day, and slots out of service."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


STATEMENTS = (
    """
    CREATE TABLE modes (
        name TEXT NOT NULL,
        since TEXT NOT NULL,
        actor TEXT NOT NULL,
        CONSTRAINT pk_modes PRIMARY KEY (name),
        CONSTRAINT fk_modes_actor FOREIGN KEY (actor) REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    """,
    """
    CREATE TABLE slots_out_of_service (
        slot INTEGER NOT NULL,
        since TEXT NOT NULL,
        why TEXT NOT NULL,
        CONSTRAINT pk_slots_out_of_service PRIMARY KEY (slot)
    ) STRICT
    """,
)


def upgrade() -> None:
    """Add them; every ring keeps its tag and its place."""
    _restate("rings", "tag TEXT NOT NULL", "tag TEXT")
    _restate("custody", "'missing', 'unverified'", "'missing', 'aside', 'unverified'")
    for statement in STATEMENTS:
        op.execute(statement)


def _restate(table: str, old: str, new: str) -> None:
    """SQLite's own way to loosen a constraint (lang_altertable, 7): no row changes, so none is written again."""
    (version,) = op.get_bind().exec_driver_sql("PRAGMA schema_version").one()
    quoted = (f"'{words.replace(chr(39), chr(39) * 2)}'" for words in (old, new))
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_schema SET sql = replace(sql, {', '.join(quoted)}) WHERE type = 'table' AND name = '{table}'"  # noqa: S608
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
