"""What a verification found, in words and as JSON."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keycabinet.evidence.chain import Verdict, verify
from keycabinet.evidence.form import Head
from keycabinet.evidence.sources import Source, opened


@dataclass(frozen=True, slots=True)
class Report:
    """A verdict on a file, with what was asked and how long it took."""

    path: Path
    source: Source
    expected: Head | None
    verdict: Verdict
    seconds: float

    @property
    def rows_per_s(self) -> int:
        """How fast."""
        return round(self.verdict.rows / self.seconds) if self.seconds > 0 else 0

    def lines(self) -> Iterator[str]:
        """In words, the most important last."""
        if self.source.kind == "export":
            yield "an export of cabinet {cabinet}, store {store}, made at {exported_at} (it says so itself)".format(
                **self.source.header
            )
        verdict = self.verdict
        yield from map(str, verdict.faults)
        if verdict.count > len(verdict.faults):
            yield f"and {verdict.count - len(verdict.faults)} more"
        yield f"{verdict.rows} rows, {self.rows_per_s} rows/s, head {verdict.head}"
        if self.expected is None:
            yield "no head was given: whether rows are missing at the end, or all were written anew, nobody can say"
        yield f"{self.path}: NOT WHOLE, faults: {verdict.count}" if verdict.count else f"{self.path}: whole"

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        verdict = self.verdict
        return {
            "ok": not verdict.count,
            "file": str(self.path),
            "kind": self.source.kind,
            "header": dict(self.source.header),
            "rows": verdict.rows,
            "head": verdict.head._asdict(),
            "expected": self.expected and self.expected._asdict(),
            "faults": [asdict(fault) for fault in verdict.faults],
            "fault_count": verdict.count,
            "rows_per_s": self.rows_per_s,
        }


def examined(path: Path, expected: Head | None, passed: Callable[[int, int], None] = lambda *_: None) -> Report:
    """Verify this file; ``passed`` hears now and then how many rows of how many are done. Raises Unreadable."""
    with opened(path) as source:
        before = time.monotonic()
        verdict = verify(source.found, expected, source.claimed, passed=lambda rows: passed(rows, source.size))
        return Report(path, source, expected, verdict, time.monotonic() - before)
