"""Configurations that are right, and wrong in one place."""

from pathlib import Path

from keycabinet.config import Fault, FaultsFound, load

SAMPLE = Path(__file__).parents[2] / "config" / "cabinet-a.toml"

CABINET = """\
[cabinet]
id = "mc-1"
title = "Master Control"
timezone = "America/Chicago"
slots = 2

[store]
path = "cabinet.db"
pepper = "pepper"

[control]
socket = "control.sock"

[devices.pins]
driver = "gpio"
factory = "mock"
pulse_ms = 300
one_shot_ms = 500
door = { latch = 24, contact = 25 }

[devices.pins.slots]
1 = { latch = 9, contact = 11 }
2 = { latch = 10, contact = 12 }

[devices.bank1]
driver = "ds2480b"
port = "ttyBANK1"
slots = [1, 2]

[devices.probe]
driver = "ds2480b"
port = "ttyPROBE"
reader = "panel"

[devices.panel]
driver = "panel_serial"
port = "ttyPANEL"
baud = 19200
"""


def written(folder: Path, text: str) -> Path:
    """The text as a file."""
    path = folder / "cabinet.toml"
    path.write_text(text, encoding="utf-8")
    return path


def with_change(old: str, new: str) -> str:
    """The cabinet with one passage replaced."""
    assert CABINET.count(old) == 1, old
    return CABINET.replace(old, new)


def line_of(text: str, passage: str) -> int:
    """The line on which a passage begins."""
    return text[: text.index(passage)].count("\n") + 1


def faults_in(path: Path) -> tuple[Fault, ...]:
    """What is wrong with this file."""
    try:
        load(path)
    except FaultsFound as error:
        return error.faults
    return ()
