"""How a person sees the simulated cabinet: a drawing on a terminal, plain lines in a pipe."""

import json
import sys
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

Row = dict[str, Any]
_COLOURS = {
    "seated": "green",
    "presented": "yellow",
    "drawn": "yellow",
    "steady": "bright_white",
    "blinking": "bright_yellow",
    "open": "cyan",
    "unlatched": "yellow",
}
_UNTOLD = ("seq", "monotonic_ns", "utc", "kind")


def show_status(state: Row) -> None:
    """The answer of ``status``: display, door, slots, what is broken."""
    if not sys.stdout.isatty():
        print(plain_status(state))  # noqa: T201 - the answer of the command
        return
    console = Console(highlight=False)
    if state["panel"]:
        text = Text("\n".join(state["panel"]["lines"]), style="black on green")
        console.print(Panel(text, box=ROUNDED, expand=False, title=state["cabinet"]))
    table = Table(box=ROUNDED, header_style="bold")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right" if heading in {"slot", "ring"} else "left")
    for slot in state["slots"]:
        table.add_row(*(Text(word, style=_COLOURS.get(word, "")) for word in _cells(slot)))
    console.print(table)
    for line in _below(state):
        console.print(line)


def plain_status(state: Row) -> str:
    """The same in plain lines of columns."""
    rows = [_HEADINGS, *(_cells(slot) for slot in state["slots"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    shown = [f"|{line}|" for line in state["panel"]["lines"]] if state["panel"] else []
    shown += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(shown + _below(state))


_HEADINGS = ("slot", "ring", "place", "bolt", "coil", "contact", "lamp")


def _cells(slot: Row) -> tuple[str, ...]:
    ring = str(slot["ring"]) if slot["ring"] is not None else slot["tag"] or "–"
    coil = {None: "–", True: "ON", False: "off"}[slot["coil"]]
    return (
        str(slot["slot"]),
        ring,
        slot["place"],
        slot["bolt"] or "–",
        coil,
        slot["contact"] or "–",
        slot["lamp"] or "–",
    )


def _below(state: Row) -> list[str]:
    lines = [f"door {state['door']}"] if state["door"] else []
    if state["buzzer"] not in {None, "off"}:
        lines.append(f"buzzer {state['buzzer']}")
    away = [f"ring {ring['ring']} {ring['where']}" for ring in state["rings"] if not ring["where"].startswith("slot")]
    lines += [", ".join(away)] if away else []
    lines += [f"fault: {fault['fault']} {fault['subject']}".rstrip() for fault in state["faults"]]
    if state["pin_users"] == 0:
        lines.append("nobody drives the pins")
    return lines


def journal_line(row: Row) -> str:
    """One row of the journal as a line: time, what, and of what."""
    fields = "  ".join(
        f"{name}={_plain(value)}" for name, value in row.items() if name not in _UNTOLD and value is not None
    )
    return f"{row['utc'][11:23]}  {row['kind']:<16} {fields}".rstrip()


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "/".join(str(item).strip() for item in value)
    return str(value)


class ScenarioView:
    """Shows each sentence of a scenario with ✓ or ✗ and the time that it took."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console(highlight=False, soft_wrap=True)

    def title(self, text: str) -> None:
        """The scenario begins."""
        if not self._as_json:
            self._console.print(Text(text, style="bold"))

    def sentence(self, text: str, seconds: float, why_not: str) -> None:
        """One sentence came true, or why it did not."""
        if self._as_json:
            told = {"sentence": text, "ok": not why_not, "seconds": round(seconds, 3), "why": why_not}
            print(json.dumps(told, ensure_ascii=False), flush=True)  # noqa: T201 - the answer of the command
            return
        mark = Text("✗ " if why_not else "✓ ", style="red" if why_not else "green")
        self._console.print(mark + Text(text) + Text(f"  {seconds:.2f} s", style="dim"))
        if why_not:
            self._console.print(Text(f"  {why_not}", style="red"))
