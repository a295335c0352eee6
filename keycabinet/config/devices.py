"""The device tables: each is validated by the driver that it names. Only drivers that are named are loaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from pydantic import ValidationError

from keycabinet.config.complaints import complaints
from keycabinet.config.faults import Fault, nearest, quoted
from keycabinet.config.lines import Place
from keycabinet.config.source import Source
from keycabinet.ports import Driver, Parts, Wiring

GROUP: Final = "keycabinet.drivers"


@dataclass(frozen=True)
class ConfiguredDevice:
    """A device of the configuration: which driver serves it, with which settings, and what that connects."""

    name: str
    driver: str
    settings: Any
    """An instance of the settings model of the driver."""
    wiring: Wiring
    entry: Driver

    def build(self) -> Parts:
        """The device and the ports that it serves; opens nothing."""
        return self.entry.build(self.name, self.settings)


def read_device(name: str, table: Mapping[str, Any], source: Source) -> ConfiguredDevice | tuple[Fault, ...]:
    """The device that this table describes, or everything that is wrong with the table."""
    path = ("devices", name)
    driver = _driver(table.get("driver"), source, (*path, "driver"))
    if isinstance(driver, Fault):
        return (driver,)
    settings = {key: value for key, value in table.items() if key != "driver"}
    if twice := tuple(_twice(settings, source, path)):
        return twice
    try:
        valid = driver.settings.model_validate_json(json.dumps(settings, default=str), strict=True)
    except ValidationError as error:
        return tuple(complaints(error, driver.settings, source, path))
    try:
        return ConfiguredDevice(name, table["driver"], valid, driver.wiring(name, valid), driver)
    except ValueError as error:
        return (source.about(path, str(error)),)


def _driver(named: object, source: Source, path: Place) -> Driver | Fault:
    known = {each.name: each for each in entry_points(group=GROUP)}
    expected = f"one of {', '.join(sorted(known))}"
    if named is None:
        return source.fault(path, "missing", expected)
    if not isinstance(named, str) or named not in known:
        return source.fault(path, f"{quoted(named)} is no driver", expected, nearest(str(named), known))
    return _loaded(known[named], source, path)


def _loaded(entry: EntryPoint, source: Source, path: Place) -> Driver | Fault:
    try:
        driver = entry.load()
    except (ImportError, AttributeError) as error:
        return source.fault(path, f"the driver {entry.name} cannot be loaded: {error}")
    return driver if isinstance(driver, Driver) else source.fault(path, f"{entry.value} is no driver")


def _twice(table: Mapping[str, Any], source: Source, path: Place) -> list[Fault]:
    """Keys that are one number written in two ways: TOML keeps both, a mapping by number would keep one."""
    faults: list[Fault] = []
    first: dict[int, str] = {}
    for key, value in table.items():
        if key.isdecimal() and first.setdefault(int(key), key) != key:
            faults.append(source.fault((*path, key), f"is there twice, as {first[int(key)]} and {key}", "one spelling"))
        if isinstance(value, dict):
            faults += _twice(value, source, (*path, key))
    return faults
