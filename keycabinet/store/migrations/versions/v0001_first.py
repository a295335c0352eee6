"""Everything: ledger, books, directory, credentials."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LEDGER = (
    """
    CREATE TABLE ledger (
        seq INTEGER NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        visibility TEXT NOT NULL,
        at TEXT NOT NULL,
        monotonic_ns INTEGER NOT NULL,
        boot_id TEXT NOT NULL,
        clock_synced INTEGER NOT NULL,
        subject TEXT,
        actor TEXT,
        body TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        CONSTRAINT pk_ledger PRIMARY KEY (seq),
        CONSTRAINT ck_ledger_clock_synced CHECK (clock_synced IN (0, 1)),
        CONSTRAINT uq_ledger_id UNIQUE (id)
    ) STRICT
    """,
    "CREATE INDEX ledger_type ON ledger (type)",
    "CREATE INDEX ledger_subject ON ledger (subject)",
    """
    CREATE TABLE appearances (
        person TEXT NOT NULL,
        seq INTEGER NOT NULL,
        CONSTRAINT pk_appearances PRIMARY KEY (person, seq),
        CONSTRAINT fk_appearances_seq FOREIGN KEY (seq) REFERENCES ledger (seq)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TRIGGER ledger_never_changed BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'a row of the ledger is never changed'); END
    """,
    """
    CREATE TRIGGER ledger_never_shortened BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'a row of the ledger is never deleted'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above: it must not get that far.
    """
    CREATE TRIGGER ledger_only_continued BEFORE INSERT ON ledger
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
        OR NEW.prev_hash <> coalesce(
            (SELECT hash FROM ledger WHERE seq = NEW.seq - 1),
            '0000000000000000000000000000000000000000000000000000000000000000'
        )
        OR EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a row of the ledger follows the last one, and is linked to it'); END
    """,
)

DIRECTORY = (
    """
    CREATE TABLE people (
        id TEXT NOT NULL,
        code TEXT,
        name TEXT NOT NULL,
        salt TEXT NOT NULL,
        person_class TEXT NOT NULL,
        role TEXT NOT NULL,
        valid_from TEXT,
        valid_until TEXT,
        suspended INTEGER NOT NULL,
        CONSTRAINT pk_people PRIMARY KEY (id),
        CONSTRAINT ck_people_suspended CHECK (suspended IN (0, 1)),
        CONSTRAINT uq_people_code UNIQUE (code)
    ) STRICT
    """,
    """
    CREATE TABLE person_groups (
        person_id TEXT NOT NULL,
        name TEXT NOT NULL,
        CONSTRAINT pk_person_groups PRIMARY KEY (person_id, name),
        CONSTRAINT fk_person_groups_person_id FOREIGN KEY (person_id) REFERENCES people (id)
            ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE rings (
        id TEXT NOT NULL,
        number TEXT NOT NULL,
        name TEXT NOT NULL,
        category TEXT NOT NULL,
        tag TEXT NOT NULL,
        home_slot INTEGER NOT NULL,
        due_after_us INTEGER,
        due_at TEXT,
        key_count INTEGER NOT NULL,
        seal TEXT NOT NULL,
        approvers INTEGER NOT NULL,
        CONSTRAINT pk_rings PRIMARY KEY (id),
        CONSTRAINT uq_rings_number UNIQUE (number),
        CONSTRAINT uq_rings_tag UNIQUE (tag),
        CONSTRAINT uq_rings_home_slot UNIQUE (home_slot),
        CONSTRAINT ck_rings_one_due_rule CHECK (due_after_us IS NULL OR due_at IS NULL),
        CONSTRAINT ck_rings_approvers CHECK (approvers IN (0, 1, 2))
    ) STRICT
    """,
    """
    CREATE TABLE ring_groups (
        ring_id TEXT NOT NULL,
        name TEXT NOT NULL,
        CONSTRAINT pk_ring_groups PRIMARY KEY (ring_id, name),
        CONSTRAINT fk_ring_groups_ring_id FOREIGN KEY (ring_id) REFERENCES rings (id)
            ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE ring_approvers (
        ring_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        CONSTRAINT pk_ring_approvers PRIMARY KEY (ring_id, kind, name),
        CONSTRAINT ck_ring_approvers_kind CHECK (kind IN ('group', 'role')),
        CONSTRAINT fk_ring_approvers_ring_id FOREIGN KEY (ring_id) REFERENCES rings (id)
            ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE rights (
        people TEXT NOT NULL,
        rings TEXT NOT NULL,
        schedule TEXT NOT NULL,
        CONSTRAINT pk_rights PRIMARY KEY (people, rings, schedule)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE schedules (
        name TEXT NOT NULL,
        mon TEXT NOT NULL,
        tue TEXT NOT NULL,
        wed TEXT NOT NULL,
        thu TEXT NOT NULL,
        fri TEXT NOT NULL,
        sat TEXT NOT NULL,
        sun TEXT NOT NULL,
        on_holiday TEXT NOT NULL,
        CONSTRAINT pk_schedules PRIMARY KEY (name)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE holidays (
        day TEXT NOT NULL,
        name TEXT NOT NULL,
        CONSTRAINT pk_holidays PRIMARY KEY (day)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE limits (
        applies_to TEXT NOT NULL,
        who TEXT NOT NULL,
        rings INTEGER NOT NULL,
        CONSTRAINT pk_limits PRIMARY KEY (applies_to, who),
        CONSTRAINT ck_limits_applies_to CHECK (applies_to IN ('person', 'class', 'group')),
        CONSTRAINT ck_limits_rings CHECK (rings >= 0)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE pairs (
        first TEXT NOT NULL,
        second TEXT NOT NULL,
        CONSTRAINT pk_pairs PRIMARY KEY (first, second),
        CONSTRAINT ck_pairs_order CHECK (first < second),
        CONSTRAINT fk_pairs_first FOREIGN KEY (first) REFERENCES rings (id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT fk_pairs_second FOREIGN KEY (second) REFERENCES rings (id) DEFERRABLE INITIALLY DEFERRED
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE credentials (
        person_id TEXT NOT NULL,
        salt BLOB NOT NULL,
        digest BLOB NOT NULL,
        duress_digest BLOB NOT NULL,
        memory_kib INTEGER NOT NULL,
        passes INTEGER NOT NULL,
        lanes INTEGER NOT NULL,
        disabled INTEGER NOT NULL,
        failures INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT pk_credentials PRIMARY KEY (person_id),
        CONSTRAINT ck_credentials_disabled CHECK (disabled IN (0, 1)),
        CONSTRAINT fk_credentials_person_id FOREIGN KEY (person_id) REFERENCES people (id)
            DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    """,
)

