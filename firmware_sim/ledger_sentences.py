"""The sentences of a scenario about the controller: what its ledger tells, and what it says of itself."""

from collections.abc import Mapping
from typing import Any

from firmware_sim.client import Row
from firmware_sim.ledger_client import CoreSilent
from firmware_sim.stand import TIME, Failed, Stand, Words, pattern, wait, within

FILLERS = {"of", "in", "with", "and", "for", "at"}
"""Words that only make a sentence read well."""
BECAUSE = ("reason", "why", "fault")
"""Where a row says why."""


def _ready(stand: Stand, words: Words) -> None:
    def answers() -> bool:
        try:
            stand.ledger()
        except CoreSilent:
            return False
        return True

    wait(answers, within(words), lambda: "the core does not answer")


def _tells(stand: Stand, words: Words) -> None:
    _wait_for_row(stand, words, str(words["type"]), _pairs(str(words["rest"] or "")))


def _does_not_tell(stand: Stand, words: Words) -> None:
    if rows := _matching(stand, str(words["type"]), _pairs(str(words["rest"] or ""))):
        raise Failed(f"the ledger tells it in row {rows[0]['seq']}: {rows[0]['body']}")


def _alarm(stand: Stand, words: Words) -> None:
    subject = str(words["subject"]).removeprefix("ring ").replace("slot ", "slot-")
    _wait_for_row(stand, words, f"alarm.{words['act']}", {"kind": str(words["kind"]), "subject": subject})


def _lost(stand: Stand, words: Words) -> None:
    _wait_for_row(stand, words, "device.lost", {"device": str(words["device"]), "because": str(words["fault"])})


def _back(stand: Stand, words: Words) -> None:
    _wait_for_row(stand, words, "device.back", {"device": str(words["device"])})


def _calls(stand: Stand, words: Words) -> None:
    number, state = int(words["slot"] or 0), str(words["state"]).replace(" ", "_")

    def said() -> str:
        return next((str(row["state"]) for row in _slots(stand) if row["slot"] == number), "nothing")

    wait(lambda: said() == state, within(words), lambda: f"the core calls slot {number} {said()}")


def _slots(stand: Stand) -> list[Row]:
    try:
        return list(stand.core("status")["slots"])
    except CoreSilent:
        return []


def _wait_for_row(stand: Stand, words: Words, kind: str, wanted: Mapping[str, str]) -> None:
    def found() -> bool:
        row = next((row for row in _matching(stand, kind, wanted) if row["seq"] not in stand.told), None)
        if row is not None:
            stand.told.add(row["seq"])
        return row is not None

    wait(found, within(words), lambda: f"the ledger tells {_all_types(stand)}")


def _all_types(stand: Stand) -> str:
    return ", ".join(row["type"] for row in stand.ledger()) or "nothing"


def _matching(stand: Stand, kind: str, wanted: Mapping[str, str]) -> list[Row]:
    try:
        ledger = stand.ledger()
    except CoreSilent as error:
        raise Failed(str(error)) from error
    return [
        row
        for row in ledger
        if row["type"] == kind and all(value in _said(row, name) for name, value in wanted.items())
    ]


def _said(row: Row, name: str) -> set[str]:
    """What a row says under this name: as it stands there, and as the number or code that people know."""
    body: dict[str, Any] = row["body"]
    values = {str(body[each]) for each in (BECAUSE if name == "because" else (name,)) if each in body}
    return values | {str(row["names"][value]["number"]) for value in values if value in row.get("names", {})}


def _pairs(rest: str) -> dict[str, str]:
    """``of ring 3 because late`` is ring = 3 and because = late."""
    words = [word for word in rest.split() if word not in FILLERS]
    if len(words) % 2:
        raise Failed(f"{rest!r} must be pairs of a word and its value, as `of ring 3`")
    return dict(zip(words[::2], words[1::2], strict=True))


_ROW = r"(?P<type>[\w.]+)(?P<rest>(?: (?!within )\S+)*?)"
_ALARM = r"the alarm (?P<kind>\w+) of (?P<subject>(?:ring |slot )?\w+) is (?P<act>raised|cleared)"

LEDGER_PATTERNS = (
    pattern("the core is ready", rf"the core is ready{TIME}", _ready),
    pattern("the core calls slot 3 unknown", rf"the core calls slot (?P<slot>\d+) (?P<state>[a-z ]+?){TIME}", _calls),
    pattern("the ledger tells ring.taken of ring 3", rf"the ledger tells {_ROW}{TIME}", _tells),
    pattern("the ledger does not tell ring.taken", rf"the ledger does not tell {_ROW}{TIME}", _does_not_tell),
    pattern("the alarm missing of ring 3 is raised", rf"{_ALARM}{TIME}", _alarm),
    pattern("bank1 is lost because line_silent", rf"(?P<device>\w+) is lost because (?P<fault>\w+){TIME}", _lost),
    pattern("bank1 is back", rf"(?P<device>\w+) is back{TIME}", _back),
)
