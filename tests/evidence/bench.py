"""How fast the verifier is, on 200,000 rows as a cabinet writes them: ``python -m tests.evidence.bench``."""

import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from keycabinet.evidence.report import examined
from tests.evidence.ledgers import an_original, head_of, rehashed, write_export, write_store

ROWS = 200_000


def measure_verify() -> int:
    """Rows a second, of a store or of an export, whichever is slower."""
    return min(speeds().values())


def speeds(rows: int = ROWS) -> dict[str, int]:
    """Rows a second of each form, with the head given. Raises RuntimeError if the verifier finds a fault."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = an_original(folder)
        some = islice(cycle(original.rows), rows)
        many = rehashed(
            {**row, "id": f"{place:032x}", "boot_id": f"{row['boot_id']}-{place // len(original.rows)}"}
            for place, row in enumerate(some)
        )
        head = head_of(many)
        files = {
            "store": write_store(folder / "many.db", many, original.store),
            "export": write_export(folder / "many.jsonl", many),
        }
        reports = {what: examined(file, head) for what, file in files.items()}
    if any(report.verdict.count for report in reports.values()):
        raise RuntimeError("the verifier refuses a good ledger")
    return {what: report.rows_per_s for what, report in reports.items()}


if __name__ == "__main__":
    sys.stdout.write("".join(f"{what}: {speed} rows/s\n" for what, speed in speeds().items()))