BOOKS = (
    """
    CREATE TABLE custody (
        ring_id TEXT NOT NULL,
        state TEXT NOT NULL,
        slot INTEGER,
        since TEXT NOT NULL,
        evidence TEXT,
        holder TEXT,
        due TEXT,
        CONSTRAINT pk_custody PRIMARY KEY (ring_id),
        CONSTRAINT ck_custody_state CHECK (state IN ('in', 'out', 'missing', 'unverified')),
        CONSTRAINT ck_custody_holder CHECK ((state = 'out') = (holder IS NOT NULL)),
        CONSTRAINT ck_custody_slot CHECK ((state = 'unverified') = (slot IS NULL)),
        CONSTRAINT fk_custody_ring_id FOREIGN KEY (ring_id) REFERENCES rings (id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT fk_custody_holder FOREIGN KEY (holder) REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    """,
    "CREATE INDEX custody_holder ON custody (holder)",
    """
    CREATE TABLE open_releases (
        slot INTEGER NOT NULL,
        id TEXT NOT NULL,
        holder TEXT NOT NULL,
        ring_id TEXT NOT NULL,
        due TEXT,
        CONSTRAINT pk_open_releases PRIMARY KEY (slot),
        CONSTRAINT fk_open_releases_holder FOREIGN KEY (holder) REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT fk_open_releases_ring_id FOREIGN KEY (ring_id) REFERENCES rings (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    """,
    "CREATE INDEX open_releases_holder ON open_releases (holder)",
    "CREATE INDEX open_releases_ring_id ON open_releases (ring_id)",
    """
    CREATE TABLE alarms (
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        raised_at TEXT NOT NULL,
        CONSTRAINT pk_alarms PRIMARY KEY (kind, subject)
    ) STRICT
    """,
)

NOTES = (
    "CREATE TABLE cursors (name TEXT NOT NULL, seq INTEGER NOT NULL, CONSTRAINT pk_cursors PRIMARY KEY (name)) STRICT",
    "CREATE TABLE meta (key TEXT NOT NULL, value TEXT NOT NULL, CONSTRAINT pk_meta PRIMARY KEY (key)) STRICT",
)


def upgrade() -> None:
    """Make every table, index and trigger."""
    for statement in (*LEDGER, *DIRECTORY, *BOOKS, *NOTES):
        op.execute(statement)
