"""``keycabinet commission`` and ``keycabinet slot``, and what their page tells people to type."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from keycabinet.cli.commission import RESULTS
from keycabinet.cli.main import app
from keycabinet.domain.entries import Outcome
from keycabinet.domain.events import ContactRead, TagsRead
from tests.builders import tags
from tests.cli.running import keycabinet
from tests.control.house import House

EVE = "1009\n8642\n"
PAGE = (Path(__file__).parents[2] / "docs" / "commissioning.md").read_text(encoding="utf-8")


def by_eve(house: House, *words: str) -> Result:
    return keycabinet(house, *words, "--credentials-stdin", typed=EVE)


def test_the_mode_is_begun_shown_and_left_with_a_count(house: House) -> None:
    house.ready(*range(1, 7))

    assert by_eve(house, "commission", "begin").exit_code == 0
    assert "BEING COMMISSIONED" in keycabinet(house, "status").stdout
    shown = by_eve(house, "commission", "status").stdout
    wrong = by_eve(house, "commission", "end", "--count", "5")
    right = by_eve(house, "commission", "end", "--count", "6")

    assert "6 rings are seen: ring 1 in slot 1, ring 2 in slot 2" in shown
    assert wrong.exit_code == 1
    assert "you counted 5, the cabinet sees 6: slot 1: ring 1; " in wrong.stderr
    counted, signed = right.stdout.splitlines()
    assert counted == "Counted and seen: 6 rings. The cabinet is in use."
    assert re.fullmatch(
        r"Signed by Eve \(1009\), \d{4}-\d\d-\d\d \d\d:\d\d:\d\d -0\d:00: row \d+ of the ledger\.", signed
    )


def test_a_ring_that_is_not_back_is_told_before_the_end_and_at_the_end(house: House) -> None:
    house.ready(*range(1, 7))
    by_eve(house, "commission", "begin")
    house.tell(ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    shown = by_eve(house, "commission", "status").stdout
    done = by_eve(house, "commission", "end", "--count", "5").stdout

    assert "Set aside, and missing at the end if not back: ring 3 from slot 3." in shown
    assert done.splitlines()[-1] == "Not back, and missing from now on: ring 3."


def test_what_cannot_be_tested_is_in_the_table_with_its_reason(house: House) -> None:
    house.ready(*range(1, 7))

    done = by_eve(house, "commission", "test", "3")

    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1].split() == [
        "3", "NOT", "TESTED", *["the", "cabinet", "is", "not", "being", "commissioned"],
    ]  # fmt: skip


def test_a_slot_goes_out_of_service_and_back(house: House) -> None:
    house.ready(*range(1, 7))

    out = by_eve(house, "slot", "out-of-service", "4", "--why", "bolt bent")
    shown = keycabinet(house, "status").stdout
    back = by_eve(house, "slot", "in-service", "4")

    assert out.stdout == "Slot 4 is out of service.\n"
    assert "in (inferred), out of service" in shown
    assert back.stdout == "Slot 4 is in service.\n"
    assert "out of service" not in keycabinet(house, "status").stdout


def test_every_outcome_of_a_test_has_its_words_on_the_page() -> None:
    assert {outcome.value for outcome in Outcome} < RESULTS.keys()
    assert [words for words in RESULTS.values() if f"| `{words}` |" not in PAGE] == []


@pytest.mark.parametrize("line", re.findall(r"^keycabinet .*$", PAGE, re.MULTILINE))
def test_every_command_of_the_page_is_one(line: str) -> None:
    words = shlex.split(line)[1:]
    command = typer.main.get_command(app)
    context = command.make_context("keycabinet", words.copy(), resilient_parsing=True)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("it", words, parent=context).close()
