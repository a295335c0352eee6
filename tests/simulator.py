"""The simulator as a process beside a test: it stands below the drivers, and its journal is the truth to hold them to.

with Simulator(CABINET_TOML, rings=[(3, "013D2C1B0A000085", 3)]) as sim:
    sim.door("force")
    sim.pull(3, force=True)
    sim.wait_for("ring_pulled", slot=3)
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from firmware_sim.client import Client, NotRunning, Refused, Row
from tests.waiting import Late, wait_until

__all__ = ["Refused", "Row", "Simulator", "wait_until"]

START_S = 20.0


class Simulator:
    """A simulator process in a folder of its own, or in the given one; a context manager that leaves nothing running.

    ``cabinet`` is the text of cabinet.toml; ``rings`` the rows (number, tag, home slot or None) of rings.csv. With
    ``folder``, files that are there and not given here are used as they are.
    ``wait_for`` looks at what happened since the last act or the last found row, whichever is later.
    """

    def __init__(
        self,
        cabinet: str | None = None,
        rings: Iterable[tuple[int, str, int | None]] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._own = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="kc-sim-")) if folder is None else folder
        if cabinet is not None:
            (self.folder / "cabinet.toml").write_text(cabinet)
        if rings is not None:
            rows = "".join(f"{number},{tag},{'' if home is None else home}\n" for number, tag, home in rings)
            (self.folder / "rings.csv").write_text("number,tag,home_slot\n" + rows)
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None
        self._cursor = 0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ---- the process

    def start(self) -> None:
        """Start the process and wait until it answers."""
        rings = ["--rings", "rings.csv"] if (self.folder / "rings.csv").exists() else []
        command = [sys.executable, "-m", "firmware_sim.cli", "run", "--config", "cabinet.toml", *rings]
        with (self.folder / "sim.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        self._cursor = 0
        wait_until(self._answers, START_S, "the simulator's answer")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the simulator ended: {(self.folder / 'sim.log').read_text()}")
        try:
            self._client = Client(self.folder)
        except NotRunning:
            return False
        ours = bool(self.ask("status")["pid"] == self.pid)  # and not another one's in the same folder
        if not ours:
            self._client.close()
        return ours

    def stop(self) -> None:
        """End the process in order (SIGTERM)."""
        self._end("terminate")

    def kill(self) -> None:
        """End the process without a word (SIGKILL), as a pulled plug: sockets and links stay in the folder."""
        self._end("kill")

    def _end(self, how: str) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._process is None:
            return
        if how == "kill":
            self._process.kill()
        else:
            self._process.terminate()
        self._process.wait(10)
        self._process = None

    def close(self) -> None:
        """End the process, and remove the folder if it was made here."""
        try:
            self.stop()
        finally:
            if self._own:
                shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process id of the simulator."""
        assert self._process is not None
        return self._process.pid

    def path(self, name: str) -> str:
        """Path of a file in the folder, e.g. ``sim.path("ttyPANEL")`` or ``sim.path("pins.sock")``."""
        return str(self.folder / name)

    # ---- what a hand does; each raises Refused in words where the world does not allow it

    def press(self, keys: str, gap_ms: int = 60) -> None:
        """Type these keys at the panel; returns at once."""
        self._act("press", keys=keys, gap_ms=gap_ms)

    def pull(self, slot: int, *, force: bool = False) -> None:
        """Take the ring out of this slot."""
        self._act("pull", slot=slot, force=force)

    def push(self, slot: int) -> None:
        """Press a presented ring home."""
        self._act("push", slot=slot)

    def insert(self, slot: int, what: int | str | None = None) -> None:
        """Put a ring (number), a tag (16 hex digits), or the ring pulled last into this slot."""
        self._act("insert", slot=slot, what=None if what is None else str(what))

    def present(self, what: int | str, hold_ms: int = 800, reader: str | None = None) -> None:
        """Hold a ring (number) or a tag to the touch probe; returns at once."""
        self._act("present", what=str(what), hold_ms=hold_ms, reader=reader)

    def door(self, act: str) -> None:
        """``open``, ``close`` or ``force`` the door."""
        self._act("door", act=act)

    def panel_reset(self) -> None:
        """Interrupt the panel's power for a moment."""
        self._act("panel_reset")

    def fault(self, name: str, subject: int | str = "", *, on: bool = True) -> None:
        """Switch a fault on or off, e.g. ``fault("stuck_bolt", 3)``, ``fault("cut", "panel")``."""
        self._act("fault", name=name, subject=str(subject), on=on)

    def ask(self, command: str, **fields: object) -> Row:
        """Any command of the control socket."""
        assert self._client is not None, "the simulator does not run"
        return self._client.ask(command, **fields)

    def _act(self, command: str, **fields: object) -> None:
        self._cursor = max(self._cursor, self.ask(command, **fields)["since"])

    # ---- what is, and what happened

    def status(self) -> Row:
        """The state of the whole cabinet, as ``keycabinet-sim status --json`` shows it."""
        return self.ask("status")

    def slot(self, number: int) -> Row:
        """The state of one slot: ring, tag, place, bolt, coil, contact, lamp."""
        found: Row = next(slot for slot in self.status()["slots"] if slot["slot"] == number)
        return found

    def text(self) -> str:
        """What the display shows, lines joined by newlines, without trailing spaces."""
        return "\n".join(line.rstrip() for line in self.status()["panel"]["lines"]).strip()

    def journal(self, kind: str | None = None, since: int = 0, **fields: object) -> list[Row]:
        """What happened from row ``since`` on: all of it, or of this kind and with these fields."""
        rows = self.ask("journal", from_seq=since)["rows"]
        return [row for row in rows if kind is None or _matches(row, kind, fields)]

    def mark(self) -> int:
        """Forget for ``wait_for`` what happened until now; the number of the next row."""
        self._cursor = self.status()["seq"] + 1
        return self._cursor

    def wait_for(self, kind: str, *, within: float = 5.0, since: int | None = None, **fields: Any) -> Row:
        """The first row of this kind with these fields since the last act or found row, or from row ``since`` on."""
        start = self._cursor if since is None else since
        seen = []
        try:
            with Client(self.folder) as client:
                for row in client.watch(start, within):
                    seen.append(row)
                    if _matches(row, kind, fields):
                        self._cursor = max(self._cursor, row["seq"] + 1)
                        return row
        except TimeoutError:
            raise Late(_not_come(kind, fields, within, start, seen, self.journal(kind, **fields))) from None
        raise AssertionError("the watch ended")

    def wait_for_text(self, text: str, within: float = 5.0) -> None:
        """Wait until the display shows this text somewhere in a line."""
        wait_until(lambda: text in self.text(), within, f"the text {text!r}")


def _matches(row: Row, kind: str, fields: dict[str, Any]) -> bool:
    return row["kind"] == kind and all(row.get(name) == value for name, value in fields.items())


def _not_come(kind: str, fields: dict[str, Any], within: float, start: int, seen: list[Row], ever: list[Row]) -> str:
    earlier = [row["seq"] for row in ever if row["seq"] < start]
    hint = f"\n(it did happen earlier, rows {earlier}: pass since=)" if earlier else ""
    happened = "".join(f"\n  {row}" for row in seen[-40:]) or "\n  nothing"
    return f"{kind} {fields} did not come within {within} s; from row {start} on there was:{happened}{hint}"
