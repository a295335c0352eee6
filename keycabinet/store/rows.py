"""Rows of the ledger and the chain that links them: the exact form, from which a verifier can be written.

A row has thirteen columns. ``hash`` is the SHA-256, in 64 lower-case hex digits, of the UTF-8 bytes of one canonical
JSON object (the form: ``canonical.py``) with the other twelve as members named like the columns:

    seq           integer   1, 2, 3 ... without a gap
    id            string    opaque, 32 hex digits drawn at random
    type          string    e.g. ``ring.taken``
    visibility    string    ``open``, ``command`` or ``sealed``
    at            string    UTC, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``
    monotonic_ns  integer   nanoseconds on the clock of this boot that never jumps
    boot_id       string    which boot that clock belongs to
    clock_synced  integer   1 if ``at`` came from a synchronised clock, else 0
    subject       string    left out where the column is NULL
    actor         string    left out where the column is NULL
    body          string    the body *as text*, i.e. the stored canonical JSON escaped into a JSON string
    prev_hash     string    ``hash`` of the row before; 64 zeros in row 1

``subject`` is what the row is about: ``door`` for the types ``door.…``; else, for the first of these that the body has,
``ring:<ring>``, ``slot:<slot>``, ``person:<person>``, ``device:<device>``, ``reader:<reader>``; else NULL. An alarm
(types ``alarm.…``) has ``kind`` and ``subject`` in its body: ``ring:<subject>`` for overdue, missing, left_holding and
duplicate_tag, ``device:<subject>`` for reader_fault, ``person:<subject>`` for repeated_wrong_pin, pin_disabled and
duress, else ``slot:<n>`` for a subject ``slot-<n>``, else the subject as it is.

``actor`` is who did it, as an id of a person: the first of ``actor``, ``approver``, ``holder`` and ``returned_by`` that
the body has; else NULL. (Whose code was tried is not who tried it, and who a ring was booked to is not who brought it
back.)
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from keycabinet.domain.entries import AlarmKind, Entry, Visibility, visibility_of
from keycabinet.domain.moment import Moment, utc_from, utc_text
from keycabinet.store.canonical import Scalar, body_of, canonical_json, entry_from

GENESIS = "0" * 64
"""``prev_hash`` of the first row."""

_SUBJECTS = ("ring", "slot", "person", "device", "reader")
_ALARMS_ABOUT = {
    AlarmKind.OVERDUE.value: "ring",
    AlarmKind.MISSING.value: "ring",
    AlarmKind.LEFT_HOLDING.value: "ring",
    AlarmKind.DUPLICATE_TAG.value: "ring",
    AlarmKind.READER_FAULT.value: "device",
    AlarmKind.REPEATED_WRONG_PIN.value: "person",
    AlarmKind.PIN_DISABLED.value: "person",
    AlarmKind.DURESS.value: "person",
}
_ACTORS = ("actor", "approver", "holder", "returned_by")
_PEOPLE = ("person", "actor", "approver", "holder", "booked_holder", "returned_by")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger, every column of it. ``body`` is the text that was hashed."""

    seq: int
    id: str
    type: str
    visibility: Visibility
    at: datetime
    monotonic_ns: int
    boot_id: str
    clock_synced: bool
    subject: str | None
    actor: str | None
    body: str
    prev_hash: str
    hash: str

    @property
    def entry(self) -> Entry:
        """What the row says. Raises StoreError if this program does not know its type or a field."""
        return entry_from(self.type, self.body)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and where a transaction happens: the same for each of its rows."""

    moment: Moment
    boot_id: str
    clock_synced: bool


def chained(entries: Iterable[Entry], seq: int, prev_hash: str, stamp: Stamp) -> list[dict[str, Any]]:
    """The columns of these entries as rows that follow row ``seq``, whose hash is ``prev_hash``. Raises StoreError."""
    at = utc_text(stamp.moment.utc)
    monotonic_ns = stamp.moment.elapsed // timedelta(microseconds=1) * 1000
    rows = []
    for number, entry in enumerate(entries, start=seq + 1):
        body = body_of(entry)
        row: dict[str, Any] = {
            "seq": number,
            "id": secrets.token_hex(16),
            "type": entry.type,
            "visibility": visibility_of(entry).value,
            "at": at,
            "monotonic_ns": monotonic_ns,
            "boot_id": stamp.boot_id,
            "clock_synced": int(stamp.clock_synced),
            "subject": subject_of(entry.type, body),
            "actor": actor_of(body),
            "body": canonical_json(body),
            "prev_hash": prev_hash,
        }
        prev_hash = row["hash"] = hash_of(row)
        rows.append(row)
    return rows


def hash_of(columns: Mapping[str, Scalar | None]) -> str:
    """The hash of a row from its other twelve columns, as the head of this file describes."""
    present = {name: value for name, value in columns.items() if value is not None}
    return hashlib.sha256(canonical_json(present).encode()).hexdigest()


def row_from(columns: Mapping[str, Any]) -> Row:
    """The row with these stored columns. Raises ValueError for an instant or a visibility that was never written so."""
    return Row(
        **{
            **columns,
            "visibility": Visibility(columns["visibility"]),
            "at": utc_from(columns["at"]),
            "clock_synced": bool(columns["clock_synced"]),
        }
    )


def subject_of(type_name: str, body: Mapping[str, Scalar]) -> str | None:
    """What a row is about, by the rule in the head of this file."""
    if type_name.startswith("door."):
        return "door"
    if type_name.startswith("alarm."):
        return _alarm_subject(str(body["kind"]), str(body["subject"]))
    return next((f"{name}:{body[name]}" for name in _SUBJECTS if name in body), None)


def people_in(entry: Entry) -> frozenset[str]:
    """The ids of all people whom an entry names, in whatever part."""
    return frozenset(person for name in _PEOPLE if (person := getattr(entry, name, None)) is not None)


def actor_of(body: Mapping[str, Scalar]) -> str | None:
    """Who did what a row says, by the rule in the head of this file."""
    return next((str(body[name]) for name in _ACTORS if name in body), None)


def _alarm_subject(kind: str, subject: str) -> str:
    if kind in _ALARMS_ABOUT:
        return f"{_ALARMS_ABOUT[kind]}:{subject}"
    return subject.replace("slot-", "slot:", 1) if subject.startswith("slot-") else subject
