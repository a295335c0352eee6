"""A gpiozero pin factory whose pins are lines of the simulated cabinet (hardware notes B3).

Named by the entry point ``keycabinet_sim``, and given the address of the simulator's pin socket. Nothing but overrides
stands here: a helper's name could shadow an attribute of gpiozero.
"""

import time
from typing import Any

from gpiozero.exc import (
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinSetInput,
)
from gpiozero.pins.pi import PiFactory, PiPin

from firmware_sim import pin_wire
from firmware_sim.debounce import EDGES
from firmware_sim.pin_link import PinLink


class SimFactory(PiFactory):  # type: ignore[misc]  # gpiozero carries no types
    """The pins of a simulated Raspberry Pi 5. Raises OSError when no simulator listens at ``address``.

    ``close`` releases every pin, so that all lines fall; a process that just dies leaves them as they are.
    """

    def __init__(self, *, address: str) -> None:
        super().__init__()
        self.pin_class = SimPin
        self.link = PinLink(address)
        self.link.open()

    def close(self) -> None:
        super().close()
        self.link.close()

    def _get_revision(self) -> int:
        return 0xD04170

    @staticmethod
    def ticks() -> float:
        return time.monotonic()

    @staticmethod
    def ticks_diff(later: float, earlier: float) -> float:
        return later - earlier


class SimPin(PiPin):  # type: ignore[misc]  # gpiozero carries no types
    """One line. Acts raise OSError when the simulator has gone or another process has the line."""

    def __init__(self, factory: SimFactory, info: Any) -> None:  # noqa: ANN401 - a gpiozero PinInfo
        super().__init__(factory, info)
        self._function_now = "input"
        self._pull_now = info.pull or "floating"
        self._written = False
        self._stable_s = 0.0
        self._edges_now = "both"

    def close(self) -> None:
        self.when_changed = None
        self.factory.link.release(self._number)
        self._function_now = "input"

    def output_with_state(self, state: bool) -> None:  # noqa: FBT001 - as gpiozero has it
        self.when_changed = None
        self.factory.link.become(pin_wire.OUTPUT, self._number, int(bool(state)))
        self._function_now, self._written = "output", bool(state)

    def input_with_pull(self, pull: str) -> None:
        self._pull_now = _possible_pull(self, pull)
        self.function = "input"

    def _get_function(self) -> str:
        return self._function_now

    def _set_function(self, value: str) -> None:
        if value not in {"input", "output"}:
            raise PinInvalidFunction(f"invalid function {value!r} for pin {self!r}")
        self.when_changed = None
        if value == "input":
            self.factory.link.become(pin_wire.INPUT, self._number, pin_wire.PULLS[self._pull_now])
        else:
            self.factory.link.become(pin_wire.OUTPUT, self._number, pin_wire.AS_FOUND)
            self._written = self.factory.link.level(self._number)
        self._function_now = value

    def _get_state(self) -> bool:
        if self._function_now == "output":
            return self._written
        return bool(self.factory.link.level(self._number))

    def _set_state(self, value: float) -> None:
        if self._function_now == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        self.factory.link.write(self._number, bool(value))
        self._written = bool(value)

    def _get_pull(self) -> str:
        return self._pull_now

    def _set_pull(self, value: str) -> None:
        if self._function_now != "input":
            raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
        self._pull_now = _possible_pull(self, value)
        self.factory.link.become(pin_wire.INPUT, self._number, pin_wire.PULLS[value])

    def _get_bounce(self) -> float | None:
        return self._stable_s or None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None and value < 0:
            raise PinInvalidBounce("bounce must be 0 or greater")
        listener, self.when_changed = self.when_changed, None
        self._stable_s = value or 0.0
        self.when_changed = listener

    def _get_edges(self) -> str:
        return self._edges_now

    def _set_edges(self, value: str) -> None:
        if value not in EDGES:
            raise PinInvalidEdges(f"invalid edge {value!r} for pin {self!r}")
        listener, self.when_changed = self.when_changed, None
        self._edges_now = value
        self.when_changed = listener

    def _enable_event_detect(self) -> None:
        self.factory.link.listen(self._number, self._stable_s, self._edges_now, self._call_when_changed)

    def _disable_event_detect(self) -> None:
        self.factory.link.ignore(self._number)


def _possible_pull(pin: SimPin, pull: str) -> str:
    if pull not in pin_wire.PULLS:
        raise PinInvalidPull(f"invalid pull {pull!r} for pin {pin!r}")
    if pin.info.pull not in {pull, ""}:
        raise PinFixedPull(f"{pin!r} has a physical pull-{pin.info.pull} resistor")
    return pull
