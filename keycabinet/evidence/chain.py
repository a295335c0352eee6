"""Is the chain whole? One law a function; ``verify`` holds every row against all of them."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from keycabinet.evidence.form import GENESIS, Head, Row, canonical, hashed_text, misshapen, mistyped

_decoder = json.JSONDecoder()

TOLD = 100
"""So many faults are told one by one, the rest counted."""

Found = tuple[Row | None, str | None]
"""A row, or None where none could be read; and what is wrong with the way in which it is written, or None."""


@dataclass(slots=True)
class Past:
    """What the laws need to know of the rows before."""

    seq: int = 0
    hash: str = GENESIS
    ids: set[str] = field(default_factory=set)
    clocks: dict[str, int] = field(default_factory=dict)
    """Boot -> its monotonic clock."""


Law = Callable[[Row, Past], str | None]
"""Says what is wrong with a row, or None."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: with the row that states this ``seq``, or with what stands behind the first ``rows`` rows."""

    seq: int | None
    rows: int
    told: str

    def __str__(self) -> str:
        """In words."""
        return f"behind the first {self.rows} rows: {self.told}" if self.seq is None else f"row {self.seq}: {self.told}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. ``head`` is the last row that could be read; ``faults`` are the first ones of ``count``."""

    rows: int
    head: Head
    faults: tuple[Fault, ...]
    count: int


def numbered(row: Row, past: Past) -> str | None:
    """Rows count 1, 2, 3 ... in the order of the file."""
    if row.seq == past.seq + 1:
        return None
    if row.seq <= past.seq:
        return f"it stands behind row {past.seq}: rows are doubled or in another order"
    gap = f"row {past.seq + 1} is" if row.seq == past.seq + 2 else f"rows {past.seq + 1} to {row.seq - 1} are"
    return f"it stands behind row {past.seq}: {gap} missing"


def linked(row: Row, past: Past) -> str | None:
    """Every row names the hash of the row before."""
    if row.prev_hash == past.hash:
        return None
    return "its prev_hash is not the hash of the row before: one of the two is not the row that was written"


def hashed(row: Row, _: Past) -> str | None:
    """The hash of a row is that of its columns."""
    try:
        found = sha256(hashed_text(row).encode()).hexdigest()
    except UnicodeEncodeError:
        return "it holds text that is not UTF-8"
    return None if row.hash == found else "its hash is not that of its columns: the row was changed"


def shaped(row: Row, _: Past) -> str | None:
    """Columns hold what the form says."""
    return misshapen(row)


def embodied(row: Row, _: Past) -> str | None:
    """The body is canonical JSON of strings and integers."""
    try:
        body, _end = _decoder.raw_decode(row.body)
    except (ValueError, RecursionError):
        return "its body is not JSON"
    if type(body) is not dict or not {str, int}.issuperset(map(type, body.values())):
        return "its body is not an object of strings and integers"
    return None if canonical(body) == row.body else "its body is not in the canonical form"


def single(row: Row, past: Past) -> str | None:
    """No two rows have the same id."""
    if row.id in past.ids:
        return "its id is that of an earlier row"
    past.ids.add(row.id)
    return None


def steady(row: Row, past: Past) -> str | None:
    """The monotonic clock of a boot never goes back."""
    before = past.clocks.get(row.boot_id, 0)
    past.clocks[row.boot_id] = max(before, row.monotonic_ns)
    return None if row.monotonic_ns >= before else "the monotonic clock of its boot_id went back"


LAWS: tuple[Law, ...] = (numbered, linked, hashed, shaped, embodied, single, steady)


def verify(
    found: Iterable[Found],
    expected: Head | None = None,
    claimed: Head | None = None,
    laws: tuple[Law, ...] = LAWS,
    passed: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Hold every row against the laws, and the end against a head that was witnessed or that the file itself claims.

    ``passed`` hears now and then how many rows are done.
    """
    past, faults, count, rows = Past(), list[Fault](), 0, 0
    witnessed: bool | None = None
    for row, written in found:
        for told in _faults_of(row, written, past, laws):
            count += 1
            if count <= TOLD:
                faults.append(Fault(None if row is None else past.seq, rows, told))
        if row is not None:
            rows += 1
            if expected is not None and row.seq == expected.seq:
                witnessed = witnessed is not False and row.hash == expected.hash
            if not rows % 4096:
                passed(rows)
    ends = [*_against_witness(past, expected, witnessed=witnessed), *_against_claim(past, claimed)]
    faults += [Fault(None, rows, told) for told in ends]
    return Verdict(rows, Head(past.seq, past.hash), tuple(faults), count + len(ends))


def _faults_of(row: Row | None, written: str | None, past: Past, laws: tuple[Law, ...]) -> list[str]:
    """What is wrong with a row, which is the past from then on."""
    told = [] if written is None else [written]
    if row is None:
        return told
    if wrong := mistyped(row):
        past.seq = row.seq if type(row.seq) is int else past.seq + 1
        past.hash = row.hash if type(row.hash) is str else past.hash
        return [*told, wrong]
    for law in laws:
        if wrong := law(row, past):
            told.append(wrong)
    past.seq, past.hash = row.seq, row.hash
    return told


def _against_witness(past: Past, expected: Head | None, *, witnessed: bool | None) -> list[str]:
    if expected is None or expected.seq == 0 or witnessed:
        return []
    if witnessed is False:
        return [f"row {expected.seq} is not the one that was witnessed: a fork, rewritten in this row or before it"]
    end = f"the file ends at row {past.seq}, the witnessed head is row {expected.seq}"
    return [f"{end}: rows are missing, it was cut off or rolled back to an older copy"]


def _against_claim(past: Past, claimed: Head | None) -> list[str]:
    if claimed is None or (past.seq, past.hash) == claimed:
        return []
    if past.seq == claimed.seq:
        return [f"the header names another row {claimed.seq} than the one at which the file ends"]
    return [f"the file ends at row {past.seq}, its header says row {claimed.seq}"]
