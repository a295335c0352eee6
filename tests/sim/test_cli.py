"""The command line as a person or a script meets it."""

import json
import subprocess
import sys

import pytest

from firmware_sim.faults import FAULTS
from tests.sim.cabinets import FOREIGN
from tests.waiting import wait_until


def run(*words: str, folder=None) -> subprocess.CompletedProcess[str]:
    where = [] if folder is None else ["-d", str(folder)]
    command = [sys.executable, "-m", "firmware_sim.cli", *words, *where]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_a_refusal_is_said_in_words_and_is_exit_status_1(sim):
    done = run("pull", "3", folder=sim.folder)

    assert done.returncode == 1
    assert done.stderr == "keycabinet-sim: the bolt holds ring 3 in slot 3\n"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("pull", "3", "--force"), "ring_pulled"),
        (("insert", "5", FOREIGN), "ring_inserted"),
        (("present", FOREIGN), "tag_held"),
        (("press", "12#"), "key_pressed"),
        (("panel", "reset"), "panel_ready"),
        (("fault", "stuck_bolt", "3", "on"), "fault_on"),
        (("fault", "no_one_shot", "on"), "fault_on"),
    ],
)
def test_each_act_of_a_hand_is_a_command(sim, words, kind):
    first = sim.mark()

    assert run(*words, folder=sim.folder).returncode == 0
    sim.wait_for(kind, since=first)


def test_an_act_answers_in_json_when_asked(sim):
    first = sim.mark()

    assert json.loads(run("pull", "3", "--force", "--json", folder=sim.folder).stdout) == {"since": first}


def test_the_status_is_plain_in_a_pipe(sim):
    sim.pull(3, force=True)
    wait_until(lambda: sim.slot(3)["contact"] == "open")

    shown = run("status", folder=sim.folder).stdout.splitlines()

    assert shown[:4] == ["|                    |"] * 4
    assert shown[4].split() == ["slot", "ring", "place", "bolt", "coil", "contact", "lamp"]
    assert shown[6].split() == ["4", "4", "seated", "home", "off", "closed", "off"]
    assert shown[-2:] == ["ring 3 in a hand", "nobody drives the pins"]


def test_the_status_in_json_is_that_of_the_socket(sim):
    assert json.loads(run("status", "--json", folder=sim.folder).stdout) == sim.status()


def test_a_watch_shows_what_happens(sim):
    command = [sys.executable, "-m", "firmware_sim.cli", "watch", "--from", "1", "-d", str(sim.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        assert "panel_ready" in watch.stdout.readline()
        sim.pull(3, force=True)
        line = next(line for line in watch.stdout if "ring_pulled" in line)
        watch.terminate()

    assert line.split()[1:] == ["ring_pulled", "slot=3", "ring=3", "tag=013D2C1B0A000085", "forced=True"]


def test_every_fault_is_listed_with_what_it_is_of():
    listed = run("fault").stdout.splitlines()

    assert [line.split()[0] for line in listed] == list(FAULTS)


def test_without_a_simulator_it_says_how_to_start_one(tmp_path):
    done = run("status", folder=tmp_path)

    assert done.returncode == 1
    assert "start one with `keycabinet-sim run --config" in done.stderr


def test_a_wrong_configuration_is_said_in_one_line(tmp_path):
    (tmp_path / "cabinet.toml").write_text('[devices.panel]\ndriver = "panel_serial"\n')

    done = run("run", "--config", str(tmp_path / "cabinet.toml"))

    assert done.returncode == 1
    assert done.stderr == "keycabinet-sim: cabinet.toml: [devices.panel] port is missing\n"
