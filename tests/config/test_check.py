"""``keycabinet check`` says what is wired to what, what a slot can know, and what it cannot."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from keycabinet.cli.check import check
from keycabinet.cli.knowledge import knowledge
from keycabinet.credentials import Params
from keycabinet.domain.layout import Layout, Senses
from keycabinet.store.upgrade import create
from tests.builders import NOON
from tests.config.samples import CABINET, SAMPLE, written

app = typer.Typer()
app.command()(check)


def run(config: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(config), *options])


def told(config: Path) -> Any:
    return json.loads(run(config, "--json").stdout)


def test_every_wire_is_shown_with_its_place_and_its_device(tmp_path: Path) -> None:
    lines = [line.split("  ") for line in run(written(tmp_path, CABINET)).stdout.splitlines()]

    cells = [tuple(cell.strip() for cell in line if cell.strip()) for line in lines]
    seat = "pulled up, low while a ring sits in the slot, stable for 50 ms"
    assert ("contact of slot 2", "GPIO12", seat, "pins (gpio)") in cells
    assert ("panel: keypad, 4x20 display and sounder", "ttyPANEL", "19200 baud 8N1", "panel (panel_serial)") in cells


def test_what_is_piped_has_no_frames_and_no_colours() -> None:
    stdout = run(SAMPLE).stdout

    assert stdout.isascii()
    assert "\x1b" not in stdout


def test_json_says_the_same_to_a_program(tmp_path: Path) -> None:
    answer = told(written(tmp_path, CABINET))

    assert answer["ok"] is True
    assert answer["cabinet"]["slots"] == 2
    assert {"what": "latch of the door", "where": "GPIO24"}.items() <= answer["devices"][0]["wires"][4].items()
    assert [slot["slot"] for slot in answer["slots"]] == [1, 2]
    assert {slot["evidence"] for slot in answer["slots"]} == {"tag_read"}


def test_faults_are_told_on_stderr_with_status_2(tmp_path: Path) -> None:
    path = written(tmp_path, CABINET.replace("slots = 2", "slot = 2").replace("baud", "bauds"))

    result = run(path)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "cabinet.slots: missing" in result.stderr
    assert "devices.panel.bauds: unknown key" in result.stderr


def test_faults_are_told_as_json_too(tmp_path: Path) -> None:
    path = written(tmp_path, CABINET.replace("baud = 19200", "baud = 19201"))

    result = run(path, "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "ok": False,
        "faults": [
            {
                "file": str(path),
                "line": 38,
                "field": "devices.panel.baud",
                "found": "19201 found",
                "expected": "9600 or 19200 or 38400 or 57600 or 115200",
                "nearest": "19200",
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (CABINET.replace("door = { latch = 24, contact = 25 }\n", ""), "there is no door"),
        (CABINET, "there is no [mqtt] table"),
        (CABINET + '\n[mqtt]\nhost = "127.0.0.1"\nprotocol = "3.1.1"\n', "cannot say that its ACL refused"),
        (CABINET + '\n[mqtt]\nhost = "127.0.0.1"\n', "nobody confirms it"),
        (CABINET + '\n[mqtt]\nhost = "broker.jail.example"\n', "MQTT without TLS"),
        (CABINET.replace("probe]", "bank2]").replace('reader = "panel"', "slots = [2]").replace("[1, 2]", "[1]"),
         "there is no touch probe"),
    ],
)  # fmt: skip
def test_what_is_allowed_and_good_to_know_is_noted(tmp_path: Path, text: str, note: str) -> None:
    assert any(note in each for each in told(written(tmp_path, text))["notes"])


def test_a_bus_of_one_slot_knows_for_sure_where_the_ring_is() -> None:
    alone = knowledge(layout(bus={1}, contacts={1}, bolts={1}), 1)

    assert "that the ring is in this slot and in no other (the bus has only this one)" in alone.knows
    assert alone.cannot == ()


def test_a_shared_bus_with_contacts_cannot_know_the_slots_when_several_change() -> None:
    shared = knowledge(layout(bus={1, 2}, contacts={1, 2}, bolts={1, 2}), 1)

    assert any("several change at once on bank1" in each for each in shared.cannot)
    assert any("which bolt is drawn" in each for each in shared.cannot)


def test_without_contact_and_bolt_sensing_it_says_what_that_costs() -> None:
    bare = " ".join(knowledge(layout(bus={1, 2}), 1).cannot)

    assert "in which slot of bank1 a ring is" in bare
    assert "that something is there whose tag cannot be read" in bare
    assert "whether the latch moved" in bare


def layout(bus: set[int], contacts: set[int] | None = None, bolts: set[int] | None = None) -> Layout:
    senses = Senses(frozenset(contacts or ()), frozenset(bolts or ()), {"bank1": frozenset(bus)})
    return Layout(frozenset(bus), {"pins": senses})


def test_a_key_of_a_consumer_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    table = '\n[mqtt]\nhost = "127.0.0.1"\nconsumers = [{ name = "board", key_file = "board.key" }]\n'
    path = written(tmp_path, CABINET + table)

    assert "key of mqtt.consumers board" in run(path).stderr
    assert run(path).exit_code == 2
    (tmp_path / "board.key").write_text("00" * 32)
    (tmp_path / "board.key").chmod(0o640)
    assert run(path).exit_code == 0
    assert any("nobody confirms an alarm of duress" in each for each in told(path)["notes"])


def test_how_pins_are_hashed_is_said_of_a_store_that_is_there(tmp_path: Path) -> None:
    config = written(tmp_path, CABINET)
    before = told(config)["notes"]
    create(tmp_path / "cabinet.db", demo=False, at=NOON.utc, cost=Params(65_536, 6, 1))

    assert [note for note in before if "hashed" in note] == []
    said = "PINs are hashed by argon2id with 64 MiB, 6 passes, as `keycabinet init` found it right"
    assert said in told(config)["notes"]
    assert f"note: {said}" in run(config).stdout


def test_a_store_that_cannot_be_read_is_no_fault_of_the_configuration(tmp_path: Path) -> None:
    config = written(tmp_path, CABINET)
    (tmp_path / "cabinet.db").write_text("nothing of ours")

    assert run(config).exit_code == 0
    assert any(note.startswith("how PINs are hashed is not known: ") for note in told(config)["notes"])
