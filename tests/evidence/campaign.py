"""Tampers at random and counts what the verifier finds: ``python -m tests.evidence.campaign [EDITS [SEED]]``."""

import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from keycabinet.evidence.chain import LAWS, Law
from keycabinet.evidence.form import Unreadable
from tests.evidence.edits import ROW_EDITS, cut_bytes_off, flip_a_bit, flip_a_bit_of
from tests.evidence.ledgers import Original, Rows, an_original, verdict_on, write_export, write_store
from tests.store.verifying import COLUMNS, ledger_of

FOUND, REFUSED, MISSED, NOT_THE_LEDGER = "found", "refused", "MISSED", "rows untouched"
BYTES = ("flip a bit", "flip a bit", "flip a bit of a row", "flip a bit of a row", "cut bytes off", "older copy")


class Campaign:
    """Tampers with copies of one ledger in a folder. ``told`` counts (kind of file, kind of edit, what came of it)."""

    def __init__(self, folder: Path, random: Random, laws: tuple[Law, ...] = LAWS) -> None:
        self.told = Counter[tuple[str, str, str]]()
        self._original: Original = an_original(folder)
        self._raw = {path: path.read_bytes() for path in (self._original.store, self._original.export)}
        self._edited, self._random, self._laws = folder / "edited", random, laws

    def run(self, edits: int) -> None:
        """Make so many edits that touch the ledger, half of them in stores and half in exports."""
        while self.edits < edits:
            kind = self._random.choice([*ROW_EDITS, *BYTES])
            for what in ("store", "export"):
                self._edit(what, kind)
                self.told[what, kind.replace("_", " "), self._outcome(what)] += 1

    @property
    def edits(self) -> int:
        """So many touched the ledger."""
        return sum(count for (_, _, outcome), count in self.told.items() if outcome != NOT_THE_LEDGER)

    def missed(self) -> set[str]:
        """The kinds of edits that were not found."""
        return {kind for _, kind, outcome in self.told if outcome == MISSED}

    def lines(self) -> list[str]:
        """The counts by kind."""
        return [f"{what:7}{kind:28}{outcome:15}{count:6}" for (what, kind, outcome), count in sorted(self.told.items())]

    def _edit(self, what: str, kind: str) -> None:
        for beside in ("-wal", "-shm"):
            Path(f"{self._edited}{beside}").unlink(missing_ok=True)
        original = self._original
        path = original.store if what == "store" else original.export
        if kind == "flip a bit":
            self._edited.write_bytes(flip_a_bit(self._random, self._raw[path]))
        elif kind == "flip a bit of a row":
            row = self._random.choice(original.rows)
            self._edited.write_bytes(flip_a_bit_of(self._random, self._raw[path], row))
        elif kind == "cut bytes off":
            self._edited.write_bytes(cut_bytes_off(self._random, self._raw[path]))
        elif kind == "older copy":
            old = original.old_store if what == "store" else original.old_export
            self._edited.write_bytes(old.read_bytes())
        else:
            self._write(what, ROW_EDITS[kind](self._random, original.rows))

    def _write(self, what: str, rows: Rows) -> None:
        if what == "export":
            write_export(self._edited, rows)
            return
        numbers, ids = [row["seq"] for row in rows], [row["id"] for row in rows]
        if numbers != sorted(set(numbers)):  # a table has one row of each number: they count as they lie
            rows = [{**row, "seq": place} for place, row in enumerate(rows, start=1)]
        if len(set(ids)) < len(ids):
            rows = [{**row, "id": f"{place:032x}"} for place, row in enumerate(rows, start=1)]
        write_store(self._edited, rows, self._original.store)

    def _outcome(self, what: str) -> str:
        try:
            if verdict_on(self._edited, self._original.head, self._laws).count:
                return FOUND
        except Unreadable:
            return REFUSED
        return NOT_THE_LEDGER if what == "store" and self._is_untouched() else MISSED

    def _is_untouched(self) -> bool:
        """Whether the edit was somewhere else in the file: read by another program, every row is as it was."""
        with closing(sqlite3.connect(f"{self._edited.as_uri()}?mode=ro", uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM ledger NOT INDEXED").fetchone()
        rows = ledger_of(self._edited)
        return count == len(rows) and [tuple(row[name] for name in COLUMNS) for row in rows] == [
            tuple(row[name] for name in COLUMNS) for row in self._original.rows
        ]


def main(edits: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), Random(seed))
        campaign.run(edits)
    sys.stdout.write("\n".join([*campaign.lines(), f"{campaign.edits} edits, seed {seed}", ""]))
    return 1 if campaign.missed() else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in (*sys.argv[1:], *("2000", "1")[len(sys.argv) - 1 :]))))
