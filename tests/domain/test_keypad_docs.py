"""docs/keypad.md says what the keypad says."""

import re
from pathlib import Path

import pytest

from keycabinet.config.tables import KeypadTable
from keycabinet.domain import entries, menu, pin_change, screen, second_person

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "keypad.md").read_text()
TEXT = re.compile(r'f?"([A-Z][A-Z {}().a-z_+1-9]{5,}[A-Z?}S])"')
IN_CODE = [Path(module.__file__).read_text() for module in (menu, pin_change, second_person)]
ELSEWHERE = {"NO ROW, NO USER CODE"}


def texts() -> set[str]:
    found = {text for code in IN_CODE for text in TEXT.findall(code)}
    dialogue = Path(screen.__file__).read_text().partition("def _asked")[2].partition("def due_text")[0]
    found |= {re.sub(r"\{.*", "", text).strip() for text in TEXT.findall(dialogue)}
    return {text for text in found if text not in ELSEWHERE}


def test_there_are_texts_to_look_for():
    assert {"NOT ACCEPTED", "PIN CHANGED", "CODE RELEASED", "SECOND PERSON", "TOO MANY WRONG PINS"} <= texts()


@pytest.mark.parametrize("text", sorted(texts()))
def test_every_text_of_the_dialogue_is_in_the_page(text: str):
    assert text.split(",", maxsplit=1)[0] in DOCS


@pytest.mark.parametrize("setting", sorted(set(KeypadTable.model_fields) - {"take_s", "notice_s", "pin_digits"}))
def test_every_setting_about_people_and_pins_is_in_the_page(setting: str):
    assert setting in DOCS


@pytest.mark.parametrize("row", ["PinDisabled", "KeypadPaused", "ReleaseApproved", "ApprovalRefused", "DuressUsed"])
def test_rows_are_called_in_the_page_as_in_the_ledger(row: str):
    assert getattr(entries, row).type in DOCS
