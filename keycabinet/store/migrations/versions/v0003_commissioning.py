"""Rings whose tags are not known yet."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a ring be without a tag. SQLite's own way (lang_altertable, 7): no row changes, so none is written again."""
    (version,) = op.get_bind().exec_driver_sql("PRAGMA schema_version").one()
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'tag TEXT NOT NULL', 'tag TEXT') "
        "WHERE type = 'table' AND name = 'rings'"
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
