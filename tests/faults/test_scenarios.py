"""The scenarios that come with the simulator, played against the cabinet of ``make run``."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import firmware_sim
from tests.faults.tries import once_more_if_late
from tests.waiting import Late, wait_until

pytestmark = pytest.mark.campaign

SCENARIOS = sorted((Path(firmware_sim.__file__).parent / "scenarios").glob("*.txt"))
SIM = [sys.executable, "-m", "firmware_sim.cli"]


LATE = re.compile(r"^\s+line \d+: after [\d.]+ s ", re.MULTILINE)
"""How the player says that a sentence has not come true within its time; one that is false it words otherwise."""


class Demos:
    """One demonstration for many scenarios; another after one that did not come true."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._folder: Path | None = None

    def running(self) -> Path:
        """The folder of a running demonstration."""
        if self._folder is None:
            self._folder = self._stack.enter_context(demo())
        return self._folder

    def close(self) -> None:
        """Nothing is left."""
        self._folder = None
        self._stack.close()


@contextmanager
def demo() -> Iterator[Path]:
    """The folder of a demonstration that runs as long as the block."""
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


@pytest.fixture(scope="module")
def demos() -> Iterator[Demos]:
    found = Demos()
    yield found
    found.close()


def play(demos: Demos, file: Path) -> None:
    """Play it to its end. Raises Late where a sentence did not come true within its time."""
    command = [*SIM, "play", str(file), "-d", str(demos.running())]
    played = subprocess.run(command, capture_output=True, text=True, check=False)
    told = played.stdout + played.stderr
    if played.returncode != 0:
        demos.close()
    if LATE.search(told):
        raise Late(f"{file.stem}: {told.strip().splitlines()[-1]}\n{told}")
    assert played.returncode == 0, told


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_sentence_of_a_scenario_comes_true(demos, file, capsys):
    once_more_if_late(lambda: play(demos, file), capsys)
