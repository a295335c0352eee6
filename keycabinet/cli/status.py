"""``keycabinet status``: who has what, since when and until when; what is wrong comes first."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.cli.paper import Line, Paper, Sheet, say_json
from keycabinet.cli.times import local, offset, short, span

Status = Mapping[str, Any]
Slot = Mapping[str, Any]

_DOORS: Mapping[str, str] = {
    "locked": "The door is locked.",
    "released": "The door is released.",
    "open": "THE DOOR IS OPEN.",
    "forced": "THE DOOR WAS FORCED.",
    "unknown": "NOBODY KNOWS WHETHER THE DOOR IS OPEN.",
    "none": "There is no door.",
}
_STATES: Mapping[str, str] = {
    "elsewhere": "in another slot",
    "wrong_ring": "wrong ring here",
    "foreign_tag": "foreign tag here",
    "unreadable": "tag unreadable",
    "unverified": "not seen yet",
    "unknown": "nobody knows",
    "missing": "MISSING",
}
_STYLES = {"out": "yellow", "in": "", "empty": "dim"}


def status(config: ConfigOption = None, as_json: AsJson = False) -> None:
    """Who has what, since when, until when.

    Overdue rings come first; above them alarms, door and health.
    """
    from keycabinet.cli.place import socket_path
    from keycabinet.control.client import Client

    with Client(socket_path(config)) as client:
        found = client.call("status")
    if as_json:
        say_json(found, indent=2)
    else:
        show(found, Paper())


def show(status: Status, paper: Paper) -> None:
    """Everything on one page."""
    zone = ZoneInfo(status["timezone"])
    now = local(status["clock"]["utc"], zone)
    paper.say(f"{status['title']} ({status['cabinet']})   {now:%a %d %b %Y %H:%M:%S} {offset(now)}", "bold")
    for text, fine in _health(status):
        paper.say(text, "" if fine else "bold red")
    paper.show(alarm_sheet(status, zone, now))
    paper.show(_slots(status, zone, now))


def _health(status: Status) -> list[tuple[str, bool]]:
    """Sentences, and whether each is as it should be."""
    silent, door = ", ".join(status["silent"]), status["door"]
    told = [(_DOORS.get(door, f"Door: {door}."), door in ("locked", "released", "none"))]
    if not status["ready"]:
        told.append((f"STARTING: waiting for {silent or 'the first readings'}.", False))
    told += [(f"NOT WORKING: {ill['part']}. {ill['words']}", False) for ill in status["health"]]
    if not status["clock"]["synced"]:
        told.append(("THE CLOCK IS NOT SYNCHRONISED.", False))
    if status["commissioning"] is not None:
        told.append(("BEING COMMISSIONED: no ring is released, and none is missed.", False))
    if status["session"]:
        told.append(("Somebody is at the keypad.", True))
    return [*told, (_counts(status), True)]


def _counts(status: Status) -> str:
    states = [slot["state"] for slot in status["slots"]]
    told = [f"{states.count('in')} rings in", f"{states.count('out')} out"]
    told += [f"{states.count('missing')} missing"] if "missing" in states else []
    overdue = sum(slot["overdue"] for slot in status["slots"])
    told += [f"{overdue} overdue"] if overdue else []
    return f"{', '.join(told)}; {status['head']['seq']} rows in the ledger."


def alarm_sheet(status: Status, zone: ZoneInfo, now: datetime) -> Sheet:
    """The alarms that stand, and what has become of each."""
    columns = ("ALARM", "ABOUT", "LEVEL", "SINCE", "FOR", "STANDING")
    return Sheet("ALARMS", columns, tuple(_alarm_line(alarm, zone, now) for alarm in status["alarms"]))


def _alarm_line(alarm: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> Line:
    since, times = local(alarm["since"], zone), f" ({alarm['count']} times)" if alarm["count"] > 1 else ""
    level = "warning" if alarm["level"] == 0 else str(alarm["level"])
    name = f"{alarm['kind'].replace('_', ' ')}{times}"
    cells = (name, alarm["subject"], level, short(since, now), span(now - since), _standing(alarm))
    style = "yellow" if alarm["level"] == 0 or alarm["acknowledged"] else "bold red"
    return Line(cells, style)


def _standing(alarm: Mapping[str, Any]) -> str:
    if alarm["acknowledged_by"] is not None:
        return f"acknowledged by {alarm['acknowledged_by']['name']}"
    return ("delivered" if alarm["delivered"] else "unconfirmed") + (", silenced" if alarm["silenced"] else "")


def _slots(status: Status, zone: ZoneInfo, now: datetime) -> Sheet:
    lines = [Line(_cells(slot, zone, now), _style(slot)) for slot in sorted(status["slots"], key=_order)]
    return Sheet("RINGS", ("SLOT", "RING", "NAME", "WHERE", "HOLDER", "SINCE", "DUE"), tuple(lines))


def _order(slot: Slot) -> tuple[int, str, int]:
    """Overdue first, then trouble, then what is out by due time, then the rest by slot."""
    if slot["overdue"]:
        return 0, slot["due"], slot["slot"]
    if slot["state"] in _STATES:
        return 1, "", slot["slot"]
    if slot["state"] == "out":
        return 2, slot["due"] or "~", slot["slot"]
    return (4 if slot["state"] == "empty" else 3), "", slot["slot"]


def _style(slot: Slot) -> str:
    if slot["overdue"]:
        return "bold red"
    return _STYLES.get(slot["state"], "red")


def _cells(slot: Slot, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    ring, holder = slot["home"] or slot["ring"] or {}, slot["holder"]
    return (
        str(slot["slot"]),
        ring.get("number", ""),
        ring.get("name", ""),
        _where(slot),
        f"{holder['name']} ({holder['code']})" if holder else "",
        short(local(slot["since"], zone), now) if slot["since"] else "",
        _due(slot, zone, now),
    )


def _where(slot: Slot) -> str:
    state: str = slot["state"]
    told = "OVERDUE" if slot["overdue"] and state == "out" else _STATES.get(state, state)
    if state == "wrong_ring" and slot["ring"]:
        told = f"ring {slot['ring']['number']} hangs here"
    if state == "in" and slot["evidence"] != "tag_read":
        told += f" ({slot['evidence']})"
    return told if slot["lock"] in ("secured", "none") else f"{told}, {slot['lock'].replace('_', ' ')}"


def _due(slot: Slot, zone: ZoneInfo, now: datetime) -> str:
    if slot["due"] is None:
        return "no limit" if slot["state"] == "out" else ""
    due = local(slot["due"], zone)
    if due <= now:
        return f"{short(due, now)}, {span(now - due)} ago"
    return f"{short(due, now)}, in {span(due - now + timedelta(seconds=59))}"
