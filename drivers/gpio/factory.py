"""The pin factory that the configuration names: found as an entry point, never guessed, never replaced by another."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from inspect import signature
from typing import Any, Final

from gpiozero.exc import GPIOZeroError

from keycabinet.ports import DeviceFault

NOT_PINS: Final = frozenset({"keycabinet_sim", "mock"})
"""Factories with no line of this computer behind them; any other may move a real lock."""

_GROUP: Final = "gpiozero_pin_factories"


def find_factory(name: str) -> EntryPoint:
    """The entry point of this factory, not loaded. Raises ValueError with the names that are known."""
    known = {each.name: each for each in entry_points(group=_GROUP)}
    if name in known:
        return known[name]
    nearest = get_close_matches(name, known, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise ValueError(f"unknown pin factory {name!r}, expected one of {', '.join(sorted(known))}{hint}")


def open_factory(device: str, name: str, options: Mapping[str, object]) -> Any:  # noqa: ANN401 - gpiozero has no types
    """A new factory with these options. Raises DeviceFault or OSError."""
    try:
        factory = find_factory(name).load()
    except (ImportError, AttributeError, ValueError) as error:
        raise DeviceFault("factory_missing", f"{device}: cannot load the pin factory {name}: {error}") from error
    _check_options(device, name, factory, options)
    try:
        return factory(**options)
    except GPIOZeroError as error:
        raise DeviceFault("factory_refused", f"{device}: cannot open the pin factory {name}: {error}") from error


def _check_options(device: str, name: str, factory: Any, options: Mapping[str, object]) -> None:  # noqa: ANN401
    expected = signature(factory)
    try:
        expected.bind(**options)
    except TypeError as error:
        accepted = ", ".join(expected.parameters) or "none"
        raise DeviceFault(
            "factory_options",
            f"{device}: factory_options of {name}: {error}; given {', '.join(options) or 'none'}, accepted {accepted}",
        ) from error
