"""From a file to a configuration, or to the list of everything that is wrong with it."""

import json
import os
from collections.abc import Mapping
from contextlib import chdir, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError

from keycabinet.config.complaints import complaints
from keycabinet.config.devices import ConfiguredDevice, read_device
from keycabinet.config.faults import Fault, FaultsFound, nearest, quoted
from keycabinet.config.source import Source
from keycabinet.config.tables import (
    MOST_SLOTS,
    AlarmsTable,
    CabinetTable,
    ControlTable,
    Document,
    KeypadTable,
    MqttTable,
    RightsTable,
    StoreTable,
)
from keycabinet.config.wiring import Bench, contradictions
from keycabinet.domain.layout import Layout, Senses
from keycabinet.domain.state import Times

ENVIRONMENT: Final = "KEYCABINET_CONFIG"
USUAL_PLACE: Final = Path("/etc/keycabinet/cabinet.toml")


@dataclass(frozen=True)
class Config:
    """A cabinet as its file describes it. Every path is absolute."""

    file: Path
    cabinet: CabinetTable
    store: StoreTable
    control: ControlTable
    keypad: KeypadTable
    rights: RightsTable
    alarms: AlarmsTable
    mqtt: MqttTable | None
    devices: Mapping[str, ConfiguredDevice]

    @property
    def folder(self) -> Path:
        """Where the file is; ports of devices are relative to it, so the core works from here."""
        return self.file.parent

    def hardware(self) -> tuple[str, ...]:
        """Names of the devices behind which there may be a real lock or key: looked at now, in the working folder."""
        wirings = ((device.name, device.entry.wiring(device.name, device.settings)) for device in self.devices.values())
        return tuple(name for name, wiring in wirings if wiring.hardware)

    def zone(self) -> ZoneInfo:
        """The time on the wall at the cabinet."""
        return ZoneInfo(self.cabinet.timezone)

    def times(self) -> Times:
        """How long each step waits for a person."""
        times = self.keypad.times()
        return times if self.mqtt is None else replace(times, publish=timedelta(seconds=self.mqtt.late_s))

    def layout(self) -> Layout:
        """The cabinet as the rules see it."""
        wirings = {name: device.wiring for name, device in self.devices.items()}
        return Layout(
            latches=frozenset().union(*(wiring.latches for wiring in wirings.values())),
            devices={
                name: Senses(wiring.contacts, wiring.bolts, wiring.banks, wiring.door_contact)
                for name, wiring in wirings.items()
            },
            door_latch=any(wiring.door_latch for wiring in wirings.values()),
        )


def locate(option: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """The absolute path of the configuration: the option, else KEYCABINET_CONFIG, else the usual place."""
    environment = os.environ if environment is None else environment
    return (option or Path(environment.get(ENVIRONMENT) or USUAL_PLACE)).absolute()


def load(path: Path) -> Config:
    """The configuration in this file. Raises FaultsFound (a ConfigError) with everything that is wrong with it.

    Work in the folder of the file when you call it: a driver looks at its port to tell a real one from a simulated one.
    """
    source = Source.read(path)
    document, faults = _document(source, path.absolute().parent)
    devices, faulty = _devices(source)
    bench = Bench(tuple(devices.values()), _slots(source), source, complete=not faulty)
    faults += [*_zone_faults(source), *faulty, *contradictions(bench)]
    if faults or document is None:
        raise FaultsFound(faults)
    tables = document.cabinet, document.store, document.control, document.keypad, document.rights, document.alarms
    return Config(path.absolute(), *tables, _named(document), devices)


def load_in_its_folder(path: Path) -> Config:
    """As ``load``, with the folder of the file as working folder meanwhile: not beside other threads."""
    absolute = path.absolute()
    with chdir(absolute.parent) if absolute.parent.is_dir() else nullcontext():
        return load(absolute)


def _document(source: Source, folder: Path) -> tuple[Document | None, list[Fault]]:
    text = json.dumps(source.document, default=str)  # validated as JSON, where no number is taken for a text
    try:
        return Document.model_validate_json(text, strict=True, context={"folder": folder}), []
    except ValidationError as error:
        return None, list(complaints(error, Document, source))


def _slots(source: Source) -> int | None:
    slots = source.value(("cabinet", "slots"))
    return slots if type(slots) is int and 1 <= slots <= MOST_SLOTS else None


def _devices(source: Source) -> tuple[dict[str, ConfiguredDevice], list[Fault]]:
    tables = source.value(("devices",))
    devices: dict[str, ConfiguredDevice] = {}
    faults: list[Fault] = []
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if not isinstance(table, dict):
            faults.append(source.fault(("devices", name), f"{quoted(table)} found", "a table with a driver"))
            continue
        device = read_device(name, table, source)
        if isinstance(device, ConfiguredDevice):
            devices[name] = device
        else:
            faults += device
    return devices, faults


def _zone_faults(source: Source) -> list[Fault]:
    path = ("cabinet", "timezone")
    name = source.value(path)
    try:
        if isinstance(name, str):
            ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a path, no such zone
        expected = "a name of the IANA list, as America/Chicago"
        return [source.fault(path, f'"{name}" is no time zone', expected, nearest(name, available_timezones()))]
    return []


def _named(document: Document) -> MqttTable | None:
    """With a client id: the broker keeps the session under it, so it has to be the same at every start."""
    mqtt, default = document.mqtt, f"keycabinet-{document.cabinet.id}"
    return mqtt.model_copy(update={"client_id": mqtt.client_id or default}) if mqtt is not None else None
