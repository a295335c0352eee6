"""The tables. Instants are TEXT as ``utc_text`` writes them, flags are 0 or 1, digests of PINs are BLOBs.

Triggers (the ledger is append-only, gap-free and linked) are made by the migrations: see ``migrations/versions``.
"""

from sqlalchemy import (
    BLOB,
    TEXT,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.schema import SchemaItem

REVISION = "0005"
"""The migration that this code needs; compared with the file when a store is opened."""

metadata = MetaData(
    naming_convention={
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: SchemaItem, rowid: bool = True) -> Table:
    return Table(name, metadata, *items, sqlite_strict=True, sqlite_with_rowid=rowid, implicit_returning=False)


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, TEXT, nullable=null, primary_key=key)


def _integer(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=null)


def _flag(name: str) -> tuple[Column[int], CheckConstraint]:
    return Column(name, Integer, nullable=False), CheckConstraint(f"{name} IN (0, 1)", name=name)


def _refers(name: str, to: str, *, null: bool = False, key: bool = False, owned: bool = False) -> Column[str]:
    """A reference that is checked at commit, so that a row may be replaced by deleting and inserting it."""
    target = ForeignKey(to, deferrable=True, initially="DEFERRED", ondelete="CASCADE" if owned else None)
    return Column(name, TEXT, target, nullable=null, primary_key=key)


ledger = _table(
    "ledger",
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("id"),
    _text("type"),
    _text("visibility"),
    _text("at"),
    _integer("monotonic_ns"),
    _text("boot_id"),
    *_flag("clock_synced"),
    _text("subject", null=True),
    _text("actor", null=True),
    _text("body"),
    _text("prev_hash"),
    _text("hash"),
    UniqueConstraint("id"),
)
Index("ledger_type", ledger.c.type)
Index("ledger_subject", ledger.c.subject)
IS_SEALED = ledger.c.visibility == literal_column("'sealed'")
"""A constant, because a parameter could be anything and the index would not be used."""
Index("ledger_sealed", ledger.c.seq, sqlite_where=IS_SEALED)

appearances = _table(
    "appearances",
    _text("person", key=True),
    Column("seq", Integer, ForeignKey("ledger.seq"), primary_key=True),
    rowid=False,
)
"""Index: the rows of the ledger that name a person, in whatever part. (A generated column would need JSON functions,
which SQLite 3.40 holds for unsafe in a schema that is not trusted.)"""

people = _table(
    "people",
    _text("id", key=True),
    _text("code", null=True),
    _text("name"),
    _text("salt"),
    _text("person_class"),
    _text("role"),
    _text("valid_from", null=True),
    _text("valid_until", null=True),
    *_flag("suspended"),
    _text("badge", null=True),
    UniqueConstraint("code"),
)
"""``code`` is NULL for a person who was blanked. ``badge`` is the tag of a badge."""
Index("people_badge", people.c.badge, unique=True)

person_groups = _table(
    "person_groups",
    _refers("person_id", "people.id", key=True, owned=True),
    _text("name", key=True),
    rowid=False,
)

rings = _table(
    "rings",
    _text("id", key=True),
    _text("number"),
    _text("name"),
    _text("category"),
    _text("tag", null=True),
    _integer("home_slot"),
    _integer("due_after_us", null=True),
    _text("due_at", null=True),
    _integer("key_count"),
    _text("seal"),
    _integer("approvers"),
    UniqueConstraint("number"),
    UniqueConstraint("tag"),
    UniqueConstraint("home_slot"),
    CheckConstraint("due_after_us IS NULL OR due_at IS NULL", name="one_due_rule"),
    CheckConstraint("approvers IN (0, 1, 2)", name="approvers"),
)
"""``tag`` is NULL until it is known.

``due_after_us`` is a duration in microseconds, ``due_at`` a local time of day; neither: never due.
"""

ring_groups = _table(
    "ring_groups",
    _refers("ring_id", "rings.id", key=True, owned=True),
    _text("name", key=True),
    rowid=False,
)

ring_approvers = _table(
    "ring_approvers",
    _refers("ring_id", "rings.id", key=True, owned=True),
    _text("kind", key=True),
    _text("name", key=True),
    CheckConstraint("kind IN ('group', 'role')", name="kind"),
    rowid=False,
)
"""Who may approve the release of a ring that needs others."""

rights = _table("rights", _text("people", key=True), _text("rings", key=True), _text("schedule", key=True), rowid=False)
"""``schedule`` is a name, or empty: always."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
schedules = _table(
    "schedules", _text("name", key=True), *(_text(weekday) for weekday in WEEKDAYS), _text("on_holiday"), rowid=False
)
"""Each day as ``day_text`` writes it."""

holidays = _table("holidays", _text("day", key=True), _text("name"), rowid=False)

limits = _table(
    "limits",
    _text("applies_to", key=True),
    _text("who", key=True),
    _integer("rings"),
    CheckConstraint("applies_to IN ('person', 'class', 'group')", name="applies_to"),
    CheckConstraint("rings >= 0", name="rings"),
    rowid=False,
)

pairs = _table(
    "pairs",
    _refers("first", "rings.id", key=True),
    _refers("second", "rings.id", key=True),
    CheckConstraint("first < second", name="order"),
    rowid=False,
)

credentials = _table(
    "credentials",
    _refers("person_id", "people.id", key=True),
    Column("salt", BLOB, nullable=False),
    Column("digest", BLOB, nullable=False),
    Column("duress_digest", BLOB, nullable=False),
    _integer("memory_kib"),
    _integer("passes"),
    _integer("lanes"),
    *_flag("disabled"),
    _text("issued_at", null=True),
    _text("expires_at", null=True),
    Column("must_change", Integer, nullable=False, server_default="0"),
    CheckConstraint("must_change IN (0, 1)", name="must_change"),
)
"""Outside the ledger and what can be rebuilt from it. Without a duress PIN, ``duress_digest`` is random."""

attempts = _table("attempts", _refers("person_id", "people.id", key=True), _integer("failures"))
"""Wrong PINs in a row, for people who have any: outside ledger and rebuild, as the next one."""

keypad = _table(
    "keypad",
    _text("name", key=True),
    _text("failures"),
    _text("paused_until", null=True),
    _integer("pause_s", null=True),
    CheckConstraint("(paused_until IS NULL) = (pause_s IS NULL)", name="pause"),
)
"""``failures`` are the instants of wrong PINs since the last pause, with spaces between them."""

custody = _table(
    "custody",
    _refers("ring_id", "rings.id", key=True),
    _text("state"),
    _integer("slot", null=True),
    _text("since"),
    _text("evidence", null=True),
    _refers("holder", "people.id", null=True),
    _text("due", null=True),
    CheckConstraint("state IN ('in', 'out', 'missing', 'aside', 'unverified')", name="state"),
    CheckConstraint("(state = 'out') = (holder IS NOT NULL)", name="holder"),
    CheckConstraint("(state = 'unverified') = (slot IS NULL)", name="slot"),
)
Index("custody_holder", custody.c.holder)

open_releases = _table(
    "open_releases",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    _text("id"),
    _refers("holder", "people.id"),
    _refers("ring_id", "rings.id"),
    _text("due", null=True),
)
Index("open_releases_holder", open_releases.c.holder)
Index("open_releases_ring_id", open_releases.c.ring_id)

alarms = _table(
    "alarms",
    _text("kind", key=True),
    _text("subject", key=True),
    _text("raised_at"),
    Column("level", Integer, nullable=False, server_default="1"),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("escalations", Integer, nullable=False, server_default="0"),
    _text("delivered_at", null=True),
    _text("acknowledged_by", null=True),
    _text("acknowledged_at", null=True),
    Column("silenced", Integer, nullable=False, server_default="0"),
    CheckConstraint("(acknowledged_by IS NULL) = (acknowledged_at IS NULL)", name="acknowledged"),
    CheckConstraint("silenced IN (0, 1)", name="silenced"),
)

modes = _table("modes", _text("name", key=True), _text("since"), _refers("actor", "people.id"))
"""What the cabinet is in until it is ended: ``commissioning``, or nothing."""

slots_out_of_service = _table(
    "slots_out_of_service",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    _text("since"),
    _text("why"),
)

cursors = _table("cursors", _text("name", key=True), _integer("seq"))

meta = _table("meta", _text("key", key=True), _text("value"))
HASH_COST = "hash_cost"
"""The key under which ``meta`` has the cost of one hash; a store without it was made with the floor."""
