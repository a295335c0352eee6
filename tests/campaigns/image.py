"""The store as somebody finds it who knows only its file: rows, books, and whether the chain is whole."""

import json
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.store.verifying import COLUMNS, first_fault


@dataclass(frozen=True)
class Image:
    """What the file holds."""

    rows: list[dict[str, Any]]
    """As stored, with the body as it was hashed; ``said`` is the same parsed."""
    cursor: int
    codes: dict[str, str]
    """Person -> user code."""
    numbers: dict[str, str]
    """Ring -> number."""
    faults: list[str]
    """What is wrong with the file itself."""

    def last(self, kind: str, after: int = 0) -> dict[str, Any] | None:
        """The newest row of this type that is newer than row ``after``."""
        return next((row for row in reversed(self.rows) if row["type"] == kind and row["seq"] > after), None)


def image_of_the_living(path: Path) -> Image:
    """Read beside a running core."""
    return _read(f"{path.as_uri()}?mode=ro", check=False)


def image_of_the_dead(path: Path) -> Image:
    """Read from a copy: whoever opens a WAL file recovers it, and that is the next core's business."""
    with tempfile.TemporaryDirectory(prefix="kc-image-") as folder:
        for suffix in ("", "-wal"):
            if (file := path.with_name(path.name + suffix)).exists():
                shutil.copy(file, folder)
        return _read((Path(folder) / path.name).as_uri(), check=True)


def _read(uri: str, *, check: bool) -> Image:
    connection = sqlite3.connect(uri, uri=True)
    try:
        found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM ledger ORDER BY seq").fetchall()
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in found]
        broken = [f"row {fault} breaks the chain" for fault in [first_fault(rows)] if fault is not None]
        if check:
            checked = [text for (text,) in connection.execute("PRAGMA integrity_check")]
            broken += [f"integrity_check: {text}" for text in checked if text != "ok"]
        cursors = dict(connection.execute("SELECT name, seq FROM cursors").fetchall())
        codes = dict(connection.execute("SELECT id, code FROM people").fetchall())
        numbers = dict(connection.execute("SELECT id, number FROM rings").fetchall())
    finally:
        connection.close()
    for row in rows:
        row["said"] = json.loads(row["body"])
    return Image(rows, cursors.get("mqtt", 0), codes, numbers, broken)
