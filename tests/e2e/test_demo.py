"""What a newcomer gets from ``make run``: up quickly, codes and PINs, and nothing left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from firmware_sim.ledger_client import ask
from tests.waiting import wait_until

PROGRAM = str(Path(sys.executable).parent / "keycabinet-sim")
UP_WITHIN_S = 20


@contextmanager
def a_demo(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [PROGRAM, "demo", "-d", str(folder / "run")]
    environment = {**os.environ, "COLUMNS": "160"}
    with (folder / "card").open("w") as card:
        process = subprocess.Popen(command, stdout=card, stderr=card, cwd=folder, text=True, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        finally:
            for each in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []:
                each.kill()
            process.kill()


@pytest.fixture
def card(tmp_path):
    return tmp_path / "card"


def test_a_newcomer_has_a_cabinet_in_twenty_seconds_and_nothing_after_ctrl_c(tmp_path, card):
    with a_demo(tmp_path) as demo:
        wait_until(lambda: demo.poll() is not None or "Ctrl-C" in card.read_text(), UP_WITHIN_S, "the card")
        told = card.read_text()
        family = psutil.Process(demo.pid).children(recursive=True)
        names = {" ".join(each.cmdline()) for each in family}
        status = ask(tmp_path / "run", "status")

        assert "Teresa Okafor" in told
        assert told.count(PROGRAM) + told.count("keycabinet-sim press") >= 2
        assert any("core" in name for name in names)
        assert any("mqtt" in name for name in names)
        assert status["ready"]
        assert status["alarms"] == []
        assert [slot["slot"] for slot in status["slots"] if slot["ring"]] == [1, 2, 3, 4, 5, 6, 7]

    assert demo.returncode == 0
    assert "stopped" in card.read_text()
    assert not (tmp_path / "run").exists()
    assert [each for each in family if each.is_running()] == []


def test_every_demo_draws_its_pins_anew(tmp_path):
    cards = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        with a_demo(folder) as demo:
            wait_until(lambda: demo.poll() is not None or "Ctrl-C" in (folder / "card").read_text(), UP_WITHIN_S, "it")  # noqa: B023
            cards.append((folder / "run" / "card.json").read_text())

    assert cards[0] != cards[1]


def test_a_demo_does_not_touch_a_folder_that_is_not_its_own(tmp_path):
    precious = tmp_path / "run"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    done = subprocess.run([PROGRAM, "demo", "-d", str(precious)], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "no demonstration made it" in done.stderr
    assert (precious / "thesis.txt").read_text() == "years of work"
