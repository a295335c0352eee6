"""Drives every latch line of a cabinet to its inactive level and leaves it so: ``coils_off.py CABINET.TOML``.

For ``ExecStopPost=``: a core that was killed in the middle of a pulse leaves its line to the kernel, and a Pi's kernel
may hold it. Needs Python 3.11 and lgpio, and nothing of keycabinet. Reads as much of the file as can be read, and never
makes a line active. Exit status: 0 every latch is off, or none is on lines of this computer; 1 some are not, each named
on stderr; 2 the file cannot be read.
"""

import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HEADER: Final = "pinctrl-"
"""The label of the chip behind a Pi's header begins so, whatever its number: pinctrl-rp1, pinctrl-bcm2711."""
CHIPS: Final = range(32)
LINES: Final = range(28)

Troubles = list[str]


@dataclass(frozen=True)
class Latch:
    """A latch line, and the level at which its coil is off."""

    use: str
    chip: int | None
    pin: int
    off: int


def main(arguments: list[str]) -> int:
    """Switch off what this file names."""
    if len(arguments) != 1:
        say("usage: coils_off.py CABINET.TOML")
        return 2
    troubles: Troubles = []
    try:
        latches = list(read(tomllib.loads(Path(arguments[0]).read_text(encoding="utf-8")), troubles))
    except (OSError, ValueError, RecursionError) as error:
        say(f"{arguments[0]}: cannot be read, so no latch is switched off: {error}")
        return 2
    if latches:
        switch_off(latches, troubles)
    elif not troubles:
        say("no latch is on lines of this computer: nothing to do")
    for each in troubles:
        say(each)
    return 1 if troubles else 0


def say(words: str) -> None:
    """One line for the journal."""
    sys.stderr.write(f"coils_off: {words}\n")


# ---- the file, which nobody may have checked


def read(document: dict[str, Any], troubles: Troubles) -> Iterator[Latch]:
    """Every latch on a gpio device whose factory is lgpio; what cannot be understood goes into ``troubles``."""
    for name, fields in _table(document.get("devices", {}), "devices", troubles).items():
        device = _table(fields, f"devices.{name}", troubles)
        if device.get("driver") == "gpio" and _is_ours(name, device, troubles):
            yield from _of_device(name, device, troubles)


def _is_ours(name: str, device: dict[str, Any], troubles: Troubles) -> bool:
    factory = device.get("factory")
    if factory == "lgpio":
        return True
    if isinstance(factory, str):
        say(f"{name}: nothing to do for the pin factory {factory}")
    else:
        troubles.append(f"{name}: factory is {factory!r} and not a name: no latch of it is switched off")
    return False


def _of_device(name: str, device: dict[str, Any], troubles: Troubles) -> Iterator[Latch]:
    active_high = device.get("active_high", True)
    chip = _table(device.get("factory_options", {}), f"{name}: factory_options", troubles).get("chip")
    if not isinstance(active_high, bool):
        troubles.append(f"{name}: active_high is {active_high!r}: which level is off is unknown, none is switched off")
        return
    if chip is not None and not _is_of(CHIPS, chip):
        troubles.append(f"{name}: chip is {chip!r} and not a number from 0 to 31: no latch of it is switched off")
        return
    for use, pin in _wired(name, device, troubles):
        if _is_of(LINES, pin):
            yield Latch(use, chip, pin, off=0 if active_high else 1)
        else:
            troubles.append(f"{use}: {pin!r} is not a line from 0 to 27")


def _wired(name: str, device: dict[str, Any], troubles: Troubles) -> Iterator[tuple[str, Any]]:
    for slot, fields in _table(device.get("slots", {}), f"{name}: slots", troubles).items():
        use = f"{name}: latch of slot {slot}"
        if isinstance(fields, dict):
            yield use, fields.get("latch")
        else:
            troubles.append(f"{use}: {fields!r} is not a table")
    door = _table(device.get("door", {}), f"{name}: door", troubles)
    if "latch" in door:
        yield f"{name}: latch of the door", door["latch"]


def _table(value: object, what: str, troubles: Troubles) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    troubles.append(f"{what} is {value!r} and not a table")
    return {}


def _is_of(numbers: range, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in numbers


# ---- the lines


def switch_off(latches: list[Latch], troubles: Troubles) -> None:
    """Make each line an output at its inactive level, whatever becomes of the others."""
    with ExitStack() as stack:
        try:
            _go_where_one_can_write(stack)
            import lgpio  # noqa: PLC0415 - a computer without it has a simulated cabinet

            chips = Chips(lgpio)
        except (ImportError, AttributeError, OSError) as error:
            troubles.append(f"no latch is switched off, lgpio cannot be used: {error}")
            return
        for each in latches:
            try:
                chips.drive(each)
            except chips.errors as error:
                troubles.append(f"{each.use}: GPIO{each.pin} is not switched off: {error}")


def _go_where_one_can_write(stack: ExitStack) -> None:
    """lgpio makes a pipe in the working directory when it is imported, and fails where it cannot."""
    with suppress(OSError):  # then the pipe may still fit where we are
        folder = tempfile.TemporaryDirectory(prefix="coils-off-", ignore_cleanup_errors=True)
        os.chdir(stack.enter_context(folder))


class Chips:
    """The GPIO chips of this computer, by way of lgpio. Raises AttributeError where lgpio is PyPI's empty stub."""

    def __init__(self, lgpio: Any) -> None:  # noqa: ANN401 - lgpio has no types
        self._open, self._claim, self._info = lgpio.gpiochip_open, lgpio.gpio_claim_output, lgpio.gpio_get_chip_info
        self.errors: tuple[type[Exception], ...] = (lgpio.error, OSError)
        self._handles: dict[int | None, int] = {}

    def drive(self, latch: Latch) -> None:
        """Make this line an output at its inactive level, in one step. Raises one of ``errors``."""
        if latch.chip not in self._handles:
            self._handles[latch.chip] = self._header() if latch.chip is None else self._opened(latch.chip)
        _checked(self._claim(self._handles[latch.chip], latch.pin, latch.off))

    def _header(self) -> int:
        """The chip behind the header; where none says so, the one that gpiozero would take."""
        for number in CHIPS:
            try:
                handle = self._opened(number)
                label = self._info(handle)[3]
            except self.errors:
                continue
            if label.startswith(HEADER):
                return handle
        return self._opened(0)

    def _opened(self, number: int) -> int:
        return _checked(self._open(number))


def _checked(status: int) -> int:
    """What lgpio returned, which may be told not to raise."""
    if status < 0:
        raise OSError(f"lgpio answers {status}")
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
