"""What becomes of an alarm after it was raised."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE alarms ADD COLUMN level INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE alarms ADD COLUMN times INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE alarms ADD COLUMN escalations INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE alarms ADD COLUMN delivered_at TEXT",
    "ALTER TABLE alarms ADD COLUMN acknowledged_by TEXT",
    """
    ALTER TABLE alarms ADD COLUMN acknowledged_at TEXT
        CONSTRAINT ck_alarms_acknowledged CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL))
    """,
    """
    ALTER TABLE alarms ADD COLUMN silenced INTEGER NOT NULL DEFAULT 0
        CONSTRAINT ck_alarms_silenced CHECK (silenced IN (0, 1))
    """,
)


def upgrade() -> None:
    """Alarms that stand are not acknowledged, and were never delivered as far as anybody knows."""
    for statement in STATEMENTS:
        op.execute(statement)
