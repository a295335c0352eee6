"""The three histories of one site held against each other: what happened, what people were told, what is written.

Everything is judged from the beginning each time. A finding is a sentence; no findings, no fault.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.campaigns.image import Image
from tests.campaigns.witness import Shown

Fact = dict[str, Any]
MOVES = {"ring_pulled": "ring.taken", "ring_inserted": "ring.returned"}
SLOW_LINES = {"garbled", "line_silent", "unasked"}
"""What a line is called that answers late because the machine is busy: told apart, not held against the core."""
UNREAD_NS = 2_900_000_000
"""So long a contact and its reader contradict each other before it is an alarm (3 s from when they are heard)."""
SLOW_NS = 15_000_000_000
COUNTED_AS_WRONG = frozenset({"repeated_wrong_pin", "keypad_paused", "pin_disabled"})
"""Alarms over PINs whose comparison was cut off, or its outcome not recorded: each counts as a wrong one (R4)."""
NEVER = {"ring.missing", "ring.moved", "tag.foreign", "door.forced", "alarm.raised", "device.lost"}


@dataclass(frozen=True)
class Histories:
    """All that is known when the cabinet has come to rest."""

    journal: list[Fact]
    shown: list[Shown]
    image: Image
    hanging: Mapping[int, str]
    """Slot -> number of the ring that physically hangs there."""
    status: dict[str, Any]
    undone: frozenset[int] = frozenset()
    """Facts that no core could see: pulled and put back while there was none."""
    hands: Mapping[int, str] = field(default_factory=dict)
    """Fact of a pull -> the user code of who pulled."""
    expected: frozenset[str] = frozenset()
    """Kinds of alarms that the campaign means to raise."""


def findings(it: Histories) -> list[str]:
    """Everything that is not as it must be."""
    judges = (_of_the_file, _of_lost_rows, _of_lost_displays, _of_custody, _of_latches, _of_books)
    return [finding for judge in judges for finding in judge(it)]


def _of_the_file(it: Histories) -> Iterator[str]:
    yield from it.image.faults
    for row in it.image.rows:
        if row["type"] in NEVER and not _is_explained(it, row):
            yield f"invented: row {row['seq']} says {row['type']} {row['body']}"


def _is_explained(it: Histories, row: dict[str, Any]) -> bool:
    expected = row["said"].get("kind") in it.expected
    return expected or _is_slow_line(row) or _a_bolt_was_drawn(it.journal, row) or is_slow_reader(it, row)


def is_slow_reader(it: Histories, alarm: dict[str, Any]) -> bool:
    """Whether a slot was called unreadable because a busy machine, or one that could not record, read its tag late.

    A ring was moved there, the contact was seen and the tag for so long not, and then the alarm was over.
    """
    if alarm["said"].get("kind") != "unreadable":
        return False
    about_it = (alarm["said"]["kind"], alarm["said"]["subject"])
    since = alarm["monotonic_ns"] - UNREAD_NS
    before = [fact for fact in it.journal if fact["monotonic_ns"] <= since and fact["kind"] in MOVES]
    moved = [
        fact for fact in before if f"slot-{fact['slot']}" == about_it[1] and fact["monotonic_ns"] > since - SLOW_NS
    ]
    over = (row for row in it.image.rows if row["type"] == "alarm.cleared" and row["seq"] > alarm["seq"])
    return bool(moved) and any((row["said"]["kind"], row["said"]["subject"]) == about_it for row in over)


def _is_slow_line(row: dict[str, Any]) -> bool:
    """Whether a line was lost as one is whose answers come late: true on the wire, and nobody's invention."""
    said = row["said"]
    timed_out = "Write timeout" in str(said.get("detail"))  # an adapter that is starved, and not pulled
    return said.get("fault") in SLOW_LINES or timed_out or said.get("kind") == "reader_fault"


def _a_bolt_was_drawn(journal: list[Fact], alarm: Fact) -> bool:
    """Whether this is an alarm over a bolt that no release explains, and a bolt was drawn when it was raised."""
    at = {}
    for fact in journal:
        if fact["kind"] in {"bolt_drawn", "bolt_home"} and fact["monotonic_ns"] < alarm["monotonic_ns"]:
            at[fact["slot"]] = fact["kind"]
    return (alarm["said"].get("kind"), alarm["said"].get("subject")) == ("lock_fault", "bolts") and (
        "bolt_drawn" in at.values()
    )


