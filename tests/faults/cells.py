"""The matrix: every device of cabinet A against every fault. A cell says what has to come of it, or why it is none."""

import time
from collections.abc import Mapping

from firmware_sim.faults import FAULTS, Of
from tests.faults.judge import Judge
from tests.faults.stories import STORIES
from tests.waiting import wait_until

DEVICES = ("pins", "bank1", "probe", "panel")
ACTS = {
    "door_forced": "the door is broken open: an act of a hand, `door force`",
    "ring_forced": "a ring is torn out past its bolt: an act of a hand, `pull 3 --force`",
}
"""Columns that a hand makes: they do not last, and so are no faults to be switched."""
COLUMNS = (*FAULTS, *ACTS)

SILENT, GARBLED, UNASKED = {"line_silent"}, {"garbled"}, {"unasked"}
LOST: Mapping[tuple[str, str], set[str]] = {
    **{(device, fault): SILENT for device in ("bank1", "probe", "panel") for fault in ("cut", "absent", "late")},
    **{(device, "pulled"): {"line_lost"} for device in ("bank1", "probe", "panel")},
    **{(device, "garbled"): GARBLED for device in ("bank1", "probe")},
    **{(device, "noise"): GARBLED | UNASKED for device in ("bank1", "probe")},
    **{(device, "truncated"): SILENT | GARBLED for device in ("bank1", "probe")},
    # what comes late is taken for an answer to the next question, or for nothing that was asked for
    **{(device, "late"): SILENT | GARBLED | UNASKED for device in ("bank1", "probe")},
    # the second copy comes between two rounds, or into the next answer
    **{(device, "doubled"): GARBLED | UNASKED for device in ("bank1", "probe")},
    **{("panel", fault): SILENT for fault in ("noise", "garbled", "truncated")},
    **{(device, "short"): {"bus_short"} for device in ("bank1", "probe")},
    ("pins", "pins_lost"): {"pins_lost"},
}
"""Cells in which the device is lost, and the names that its fault may have."""

OF_WIRE = {Of.LINE: "has no serial line", Of.BUS: "has no 1-Wire bus", Of.TAG: "reads no tags", Of.PINS: "has no GPIO"}
HAS = {"pins": {Of.PINS, Of.SLOT, Of.CABINET}, "panel": {Of.LINE}}
NOT_OBSERVABLE = {
    "mains": "not observable on this cabinet: no line senses the mains, and the battery hides their loss",
    "no_one_shot": "not observable on this cabinet: a bridged monostable shows only when a pulse does not end in time",
}


def why_not(device: str, fault: str) -> str:
    """Why this cell does not apply; empty where it does."""
    if (device, fault) in LOST or (device, fault) in STORIES:
        return ""
    if fault in NOT_OBSERVABLE:
        return NOT_OBSERVABLE[fault] if device == "pins" else "is no fault of this device's wire"
    if fault in ACTS or FAULTS[fault].of in {Of.SLOT, Of.CABINET}:
        return "drives no coil and senses no contact"
    of = FAULTS[fault].of
    if of in HAS.get(device, {Of.LINE, Of.BUS, Of.TAG}):
        return _OTHERWISE[device, fault]
    return OF_WIRE[of]


_OTHERWISE = {("probe", "unreadable"): "a tag that answers nothing is no tag to a probe: nothing is there to be told"}

CELLS = [
    (device, fault) for device in DEVICES for fault in COLUMNS if (device, fault) in LOST or (device, fault) in STORIES
]
HOLES = {
    (device, fault): why_not(device, fault) for device in DEVICES for fault in COLUMNS if (device, fault) not in CELLS
}


def table() -> str:
    """The matrix as it is read: a line for each fault, what comes of it at each device, and why nothing does."""
    lines = [f"{len(CELLS)} cells apply, {len(HOLES)} do not, of {len(DEVICES)} devices x {len(COLUMNS)} faults"]
    for fault in COLUMNS:
        lines.append(f"  {fault}: {FAULTS[fault].summary if fault in FAULTS else ACTS[fault]}")
        lines += [f"    {device:<6} {outcome(device, fault)}" for device in DEVICES]
    return "\n".join(lines)


def outcome(device: str, fault: str) -> str:
    """What has to come of one cell, in words."""
    if (device, fault) in HOLES:
        return f"-  ({HOLES[device, fault]})"
    if (device, fault) in LOST:
        return "device.lost: " + " or ".join(sorted(LOST[device, fault]))
    return str(STORIES[device, fault].__doc__).splitlines()[0]


MAY_FLAP = {"late", "doubled", "garbled", "noise"}
"""Faults behind which a device that answers could be taken for one that is well again."""
STEADY_S = 4.0


def play(judge: Judge, device: str, fault: str) -> None:
    """Let it happen, and judge what comes of it."""
    if (device, fault) in STORIES:
        STORIES[device, fault](judge)
    else:
        lose(judge, device, fault, LOST[device, fault])


def lose(judge: Judge, device: str, fault: str, names: set[str]) -> None:
    """The device is named as lost; what it senses is unknown, and opens to nobody; it comes back by itself."""
    judge.sim.fault(fault, device)
    assert judge.wait_for("device.lost", device=device)["body"]["fault"] in names
    judge.wait_for("alarm.raised", kind="reader_fault", subject=device)
    _while_lost(judge, device)
    if fault in MAY_FLAP:
        until = time.monotonic() + STEADY_S
        wait_until(lambda: time.monotonic() > until or judge.rows("device.back"), 2 * STEADY_S)
    assert judge.rows("device.back") == [], "it came back while the fault lasted"
    judge.sim.fault(fault, device, on=False)
    judge.recovers()
    judge.wait_for("device.back", device=device)
    judge.nothing_was_invented()


def _while_lost(judge: Judge, device: str) -> None:
    if device in {"bank1", "pins"}:
        judge.stay({"unknown", "out"}, range(1, 9))
        judge.is_refused(3)
        judge.stay({"unknown", "out"}, range(1, 9))
    elif device == "probe":
        judge.sim.present(5, hold_ms=300)
        judge.sim.wait_for("tag_lifted")
    else:
        judge.sim.press("3#")
