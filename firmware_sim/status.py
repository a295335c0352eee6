"""The state of the whole cabinet as plain values: what ``status`` answers."""

import os
from typing import TYPE_CHECKING, Any

from firmware_sim.facts import Line
from firmware_sim.latch import Slot

if TYPE_CHECKING:
    from firmware_sim.stage import Stage


def status(stage: "Stage", now: int) -> dict[str, Any]:
    """Everything that an eye could see at this moment, and a little that it could not."""
    world = stage.world
    return {
        "cabinet": stage.plan.cabinet,
        "pid": os.getpid(),
        "seq": stage.journal.seq,
        "panel": {"lines": list(stage.panel.lines), "sound": stage.panel.sound} if stage.panel else None,
        "door": world.door.state if world.door else None,
        "bolts": _level(stage, Line("bolts"), high="drawn", low="home"),
        "buzzer": _lamp(stage, Line("buzzer"), now),
        "slots": [_slot(stage, slot, now) for slot in world.slots.values()],
        "rings": [{"ring": number, "tag": tag, "where": _where(stage, tag)} for number, tag in world.rings.known()],
        "pin_users": stage.pins.users if stage.pins else None,
        "faults": [{"fault": name, "subject": subject} for name, subject in sorted(stage.faults.active, key=str)],
    }


def _slot(stage: "Stage", slot: Slot, now: int) -> dict[str, Any]:
    coil = stage.world.coils.get(Line("latch", slot.number))
    fields = stage.world.rings.fields(slot.tag) if slot.tag else {"ring": None, "tag": None}
    return {
        "slot": slot.number,
        **fields,
        "place": slot.place,
        "bolt": ("home" if slot.bolt_home else "drawn") if slot.latched else None,
        "coil": coil.energised if coil else None,
        "contact": _level(stage, Line("contact", slot.number), high="open", low="closed"),
        "lamp": _lamp(stage, Line("light", slot.number), now),
    }


def _level(stage: "Stage", line: Line, *, high: str, low: str) -> str | None:
    level = stage.world.contacts.levels.get(line)
    if level is None:
        return None
    return high if level else low


def _lamp(stage: "Stage", line: Line, now: int) -> str | None:
    lamp = stage.world.lamps.get(line)
    return lamp.looks(now) if lamp else None


def _where(stage: "Stage", tag: str) -> str:
    for slot in stage.world.slots.values():
        if slot.tag == tag:
            return f"slot {slot.number}"
    return "in a hand" if tag in stage.world.rings.in_hand else "nowhere"
