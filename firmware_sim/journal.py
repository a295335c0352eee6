"""What physically happened, in order: the truth that tests hold the ledger against.

Keys pressed stand here in clear text: this is the world's journal, not the controller's.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware_sim.facts import Fact
from firmware_sim.loop import Loop

Row = dict[str, Any]
KEPT = 20_000
"""Rows in memory; the file has all of them."""


@dataclass
class Journal:
    """Numbers facts from 1 on, writes each as a line of JSON at once, and keeps the latest for ``watch``."""

    path: Path
    utc: Callable[[], datetime] = lambda: datetime.now(UTC)
    seq: int = 0
    listeners: list[Callable[[Row], None]] = field(default_factory=list)
    """Called with each row, after it is written."""

    def __post_init__(self) -> None:
        self._rows: deque[Row] = deque(maxlen=KEPT)

    def open(self, _loop: Loop) -> None:
        """Begin the file anew: each run of the world has a journal of its own."""
        self._file = self.path.open("w", encoding="utf-8", buffering=1)

    def close(self) -> None:
        """Close the file; what was recorded is already in it."""
        self._file.close()

    def record(self, fact: Fact) -> None:
        """Write down one fact."""
        self.seq += 1
        utc = self.utc().isoformat(timespec="milliseconds")
        row = {"seq": self.seq, "monotonic_ns": fact.at, "utc": utc, "kind": fact.kind, **fact.fields}
        self._rows.append(row)
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        for listener in self.listeners:
            listener(row)

    def rows(self, from_seq: int, limit: int = KEPT) -> list[Row]:
        """Rows from this number on, as far as they are still in memory."""
        oldest = self.seq - len(self._rows) + 1
        start = max(from_seq - oldest, 0)
        return [self._rows[index] for index in range(start, min(len(self._rows), start + limit))]
