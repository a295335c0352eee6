"""What journal and ledger together tell of the latch lines: each edge explained, no coil on for too long, none let go.

A finding is a sentence; no findings, no fault.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

Fact = dict[str, Any]

MS: Final = 1_000_000
TOLERANCE_MS: Final = 1.0
"""The simulator ends a pulse at the moment at which it is due, whenever it looks: this is for rounding alone."""
EXPLAINS: Final = ("release.intended", "return.offered")
COILS: Final = ("latch", "door_latch")
WIRE: Final = "pins"


def findings(journal: list[Fact], rows: list[Fact], one_shot_ms: int) -> list[str]:
    """Everything that is not as it must be."""
    return [*unexplained(journal, rows), *on_too_long(journal, one_shot_ms), *let_go(journal)]


def unexplained(journal: Iterable[Fact], rows: list[Fact]) -> Iterator[str]:
    """Each rising edge has a row of its own, committed before it and since the lines were opened (law 2).

    An intent from before a restart explains nothing: a core energises nothing at its start. One row may explain an
    edge of the door beside that of its slot.
    """
    unused = {name: [row for row in rows if row["type"] in EXPLAINS] for name in COILS}
    opened: int | None = None
    for fact in journal:
        if fact["kind"] == "peer_connected" and fact["wire"] == WIRE:
            opened = fact["monotonic_ns"]
        if fact["kind"] == "line_high" and fact["line"] in COILS:
            left = unused[fact["line"]]
            row = next((row for row in left if _explains(row, fact, opened)), None)
            if row is None:
                yield f"edge: {_name(fact)} rose (fact {fact['seq']}), and no row of its own explains it"
            else:
                left.remove(row)


def _explains(row: Fact, edge: Fact, opened: int | None) -> bool:
    in_time = opened is not None and opened <= row["monotonic_ns"] <= edge["monotonic_ns"]
    return in_time and edge.get("slot") in {None, row["body"].get("slot")}


def on_too_long(journal: list[Fact], one_shot_ms: int) -> Iterator[str]:
    """No current flows for longer than the monostable lets it, also where it has not ended yet."""
    on: dict[object, Fact] = {}
    for fact in journal:
        if fact["kind"] == "coil_on":
            on[fact["slot"]] = fact
        if fact["kind"] == "coil_off":
            del on[fact["slot"]]
            yield from _too_long(fact, fact["ms"], one_shot_ms)
    for fact in on.values():
        yield from _too_long(fact, (journal[-1]["monotonic_ns"] - fact["monotonic_ns"]) / MS, one_shot_ms)


def _too_long(fact: Fact, ms: float, one_shot_ms: int) -> Iterator[str]:
    if ms > one_shot_ms + TOLERANCE_MS:
        yield f"coil: {fact['slot']} was on for {ms:.0f} ms (fact {fact['seq']}), one-shot {one_shot_ms} ms"


def let_go(journal: Iterable[Fact]) -> Iterator[str]:
    """Whoever loses the lines leaves them as they are: those that are high are told, and none moves without a user."""
    high: set[str] = set()
    lost: Fact | None = None
    for fact in journal:
        if fact["kind"] in {"line_high", "line_low"} and fact["line"] in COILS:
            (high.add if fact["kind"] == "line_high" else high.discard)(_name(fact))
            if lost:
                yield f"held: {_name(fact)} moved (fact {fact['seq']}) after its user was lost (fact {lost['seq']})"
        elif fact["kind"] == "peer_connected" and fact["wire"] == WIRE:
            lost = None
        elif fact["kind"] == "peer_lost" and fact["wire"] == WIRE:
            lost = fact
            told = {name for name in fact["held_high"] if name.split()[0] in COILS}
            if told != high:
                yield f"held: {sorted(told)} are told as high (fact {fact['seq']}), and {sorted(high)} are"


def _name(fact: Fact) -> str:
    return f"{fact['line']} {fact['slot']}" if "slot" in fact else str(fact["line"])
