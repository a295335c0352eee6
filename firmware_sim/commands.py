"""What can be asked of a running simulator: the table between its control socket and its world."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from firmware_sim.control import Command
from firmware_sim.facts import MS, Fact
from firmware_sim.faults import FAULTS, Of, Subject
from firmware_sim.journal import Row
from firmware_sim.latch import WorldRefuses
from firmware_sim.panel_wire import Panel
from firmware_sim.status import status

if TYPE_CHECKING:
    from firmware_sim.stage import Stage

Asked = dict[str, Any]


def commands(stage: "Stage") -> Mapping[str, Command]:
    """Name -> what it does. An act answers ``since``: the number of the first row that it may have caused."""
    hand = _Hand(stage)
    acts: Mapping[str, Command] = {
        "press": hand.press,
        "pull": hand.pull,
        "push": hand.push,
        "insert": hand.insert,
        "present": hand.present,
        "door": hand.door,
        "panel_reset": hand.panel_reset,
        "fault": hand.fault,
    }
    return {
        "status": lambda _asked, now: status(stage, now),
        "journal": lambda asked, _now: {"rows": stage.journal.rows(_number(asked, "from_seq", 0))},
        **{name: _answered(stage, act) for name, act in acts.items()},
    }


def _answered(stage: "Stage", act: Command) -> Command:
    def answer(asked: Asked, now: int) -> Row:
        since = stage.journal.seq + 1
        act(asked, now)
        return {"since": since}

    return answer


class _Hand:
    """A hand at the cabinet; each act takes what was asked and the moment."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._world = stage.world

    def press(self, asked: Asked, now: int) -> Row:
        self._panel().press(_text(asked, "keys"), _number(asked, "gap_ms", 60) * MS, now)
        return {}

    def pull(self, asked: Asked, now: int) -> Row:
        self._world.pull(_number(asked, "slot"), now, force=bool(asked.get("force", False)))
        return {}

    def push(self, asked: Asked, now: int) -> Row:
        self._world.push(_number(asked, "slot"), now)
        return {}

    def insert(self, asked: Asked, now: int) -> Row:
        self._world.insert(_number(asked, "slot"), asked.get("what"), now)
        return {}

    def present(self, asked: Asked, now: int) -> Row:
        bus = self._reader(asked.get("reader"))
        self._world.present(bus, _text(asked, "what"), _number(asked, "hold_ms", 800) * MS, now)
        return {}

    def door(self, asked: Asked, now: int) -> Row:
        act = _text(asked, "act")
        if act == "close":
            self._world.close_door(now)
        elif act in {"open", "force"}:
            self._world.open_door(now, force=act == "force")
        else:
            raise WorldRefuses(f"a door can be opened, closed or forced (open, close, force), not {act!r}")
        return {}

    def panel_reset(self, _asked: Asked, now: int) -> Row:
        self._panel().reset(now)
        return {}

    def fault(self, asked: Asked, now: int) -> Row:
        name, on = _text(asked, "name"), bool(asked.get("on", True))
        if name not in FAULTS:
            raise WorldRefuses(f"there is no fault {name!r}; known are {', '.join(FAULTS)}")
        shown = str(asked.get("subject", ""))
        self._stage.faults.switch(name, self._subject(FAULTS[name].of, shown), on=on, now=now)
        self._stage.tell(Fact(now, "fault_on" if on else "fault_off", {"fault": name, "subject": shown}))
        return {}

    def _subject(self, of: Of, shown: str) -> Subject:
        """What a fault is of, as the world knows it."""
        plan = self._stage.plan
        buses = [bus.name for bus in plan.buses]
        known: list[str] = {
            Of.SLOT: [str(slot) for slot in plan.slots],
            Of.BUS: buses,
            Of.LINE: buses + ([plan.panel.name] if plan.panel else []),
            Of.PINS: [plan.pins.name] if plan.pins else [],
            Of.CABINET: [""],
            Of.TAG: [shown],
        }[of]
        if shown not in known:
            raise WorldRefuses(f"{shown!r} is no {of}; this cabinet has {', '.join(known) or 'none'}")
        if of is Of.TAG:
            return self._world.rings.find(shown)
        return int(shown) if of is Of.SLOT else shown

    def _panel(self) -> Panel:
        if self._stage.panel is None:
            raise WorldRefuses("this cabinet has no panel")
        return self._stage.panel

    def _reader(self, name: str | None) -> str:
        """The bus of the reader of this name; of the only reader, if none is named. A bank of slots by its own name."""
        buses = self._stage.plan.buses
        readers = {bus.reader: bus.name for bus in buses if bus.reader}
        if name is None and len(readers) == 1:
            return next(iter(readers.values()))
        if name in {bus.name for bus in buses if bus.slots}:
            return str(name)
        if name not in readers:
            raise WorldRefuses(
                f"there is no reader {name!r}; this cabinet has {', '.join(map(str, readers)) or 'none'}"
            )
        return readers[name]


def _number(asked: Asked, field: str, default: int | None = None) -> int:
    value = asked.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise WorldRefuses(f"{field} must be a whole number, and is {value!r}")
    return value


def _text(asked: Asked, field: str) -> str:
    value = asked.get(field)
    if not isinstance(value, str):
        raise WorldRefuses(f"{field} must be a text, and is {value!r}")
    return value
