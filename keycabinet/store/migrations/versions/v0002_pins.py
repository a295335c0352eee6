"""Counters of wrong PINs, terms of PINs, and badges."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE attempts (
        person_id TEXT NOT NULL,
        failures INTEGER NOT NULL,
        CONSTRAINT pk_attempts PRIMARY KEY (person_id),
        CONSTRAINT fk_attempts_person_id FOREIGN KEY (person_id) REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    """,
    """
    CREATE TABLE keypad (
        name TEXT NOT NULL,
        failures TEXT NOT NULL,
        paused_until TEXT,
        pause_s INTEGER,
        CONSTRAINT pk_keypad PRIMARY KEY (name),
        CONSTRAINT ck_keypad_pause CHECK ((paused_until IS NULL) = (pause_s IS NULL))
    ) STRICT
    """,
    "INSERT INTO attempts SELECT person_id, failures FROM credentials WHERE failures > 0",
    "ALTER TABLE credentials DROP COLUMN failures",
    "ALTER TABLE credentials ADD COLUMN issued_at TEXT",
    "ALTER TABLE credentials ADD COLUMN expires_at TEXT",
    """
    ALTER TABLE credentials ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0
        CONSTRAINT ck_credentials_must_change CHECK (must_change IN (0, 1))
    """,
    "ALTER TABLE people ADD COLUMN badge TEXT",
    "CREATE UNIQUE INDEX people_badge ON people (badge)",
)


def upgrade() -> None:
    """Add them; what was counted so far stays."""
    for statement in STATEMENTS:
        op.execute(statement)
