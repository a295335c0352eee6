"""What can be asked of a running simulator, and its journal."""

import json
import socket
import time

import pytest

from firmware_sim.client import Client, NotRunning
from tests.sim.cabinets import CABINET_A, NO_DOOR, RINGS
from tests.simulator import Refused, Simulator, wait_until


def test_what_physics_does_not_allow_is_refused_in_words(sim):
    with pytest.raises(Refused, match="the bolt holds ring 3 in slot 3"):
        sim.pull(3)


@pytest.mark.parametrize(
    ("command", "fields", "words"),
    [
        ("fly", {}, "there is no command 'fly'; known are watch, door, fault"),
        ("pull", {}, "slot must be a whole number, and is None"),
        ("pull", {"slot": "3"}, "slot must be a whole number, and is '3'"),
        ("press", {"keys": "12x"}, "the keypad has .* and not x"),
        ("press", {"keys": 12}, "keys must be a text"),
        ("door", {"act": "kick"}, "a door can be opened, closed or forced"),
        ("present", {"what": "3", "reader": "hall"}, "there is no reader 'hall'; this cabinet has panel"),
        ("fault", {"name": "rust"}, "there is no fault 'rust'; known are stuck_bolt"),
        ("fault", {"name": "stuck_bolt", "subject": "9"}, "'9' is no slot; this cabinet has 3, 4, 5"),
        ("fault", {"name": "cut", "subject": "hall"}, "'hall' is no serial line; this cabinet has bank1, probe, panel"),
    ],
)
def test_an_unknown_command_or_field_is_refused_with_what_is_known(sim, command, fields, words):
    with pytest.raises(Refused, match=words):
        sim.ask(command, **fields)


@pytest.mark.parametrize(
    "line",
    [
        b"pull 3\n",
        b"[]\n",
        b"\xff\n",
        b'{"command": ["pull"]}\n',
        b'{"command": "press", "keys": "\\ud800"}\n',
        b'{"command": "watch", "from_seq": null}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_line_that_is_no_command_is_refused_and_the_simulator_lives(sim, line):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(sim.path("sim.sock"))
        link.sendall(line)
        assert "refused" in json.loads(link.makefile().readline())

    assert sim.status()["seq"] > 0


def test_who_sends_a_line_without_an_end_is_dropped_and_the_simulator_lives(sim):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(sim.path("sim.sock"))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            link.sendall(b"x" * 6_000_000)

    assert sim.status()["seq"] > 0


def test_only_its_owner_may_speak_to_it(sim):
    for name in ("sim.sock", "pins.sock"):
        assert (sim.folder / name).stat().st_mode & 0o777 == 0o600


def test_the_journal_in_the_file_is_the_journal_that_is_told(sim):
    sim.pull(3, force=True)
    sim.wait_for("ring_pulled", slot=3)

    told = sim.journal()
    written = [json.loads(line) for line in (sim.folder / "journal.jsonl").read_text().splitlines()]

    assert written[: len(told)] == told
    assert [row["seq"] for row in told] == list(range(1, len(told) + 1))
    assert [row["monotonic_ns"] for row in told] == sorted(row["monotonic_ns"] for row in told)


def test_the_journal_has_the_clock_that_all_processes_share(sim):
    before = time.monotonic_ns()
    sim.pull(3, force=True)
    after = time.monotonic_ns()

    assert before < sim.wait_for("ring_pulled")["monotonic_ns"] < after


def test_a_watch_tells_the_past_and_then_what_comes(sim):
    with Client(sim.folder) as client:
        rows = client.watch(1, 5)
        assert next(rows)["seq"] == 1
        sim.pull(3, force=True)

        assert next(row for row in rows if row["kind"] == "ring_pulled")["ring"] == 3


def test_a_watch_that_nobody_reads_holds_nobody_up(sim):
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(sim.path("sim.sock"))
        deaf.sendall(b'{"command": "watch", "from_seq": 1}\n')
        for _ in range(300):
            sim.fault("stuck_bolt", 3)

        assert sim.status()["seq"] > 300


def test_the_status_shows_every_ring_where_it_is(sim):
    sim.pull(3, force=True)

    assert {ring["ring"]: ring["where"] for ring in sim.status()["rings"]} == {3: "in a hand", 4: "slot 4"}
    assert sim.slot(4) == {
        "slot": 4,
        "ring": 4,
        "tag": RINGS[1][1],
        "place": "seated",
        "bolt": "home",
        "coil": False,
        "contact": "closed",
        "lamp": "off",
    }


def test_faults_that_are_on_are_shown(sim):
    sim.fault("stuck_bolt", 3)
    assert sim.status()["faults"] == [{"fault": "stuck_bolt", "subject": 3}]

    sim.fault("stuck_bolt", 3, on=False)
    assert sim.status()["faults"] == []


def test_an_unreadable_ring_may_be_named_by_its_number(sim):
    sim.fault("unreadable", 3)

    assert sim.status()["faults"] == [{"fault": "unreadable", "subject": RINGS[0][1]}]


def test_a_second_simulator_in_the_same_folder_is_refused(sim):
    with pytest.raises(AssertionError, match=r"another simulator listens at .*sim.sock: stop it first"):
        Simulator(folder=sim.folder).start()

    assert sim.status()["seq"] > 0, "the first one lives"


def test_where_nothing_runs_the_client_says_how_to_start_it(tmp_path):
    with pytest.raises(NotRunning, match=r"no simulator runs in .*: start one with `keycabinet-sim run"):
        Client(tmp_path)


def test_a_folder_with_a_long_path_is_no_obstacle(tmp_path):
    folder = tmp_path / ("a-long-name-" * 10)
    folder.mkdir()

    with Simulator(NO_DOOR, RINGS, folder) as sim:
        assert sim.status()["cabinet"] == "cabinet"


def test_the_sample_cabinet_has_a_door_and_eight_slots():
    with Simulator(CABINET_A, RINGS) as sim:
        with pytest.raises(Refused, match="the door is closed before slot 3"):
            sim.pull(3, force=True)
        sim.door("force")
        sim.pull(3, force=True)
        sim.door("close")

        assert sim.status()["door"] == "locked"
        assert len(sim.status()["slots"]) == 8


def test_a_reset_panel_is_ready_again(sim):
    sim.panel_reset()

    wait_until(lambda: len(sim.journal("panel_ready")) == 2)
