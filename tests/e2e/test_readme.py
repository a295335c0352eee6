"""The first walk of the README, word for word, beside a demonstration."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from firmware_sim.client import Client, Row
from tests.e2e.test_demo import UP_WITHIN_S, a_demo
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
AFTERWARDS = {
    "press 1003": "WHICH SLOT?",
    "press 3#": "SLOT 3 IS OPEN",
    "pull 3": "SLOT 3 TAKEN",
    "present 3": "RETURN TO SLOT 3",
    "insert 3": "SLOT 3 RETURNED",
}
"""What the display shows before a person goes on."""


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    lines = [line.split(" # ")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("export ")]


def test_the_first_walk_of_the_readme_is_true(tmp_path):
    with a_demo(tmp_path) as demo:
        folder = tmp_path / "run"
        wait_until(lambda: demo.poll() is not None or "Ctrl-C" in (tmp_path / "card").read_text(), UP_WITHIN_S, "it")
        pin = json.loads((folder / "card.json").read_text())["people"]["Okafor"]["pin"]
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "KEYCABINET_CONFIG": str(folder / "cabinet.toml"),
            "KEYCABINET_SIM_DIR": str(folder),
        }
        said = {}
        for command in commands():
            if command.endswith("door open"):
                wait_until(lambda: status(folder)["door"] == "unlatched", 10, "the door's latch")
            words = command.replace("123456", pin).split()
            done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (command, done.stderr)
            said[command] = done.stdout
            for start, text in AFTERWARDS.items():
                if start in command:
                    wait_until(lambda text=text: text in display(folder), 5, f"{text!r} after {command!r}")

    assert len(said) >= 10
    assert "Teresa Okafor" in said["keycabinet status"]
    assert "took ring 3" in said["keycabinet ledger show"]


def display(folder: Path) -> str:
    return "\n".join(status(folder)["panel"]["lines"])


def status(folder: Path) -> Row:
    with Client(folder) as client:
        return client.ask("status")
