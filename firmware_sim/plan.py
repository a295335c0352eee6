"""What there is to simulate, read from cabinet.toml and rings.csv by the simulator itself."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_sim.facts import Line
from firmware_sim.tags import wrong_with

DRIVERS = ("gpio", "ds2480b", "panel_serial")
BAUDS = (9600, 19200, 38400, 57600, 115200)
"""What a panel can be set to (docs/devices/panel_serial.md)."""


class PlanError(ValueError):
    """A file does not describe a cabinet that can be simulated: names file, field, and what to do."""


@dataclass(frozen=True, slots=True)
class PinsPlan:
    """The lines of one Raspberry Pi: BCM number -> what it is wired to."""

    name: str
    address: str
    lines: Mapping[int, Line]
    one_shot_ms: int | None
    door_open_high: bool


@dataclass(frozen=True, slots=True)
class BusPlan:
    """A DS2480B with a 1-Wire bus through these slots, or to a touch probe (``reader``)."""

    name: str
    port: str
    slots: tuple[int, ...]
    reader: str | None


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """A keypad with a display on a serial line."""

    name: str
    port: str
    baud: int


@dataclass(frozen=True, slots=True)
class RingPlan:
    """A ring as rings.csv knows it; without a home slot it is nowhere at the start."""

    number: int
    tag: str
    home: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one simulator stands for."""

    cabinet: str
    pins: PinsPlan | None
    buses: tuple[BusPlan, ...]
    panel: PanelPlan | None
    rings: tuple[RingPlan, ...] = ()

    @property
    def slots(self) -> tuple[int, ...]:
        """Every slot that a line or a bus leads to."""
        wired = {line.slot for line in self.pins.lines.values() if line.slot is not None} if self.pins else set()
        return tuple(sorted(wired.union(*(bus.slots for bus in self.buses))))

    @property
    def has_door(self) -> bool:
        """Whether a door with a latch or a contact stands before the slots."""
        return self.pins is not None and any(line.name.startswith("door") for line in self.pins.lines.values())


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file, and the words to complain about it."""

    file: str
    name: str
    fields: Mapping[str, Any]

    def get(self, field: str, kind: type, default: Any = None) -> Any:  # noqa: ANN401 - TOML is untyped
        value = self.fields.get(field, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(
                field, f"must be {_WORDS[kind]}, and is {value!r}" if field in self.fields else "is missing"
            )
        return value

    def wrong(self, field: str, what: str) -> PlanError:
        return PlanError(f"{self.file}: [{self.name}] {field} {what}")


_WORDS: dict[type, str] = {int: "a whole number", str: "a text", dict: "a table", list: "a list"}


def read_plan(cabinet: Path, rings: Path | None) -> Plan:
    """The plan of these files; PlanError where they do not describe one."""
    try:
        document = tomllib.loads(cabinet.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(f"{cabinet}: there is no such file; name it with --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{cabinet}: not TOML: {error}") from error
    devices = [_Table(cabinet.name, f"devices.{name}", table) for name, table in document.get("devices", {}).items()]
    if not devices:
        raise PlanError(f"{cabinet.name}: [devices] has no device; add a table like [devices.panel]")
    plan = Plan(
        cabinet=str(document.get("cabinet", {}).get("id", "cabinet")),
        pins=_only(devices, "gpio", _pins),
        buses=tuple(_bus(table) for table in devices if _driver(table) == "ds2480b"),
        panel=_only(devices, "panel_serial", _panel),
    )
    return plan if rings is None else Plan(plan.cabinet, plan.pins, plan.buses, plan.panel, _rings(rings, plan.slots))


def _driver(table: _Table) -> str:
    driver: str = table.get("driver", str)
    if driver not in DRIVERS:
        raise table.wrong("driver", f"{driver!r} is not simulated; the simulator knows {', '.join(DRIVERS)}")
    return driver


def _only(devices: list[_Table], driver: str, read: Any) -> Any:  # noqa: ANN401 - one reader for each kind
    tables = [table for table in devices if _driver(table) == driver]
    if len(tables) > 1:
        raise tables[1].wrong("driver", f"{driver!r} is there twice; the simulator has one of them")
    return read(tables[0]) if tables else None


def _name(table: _Table) -> str:
    return table.name.removeprefix("devices.")


def _bus(table: _Table) -> BusPlan:
    reader = table.fields.get("reader")
    slots = table.get("slots", list, [])
    if bool(slots) == bool(reader):
        raise table.wrong("slots", 'or reader: give one of the two, as slots = [1, 2] or reader = "panel"')
    return BusPlan(_name(table), table.get("port", str), tuple(slots), reader)


def _panel(table: _Table) -> PanelPlan:
    baud = table.get("baud", int, 19200)
    if baud not in BAUDS:
        raise table.wrong("baud", f"must be one of {', '.join(map(str, BAUDS))}, and is {baud}")
    return PanelPlan(_name(table), table.get("port", str), baud)


def _pins(table: _Table) -> PinsPlan:
    if table.get("factory", str) != "keycabinet_sim":
        raise table.wrong("factory", f'is {table.fields["factory"]!r}, real hardware; simulate with "keycabinet_sim"')
    options = _Table(table.file, f"{table.name}.factory_options", table.get("factory_options", dict))
    door = _Table(table.file, f"{table.name}.door", table.get("door", dict, {}))
    level = door.get("open_level", str, "high")
    if level not in {"high", "low"}:
        raise door.wrong("open_level", f'must be "high" or "low", and is {level!r}')
    one_shot = table.fields.get("one_shot_ms")
    lines = _lines(table, door)
    return PinsPlan(_name(table), options.get("address", str), lines, one_shot, door_open_high=level == "high")


def _lines(table: _Table, door: _Table) -> Mapping[int, Line]:
    lines: dict[int, Line] = {}
    for field in ("buzzer", "bolts"):
        _wire(lines, table, field, Line(field))
    for field in ("latch", "contact"):
        _wire(lines, door, field, Line(f"door_{field}"))
    for slot, fields in table.get("slots", dict, {}).items():
        if not slot.isdecimal() or not isinstance(fields, dict):
            raise table.wrong("slots", f"{slot!r} must be a slot number with a table, as 1 = {{ latch = 5 }}")
        for field in ("latch", "contact", "light"):
            _wire(lines, _Table(table.file, f"{table.name}.slots.{slot}", fields), field, Line(field, int(slot)))
    return lines


def _wire(lines: dict[int, Line], table: _Table, field: str, line: Line) -> None:
    if field not in table.fields:
        return
    pin = table.get(field, int)
    if pin in lines:
        raise table.wrong(field, f"is line {pin}, which is wired to {lines[pin]} already; give each a line of its own")
    lines[pin] = line


def _rings(path: Path, slots: tuple[int, ...]) -> tuple[RingPlan, ...]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = {"number", "tag", "home_slot"} - set(reader.fieldnames or ())
            if missing:
                raise PlanError(f"{path}: column {sorted(missing)[0]} is missing; the first line names the columns")
            rings = tuple(_ring(f"{path} line {reader.line_num}", row, slots) for row in reader)
    except FileNotFoundError:
        raise PlanError(f"{path}: there is no such file; name it with --rings") from None
    for column in ("number", "tag", "home"):
        values = [getattr(ring, column) for ring in rings if getattr(ring, column) is not None]
        twice = [value for index, value in enumerate(values) if value in values[:index]]
        if twice:
            raise PlanError(f"{path}: {column} {twice[0]} is there twice; each ring needs its own")
    return rings


def _ring(where: str, row: Mapping[str, str | None], slots: tuple[int, ...]) -> RingPlan:
    number, tag, home = ((row[field] or "").strip() for field in ("number", "tag", "home_slot"))
    if not number.isdecimal():
        raise PlanError(f"{where}: number {number!r} must be a whole number")
    if wrong := wrong_with(tag):
        raise PlanError(f"{where}: tag {tag!r} {wrong}")
    if home and (not home.isdecimal() or int(home) not in slots):
        raise PlanError(
            f"{where}: home_slot {home!r} is not a slot of this cabinet ({_range(slots)}); correct or empty it"
        )
    return RingPlan(int(number), tag, int(home) if home else None)


def _range(slots: tuple[int, ...]) -> str:
    return f"{slots[0]}-{slots[-1]}" if slots else "it has none"