def _of_lost_rows(it: Histories) -> Iterator[str]:
    written = {row["seq"]: row["hash"] for row in it.image.rows}
    for shown in it.shown:
        if written.get(shown.row["seq"]) != shown.row["hash"]:
            yield f"lost: row {shown.row['seq']} ({shown.row['type']}) was shown to a client and is not in the ledger"


def _of_lost_displays(it: Histories) -> Iterator[str]:
    """Each time that a text appeared there is a row before it that it can stand for, and one row serves once."""
    for word, kind in (("TAKEN", "ring.taken"), ("RETURNED", "ring.returned")):
        rows = defaultdict(list)
        for row in it.image.rows:
            if row["type"] == kind:
                rows[row["said"]["slot"]].append(row["monotonic_ns"])
        for slot, times in _appearances(it.journal, word).items():
            for count, at in enumerate(times, start=1):
                if sum(written <= at for written in rows[slot]) < count:
                    yield f"lost: SLOT {slot} {word} was shown for the {count}th time and is not in the ledger"


def _appearances(journal: list[Fact], word: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    before: set[str] = set()
    for fact in journal:
        if fact["kind"] == "display":
            lines = {line.strip() for line in fact["lines"]}
            for line in lines - before:
                if line.startswith("SLOT ") and line.endswith(f" {word}"):
                    found[int(line.split()[1])].append(fact["monotonic_ns"])
            before = lines
    return found


def _of_custody(it: Histories) -> Iterator[str]:
    """Pulls and returns of each ring are its rows, one to one, in order, each row after its fact and of its slot."""
    done, written = defaultdict(list), defaultdict(list)
    for fact in it.journal:
        if fact["kind"] in MOVES and fact["seq"] not in it.undone:
            done[str(fact["ring"])].append(fact)
    for row in it.image.rows:
        if row["type"] in MOVES.values():
            written[it.image.numbers[row["said"]["ring"]]].append(row)
    for ring in sorted(done.keys() | written.keys()):
        yield from _of_one_ring(it, ring, done[ring], written[ring])


def _of_one_ring(it: Histories, ring: str, facts: list[Fact], rows: list[Fact]) -> Iterator[str]:
    for fact, row in zip(facts, rows, strict=False):
        what = (
            f"ring {ring}: {fact['kind']} of slot {fact['slot']} (fact {fact['seq']}), row {row['seq']} {row['type']}"
        )
        if row["type"] != MOVES[fact["kind"]] or row["said"]["slot"] != fact["slot"]:
            yield f"invented: {what}"
            return
        if row["monotonic_ns"] < fact["monotonic_ns"] // 1000 * 1000:
            yield f"invented: {what} was written before it happened"
        code = it.hands.get(fact["seq"])
        if code is not None and it.image.codes[row["said"]["holder"]] != code:
            yield f"invented: {what} names another holder than {code}"
    for fact in facts[len(rows) :]:
        yield f"lost: ring {ring}: {fact['kind']} of slot {fact['slot']} (fact {fact['seq']}) is not in the ledger"
    for row in rows[len(facts) :]:
        yield f"invented: ring {ring}: row {row['seq']} {row['type']} has no counterpart in the journal"


def _of_latches(it: Histories) -> Iterator[str]:
    """Every pulse of a slot has an intent of its own, committed before it by the same core."""
    used: set[int] = set()
    for fact in it.journal:
        if fact["kind"] == "coil_on" and fact["slot"] != "door":
            intent = _intent_before(it.image.rows, fact)
            if intent is None or intent in used:
                yield f"latch: coil {fact['slot']} was energised (fact {fact['seq']}) without a committed intent"
            used.add(intent or 0)


def _intent_before(rows: list[Fact], fact: Fact) -> int | None:
    """The newest intent for this slot before this fact, if no core was started in between."""
    for row in reversed(rows):
        if row["monotonic_ns"] > fact["monotonic_ns"] or row["boot_id"] != rows[-1]["boot_id"]:
            continue
        if row["type"] == "cabinet.started":
            return None
        if row["type"] == "release.intended" and row["said"]["slot"] == fact["slot"]:
            return int(row["seq"])
    return None


def _of_books(it: Histories) -> Iterator[str]:
    for slot in it.status["slots"]:
        booked = slot["ring"]["number"] if slot["ring"] else None
        if booked != it.hanging.get(slot["slot"]):
            yield f"books: slot {slot['slot']} holds ring {it.hanging.get(slot['slot'])}, the books say {booked}"
