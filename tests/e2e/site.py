"""A whole site in a folder: simulator, core and publisher as processes, beside a real broker, with people and rings."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

from firmware_sim.ledger_client import CoreSilent, ask, read_ledger
from tests.simulator import Simulator, wait_until

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "firmware_sim" / "sample"
CABINET = (ROOT / "config" / "cabinet-a.toml").read_text()
NOWHERE = 1
"""A port without a broker: nobody publishes at this site, and it is no fault."""
KEYCABINET = [str(Path(sys.executable).parent / "keycabinet"), "-c", "cabinet.toml"]
PEOPLE = """code,name,class,role,groups,valid_from,valid_until,suspended
1042,"Ruiz, Dana",merit,staff,officers,,,
1077,"Brandt, Kim",merit,staff,officers,,,
2001,"Cole, Ira",volunteer,staff,,,,
"""
RIGHTS = "people_group,ring_group\nofficers,unit\n"


class Site:
    """A context manager that leaves neither process nor folder."""

    def __init__(self, broker_port: int = NOWHERE, due: str = "8h", **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kc-site-"))
        text = CABINET.replace("port = 1883", f"port = {broker_port}").replace("reserve_mib = 8", "reserve_mib = 4")
        if broker_port == NOWHERE:
            text = text.replace("late_s = 60", "late_s = 86400")
        for old, new in settings.items():
            text = text.replace(f"{old} = ", f"{old} = {new} # ")
        (self.folder / "cabinet.toml").write_text(text)
        self.write_rings(due)
        (self.folder / "people.csv").write_text(PEOPLE)
        (self.folder / "rights.csv").write_text(RIGHTS)
        self.simulator = Simulator(folder=self.folder)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.pins: dict[str, str] = {}

    def write_rings(self, due: str) -> None:
        """The rings of the sample, 1-7; 1-5 are unit rings that are due after so long, and nobody may take the rest."""
        lines = (SAMPLE / "rings.csv").read_text().splitlines()
        header = lines[0].split(",")
        rows = ["number,name,category,tag,home_slot,groups,due,keys,seal"]
        for line in lines[1:]:
            cells = dict(zip(header, line.split(","), strict=True))
            group = "unit" if int(cells["number"]) <= 5 else "medical"
            number = cells["number"]
            rows.append(f"{number},Ring {number},security,{cells['tag']},{cells['home_slot']},{group},{due},3,")
        (self.folder / "rings.csv").write_text("\n".join(rows) + "\n")

    def __enter__(self) -> Self:
        try:
            return self.open()
        except BaseException:
            self.close()
            raise

    def open(self) -> Self:
        self.simulator.start()
        answer = self.command("init", "--demo", "--json", "--code", "1000", "--name", "Okafor, Robin")
        self.pins[answer["code"]] = answer["pin"]
        self.start_core()
        files = [f"--{name}={name}.csv" for name in ("people", "rings", "rights")]
        self.import_people(*files)
        return self

    def import_people(self, *files: str) -> None:
        """Import these files, and give everybody a PIN who has none."""
        stdin = f"1000\n{self.pins['1000']}\n"
        self.command("import", *files, "--json", "--credentials-stdin", stdin=stdin)
        done = self.run("pin", "issue", "--missing", "--json", "--credentials-stdin", stdin=stdin)
        assert done.returncode == 0, done.stderr + self.logs()
        self.pins |= {each["code"]: each["pin"] for each in map(json.loads, done.stdout.splitlines())}

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        for name in list(self.running)[::-1]:
            self.end(name)
        self.simulator.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- processes

    def start(self, name: str) -> None:
        """Start ``keycabinet core`` or ``keycabinet mqtt``."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen([*KEYCABINET, name], cwd=self.folder, stdout=log, stderr=log)

    def start_core(self) -> None:
        """Start the core and wait until it is ready."""
        self.start("core")
        wait_until(self._is_ready, 20, f"the core:\n{(self.folder / 'core.log').read_text()}")

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """End a process and say how it ended."""
        process = self.running.pop(name)
        process.send_signal(how)
        return process.wait(10)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def _is_ready(self) -> bool:
        assert self.running["core"].poll() is None, self.log("core")
        try:
            return bool(ask(self.folder, "status")["ready"])
        except CoreSilent:
            return False

    # ---- the command line

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "COLUMNS": "200"}
        return subprocess.run(
            [*KEYCABINET, *words], cwd=self.folder, input=stdin, capture_output=True, text=True, check=False,
            env=environment, timeout=60,
        )  # fmt: skip

    def command(self, *words: str, stdin: str = ""):
        """The JSON answer of a command."""
        done = self.run(*words, stdin=stdin)
        assert done.returncode == 0, done.stderr + self.logs()
        return json.loads(done.stdout)

    def logs(self) -> str:
        return "".join(f"\n--- {file.name}\n{file.read_text()}" for file in self.folder.glob("*.log"))

    # ---- people, and what is told of them

    def log_in(self, code: str) -> None:
        """Type the code and the PIN, and wait for the question after the slot."""
        self.simulator.press(f"{code}#{self.pins[code]}#")
        self.simulator.wait_for_text("WHICH SLOT?")

    def take(self, slot: int) -> None:
        """In a session: open the slot and pull its ring."""
        self.simulator.press(f"{slot}#")
        self.simulator.wait_for("bolt_drawn", slot=slot)
        if self.simulator.status()["door"] != "open":
            self.simulator.door("open")
        self.simulator.pull(slot)
        self.simulator.wait_for_text(f"SLOT {slot} TAKEN")

    def ledger(self, kind: str | None = None) -> list[dict]:
        """The rows of the ledger, or those of one type."""
        return [row for row in read_ledger(self.folder, 1) if kind is None or row["type"] == kind]

    def wait_for_row(self, row_type: str, within: float = 5.0, **body: object) -> dict:
        """Wait for a row of this type with these words in its body."""
        found: list[dict] = []

        def there() -> bool:
            found[:] = [row for row in self.ledger(row_type) if body.items() <= row["body"].items()]
            return bool(found)

        wait_until(there, within, f"{row_type} {body} in the ledger")
        return found[-1]
