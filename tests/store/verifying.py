"""A verifier of the chain, written from the head of ``keycabinet/store/rows.py`` and from nothing else of the store."""

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

COLUMNS = (
    "seq", "id", "type", "visibility", "at", "monotonic_ns", "boot_id", "clock_synced", "subject", "actor", "body",
    "prev_hash", "hash",
)  # fmt: skip


def ledger_of(path: Path) -> list[dict[str, Any]]:
    """All columns of all rows, as they are stored."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM ledger ORDER BY seq").fetchall()
    finally:
        connection.close()
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def first_fault(rows: list[dict[str, Any]]) -> int | None:
    """The number of the first row that breaks the chain; None if it is whole."""
    prev_hash = "0" * 64
    for number, row in enumerate(rows, start=1):
        if row["seq"] != number or row["prev_hash"] != prev_hash or row["hash"] != _hash(row):
            return number
        prev_hash = row["hash"]
    return None


def _hash(row: dict[str, Any]) -> str:
    members = {name: value for name, value in row.items() if name != "hash" and value is not None}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
