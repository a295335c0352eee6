"""Scenarios: sentences in, facts out."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial
from gpiozero import DigitalOutputDevice

import firmware_sim
from firmware_sim.client import Client
from firmware_sim.panel_frames import Frame, encode
from firmware_sim.scenario import ScenarioError, play, read_scenario
from firmware_sim.sentences import PATTERNS
from tests.sim.cabinets import CABINET_A, FOREIGN, RINGS
from tests.sim.test_cli import run
from tests.simulator import Simulator

SCENARIOS = sorted((Path(firmware_sim.__file__).parent / "scenarios").iterdir())


class Told:
    """A view that remembers."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.seen: list[str] = []

    def title(self, text: str) -> None:
        self.seen.append(text)

    def sentence(self, text: str, seconds: float, why_not: str) -> None:
        self.seen.append(text)
        if why_not:
            self.failed.append(why_not)


def play_text(sim: Simulator, *sentences: str) -> Told:
    file = sim.folder / "scenario.txt"
    file.write_text("\n".join(["A title", *sentences]))
    view = Told()
    with Client(sim.folder) as client:
        ok = play(read_scenario(file), client, sim.folder, view)
    assert ok != bool(view.failed)
    return view


@contextmanager
def a_core(sim: Simulator, rows: list[dict]) -> Iterator[None]:
    """Answers ledger.read as the core does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sim.path("control.sock"))
        listener.listen()
        listener.settimeout(10)
        thread = threading.Thread(target=serve, args=(listener, rows))
        thread.start()
        yield
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(sim.path("control.sock"))
            last.sendall(b"end\n")
        thread.join(5)


def serve(listener: socket.socket, rows: list[dict]) -> None:
    while True:
        link, _ = listener.accept()
        with link, link.makefile("rwb") as lines:
            for line in lines:
                if line == b"end\n":
                    return
                asked = json.loads(line)
                assert asked["method"] == "ledger.read"
                first, limit = asked["params"]["from_seq"], asked["params"]["limit"]
                page = [row for row in rows if row["seq"] >= first][:limit]
                lines.write(
                    json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {"rows": page}}).encode() + b"\n"
                )
                lines.flush()


def a_row(seq: int, kind: str, **body: object) -> dict:
    return {"seq": seq, "type": kind, "body": body}


# ---- reading


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.example)
def test_every_example_is_understood_as_its_own_sentence(pattern):
    assert next(each for each in PATTERNS if each.form.fullmatch(pattern.example)) is pattern


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_the_scenarios_that_come_with_it_are_understood(file):
    assert read_scenario(file).sentences


def test_an_unknown_sentence_is_reported_with_file_line_and_the_nearest_known_one(tmp_path):
    file = tmp_path / "wrong.txt"
    file.write_text("Title\n# a comment\nslot 3 opns\n")

    with pytest.raises(ScenarioError, match=r"wrong.txt, line 3: nobody knows 'slot 3 opns'; .* is 'slot 3 opens'"):
        read_scenario(file)


def test_title_need_and_comments_are_no_sentences(tmp_path):
    file = tmp_path / "s.txt"
    file.write_text("# first\nA title\nneed: tag_read, door\n\npress 12#  # the menu\n# press 9#\n")

    scenario = read_scenario(file)

    assert (scenario.title, scenario.need) == ("A title", ("tag_read", "door"))
    assert [(sentence.text, sentence.line) for sentence in scenario.sentences] == [("press 12#", 5)]


@pytest.mark.parametrize("text", ["", "# only\n"])
def test_a_scenario_has_a_title(tmp_path, text):
    (tmp_path / "s.txt").write_text(text)

    with pytest.raises(ScenarioError, match="the first line is the title"):
        read_scenario(tmp_path / "s.txt")


# ---- playing


def test_hands_and_facts_of_a_slot(sim):
    view = play_text(
        sim,
        "nobody can pull the ring from slot 3",
        "pull the ring from slot 3 by force",
        "slot 3 is empty",
        f"put tag {FOREIGN} into slot 3",
        "slot 3 is seated within 1 s",
        "hold ring 3 to the probe",
    )

    assert view.failed == []


def test_a_play_ends_at_the_first_sentence_that_does_not_come_true(sim):
    view = play_text(sim, "slot 3 is empty within 0.2 s", "pull the ring from slot 3 by force")

    assert view.failed == ["line 2: after 0.2 s slot 3 is seated"]
    assert view.seen[-1] == "slot 3 is empty within 0.2 s"


def test_what_physics_refuses_fails_the_sentence(sim):
    assert play_text(sim, "pull the ring from slot 3").failed == ["line 2: the bolt holds ring 3 in slot 3"]


def test_a_slot_opens_and_a_lamp_shines(sim, pins):
    with DigitalOutputDevice(2, pin_factory=pins) as latch, DigitalOutputDevice(18, pin_factory=pins) as lamp:
        assert play_text(sim, "slot 3 stays closed for 0.2 s").failed == []
        latch.on()
        lamp.on()

        assert play_text(sim, "slot 3 opens", "the lamp of slot 3 is steady", "slot 3 is presented").failed == []


def test_the_display_is_read_and_keys_come_from_the_card(sim):
    (sim.folder / "card.json").write_text('{"people": {"Ruiz": {"code": "1042", "pin": "7777"}}}')
    text = "".join(line.ljust(20) for line in ("TAKE RING", "", "", "")).encode()
    with serial.Serial(sim.path("ttyPANEL"), 19200) as port:
        port.write(encode(Frame(1, 0x02, text)) + encode(Frame(2, 0x03, b"\x02")))
        view = play_text(sim, 'the display shows "TAKE RING"', "Ruiz types the user code and PIN")

    assert view.failed == []
    for key in "1042#7777#":
        sim.wait_for("key_pressed", key=key)
    wrong = play_text(sim, 'the display shows "NO" within 0.1 s')
    assert wrong.failed == ["line 2: after 0.1 s the display shows 'TAKE RING /  /  / '"]


def test_the_card_must_know_the_person(sim):
    (failed,) = play_text(sim, "Nobody types the PIN").failed

    assert "card.json does not say what Nobody types" in failed


def test_the_ledger_is_asked_what_it_tells(sim):
    rows = [a_row(1, "ring.taken", ring=9)]
    with a_core(sim, rows):
        file = sim.folder / "s.txt"
        file.write_text(
            "T\nthe core is ready\nthe ledger tells ring.taken of ring 3\n"
            "the ledger tells release.refused because already_out within 1 s\n"
            "the ledger does not tell ring.taken of ring 9\n"
        )
        view = Told()
        with Client(sim.folder) as client:
            threading.Timer(
                0.3,
                lambda: rows.extend(
                    [a_row(2, "ring.taken", ring=3), a_row(3, "release.refused", reason="already_out", ring=3)]
                ),
            ).start()
            assert play(read_scenario(file), client, sim.folder, view), view.failed


def test_a_row_of_the_ledger_answers_one_sentence_only(sim):
    with a_core(sim, rows := []):
        threading.Timer(0.3, lambda: rows.append(a_row(1, "ring.taken", ring=3))).start()
        view = play_text(sim, "the ledger tells ring.taken", "the ledger tells ring.taken within 0.3 s")

    assert view.failed == ["line 3: after 0.3 s the ledger tells ring.taken"]


def test_a_silent_core_is_said(sim):
    view = play_text(sim, "the ledger tells ring.taken within 0.2 s")
    assert "the core does not answer at" in view.failed[0]

    view = play_text(sim, "the core is ready within 0.2 s")
    assert view.failed == ["line 2: after 0.2 s the core does not answer"]


def test_play_shows_each_sentence_and_its_exit_status_is_the_verdict(tmp_path):
    forced = tmp_path / "good.txt"
    forced.write_text("Somebody tears a ring out\nforce the door\npull the ring from slot 3 by force\nclose the door\n")
    with Simulator(CABINET_A, RINGS) as sim:
        good = run("play", str(forced), folder=sim.folder)
        assert good.returncode == 0, good.stdout + good.stderr
        assert good.stdout.splitlines()[0] == "Somebody tears a ring out"
        assert good.stdout.count("✓") == len(read_scenario(forced).sentences)

        (tmp_path / "bad.txt").write_text("T\nclose the door\n")
        bad = run("play", str(tmp_path / "bad.txt"), folder=sim.folder)
        assert bad.returncode == 1
        assert "✗ close the door" in bad.stdout
        assert "line 2: the door is closed already" in bad.stdout

        told = json.loads(run("play", str(tmp_path / "bad.txt"), "--json", folder=sim.folder).stdout)
        assert (told["sentence"], told["ok"]) == ("close the door", False)
