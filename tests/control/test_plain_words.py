"""Every fault that a driver can name is explained to people."""

import ast
from pathlib import Path

import pytest

from keycabinet.control.plain_words import PLAIN, in_plain_words

ROOT = Path(__file__).parents[2]


def names_in(file: Path) -> set[str]:
    """The first argument of each DeviceFault, and every other text that looks like the name of a fault of a line."""
    tree = ast.parse(file.read_text())
    faults = [
        each for each in ast.walk(tree) if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "DeviceFault"
    ]
    firsts = [each.args[0] for each in faults]
    named = {each.value for each in firsts if isinstance(each, ast.Constant)}
    texts = {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return named | {text for text in texts if text.startswith("line_") or text == "garbled"}


@pytest.mark.parametrize("file", sorted((ROOT / "drivers").rglob("*.py")), ids=lambda file: file.name)
def test_every_fault_of_a_driver_is_explained(file: Path):
    assert names_in(file) <= PLAIN.keys()


def test_every_fault_is_in_the_document():
    document = (ROOT / "docs" / "health.md").read_text()

    assert [name for name, words in PLAIN.items() if f"| `{name}` | {words} |" not in document] == []


def test_some_faults_were_found():
    assert {"line_silent", "bus_short", "pins_lost", "line_missing", "garbled"} <= set().union(
        *(names_in(file) for file in (ROOT / "drivers").rglob("*.py"))
    )


def test_a_fault_that_nobody_has_foreseen_is_explained_all_the_same():
    assert "technician" in in_plain_words("RuntimeError")
