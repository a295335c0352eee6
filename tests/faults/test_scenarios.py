"""The scenarios that come with the simulator, played against the cabinet of ``make run``."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import firmware_sim
from tests.waiting import wait_until

pytestmark = pytest.mark.campaign

SCENARIOS = sorted((Path(firmware_sim.__file__).parent / "scenarios").glob("*.txt"))
SIM = [sys.executable, "-m", "firmware_sim.cli"]


@pytest.fixture(scope="module")
def demo() -> Iterator[Path]:
    """The folder of a running demonstration."""
    with tempfile.TemporaryDirectory(prefix="kc-demo-") as place:
        folder, log = Path(place) / "run", Path(place) / "log"
        with log.open("wb") as told:
            process = subprocess.Popen([*SIM, "demo", "-d", str(folder)], stdout=told, stderr=told)
        try:
            wait_until(lambda: process.poll() is not None or (folder / "card.json").exists(), 60, "the card")
            assert process.poll() is None, log.read_text()
            yield folder
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_sentence_of_a_scenario_comes_true(demo, file):
    played = subprocess.run([*SIM, "play", str(file), "-d", str(demo)], capture_output=True, text=True, check=False)

    assert played.returncode == 0, played.stdout + played.stderr
