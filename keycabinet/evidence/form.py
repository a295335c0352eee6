"""The form of a row: its columns, their types, and the one text that is hashed. See ``docs/evidence.md``."""

import re
from collections.abc import Mapping
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

GENESIS = "0" * 64
"""``prev_hash`` of row 1."""

VISIBILITIES = frozenset({"open", "command", "sealed"})
LARGEST = 2**63 - 1
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z").fullmatch
_ID = re.compile(r"[0-9a-f]{32}").fullmatch


class Unreadable(OSError):  # noqa: N818 - what the file is
    """Raised when there is nothing to verify: no file, not one of ours, or rows beside it that would be left out."""


class Row(NamedTuple):
    """The columns of a row as they were found. Only a row for which ``mistyped`` says nothing has these types."""

    seq: int
    id: str
    type: str
    visibility: str
    at: str
    monotonic_ns: int
    boot_id: str
    clock_synced: int
    subject: str | None
    actor: str | None
    body: str
    prev_hash: str
    hash: str


COLUMNS = Row._fields
_OPTIONAL = frozenset({"subject", "actor"})
_EXPECTED = {name: int if name in ("seq", "monotonic_ns", "clock_synced") else str for name in COLUMNS}
_TYPES = frozenset(
    tuple({"subject": subject, "actor": actor}.get(name, kind) for name, kind in _EXPECTED.items())
    for subject in (str, type(None))
    for actor in (str, type(None))
)


class Head(NamedTuple):
    """The last row: its number and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """The head that is written ``SEQ:HASH``. Raises ValueError."""
        if not re.fullmatch("(0|[1-9][0-9]{0,18}):[0-9A-Fa-f]{64}", text):
            raise ValueError(f"a head is written SEQ:HASH, the hash in 64 hexadecimal digits; this is not: {text}")
        seq, _, digits = text.partition(":")
        if seq == "0" and digits != GENESIS:
            raise ValueError("the head of an empty ledger is 0 and 64 zeros")
        return cls(int(seq), digits.lower())


def canonical(members: Mapping[str, str | int]) -> str:
    """One JSON object in the canonical form."""
    told = [
        f"{quoted(name)}:{quoted(value) if isinstance(value, str) else value}"
        for name, value in sorted(members.items())
    ]
    return f"{{{','.join(told)}}}"


def hashed_text(row: Row) -> str:
    """What is hashed: the row as canonical JSON, without its hash and without what is NULL."""
    front, back = _halves(row)
    return front + back


def line_of(row: Row) -> str:
    """The line of an export: the same with ``hash`` in its place."""
    front, back = _halves(row)
    return f'{front}"hash":{quoted(row.hash)},{back}'


def _halves(row: Row) -> tuple[str, str]:
    """What stands before and behind ``hash``. Written out, because every row comes here."""
    actor = "" if row.actor is None else f'"actor":{quoted(row.actor)},'
    subject = "" if row.subject is None else f'"subject":{quoted(row.subject)},'
    front = (
        f'{{{actor}"at":{quoted(row.at)},"body":{quoted(row.body)},"boot_id":{quoted(row.boot_id)},'
        f'"clock_synced":{row.clock_synced},'
    )
    back = (
        f'"id":{quoted(row.id)},"monotonic_ns":{row.monotonic_ns},"prev_hash":{quoted(row.prev_hash)},'
        f'"seq":{row.seq},{subject}"type":{quoted(row.type)},"visibility":{quoted(row.visibility)}}}'
    )
    return front, back


def mistyped(row: Row) -> str | None:
    """Which column has another type than the form says."""
    if tuple(map(type, row)) in _TYPES:
        return None
    for name, kind in _EXPECTED.items():
        value = getattr(row, name)
        if type(value) is not kind and not (value is None and name in _OPTIONAL):
            return f"{name} is {type(value).__name__}, not {kind.__name__}"
    return None


def misshapen(row: Row) -> str | None:
    """Which column holds what is never written there."""
    fits = {
        "seq": 0 < row.seq <= LARGEST,
        "id": _ID(row.id),
        "type": row.type,
        "visibility": row.visibility in VISIBILITIES,
        "at": _AT(row.at) and _is_instant(row.at),
        "monotonic_ns": 0 <= row.monotonic_ns <= LARGEST,
        "boot_id": row.boot_id,
        "clock_synced": row.clock_synced in (0, 1),
    }
    if all(fits.values()):
        return None
    name = next(name for name, value in fits.items() if not value)
    return f"its {name} is {str(getattr(row, name))[:80]!r}, which is never written so"


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
