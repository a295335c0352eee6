"""Rows of the ledger on paper: one line each, so that they can also be streamed."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from keycabinet.cli.paper import Paper, say_json
from keycabinet.cli.sentences import sentence
from keycabinet.cli.times import local, stamp

_STYLES: Mapping[str, str] = {
    "alarm.raised": "bold red",
    "ring.missing": "red",
    "door.forced": "red",
    "device.lost": "red",
    "tag.foreign": "red",
    "alarm.cleared": "green",
    "login.refused": "yellow",
    "release.refused": "yellow",
    "tag.refused": "yellow",
}


def print_rows(rows: Iterable[Mapping[str, Any]], zone: ZoneInfo, *, as_json: bool) -> None:
    """Each row as it comes: number, local time, type, sentence; or as one JSON object a line."""
    if as_json:
        for row in rows:
            say_json(row)
        return
    paper = Paper()
    for row in rows:
        paper.say(line(row, zone), _STYLES.get(row["type"], ""))


def line(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    """``    12  2026-03-04 12:00:00 -06:00  ring taken        Ann Lee (1001) took …``."""
    kind = row["type"].replace(".", " ").replace("_", " ")
    return f"{row['seq']:>6}  {stamp(local(row['at'], zone))}  {kind:<16}  {sentence(row, zone)}"
