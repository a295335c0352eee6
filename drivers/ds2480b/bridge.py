"""One question and its answer on a DS2480B: the only part of this driver that touches the line."""

from collections.abc import Callable
from typing import Final, TypeVar

from serial import Serial

from drivers.ds2480b.codec import (
    CALIBRATE,
    PARAMETERS,
    READ_BAUD,
    RESET,
    RESET_ANSWER_BYTES,
    SEARCH_ANSWER_BYTES,
    TO_COMMAND_MODE,
    Bus,
    Garbled,
    Search,
    bus_of,
)
from keycabinet.domain.events import Tag
from keycabinet.ports import DeviceFault

BAUD: Final = 9600
ATTEMPTS: Final = 3
ANSWER_MS: Final = 250
"""A search pass takes 26 ms at 9600 baud; the rest is for slow USB adapters."""
QUIET_MS: Final = 30
MAX_NOISE: Final = 64
MAX_DRAINS: Final = 8
UNASKED_ROUNDS: Final = 6
"""A byte now and then is a disturbance of the line; so many rounds in a row are its state: 1.3 s."""

T = TypeVar("T")


class Silent(Garbled):
    """The bridge did not answer at all."""


class Unasked(Garbled):
    """Bytes came that nobody had asked for: everything twice, another master at the line, noise."""


_FAULT_OF: Final = {Silent: "line_silent", Unasked: "unasked"}


class Bridge:
    """A bridge on an open line: asks, checks, asks again."""

    def __init__(self, device: str, port: Serial) -> None:
        self._device = device
        self._port = port
        self._unasked_rounds = 0

    def wake(self) -> None:
        """Bring the chip into command mode from whatever state, and prove that it is one.

        The first byte after a break only calibrates the chip's clock. A chip that did not see the break may be in data
        mode and would take C1 for data: hence E3, and C1 once more (hardware notes B4).
        """
        self._port.send_break()
        self._drain()
        self._port.write(CALIBRATE)
        self._settle()
        self._port.write(CALIBRATE)
        self._drain()
        for request, expected in (*PARAMETERS, READ_BAUD):
            self._confirm(request, expected)

    def tags(self, each_pass: Callable[[], object]) -> frozenset[Tag] | None:
        """All tags on the bus; None while the bus is shorted. ``each_pass``: called before each, a sign of life."""
        self._count_unasked()
        search = Search()
        while not search.done:
            each_pass()
            bus = self._retry(lambda: self._pass(search))
            if bus is Bus.SHORTED:
                return None
            if bus is Bus.EMPTY:
                break
        return frozenset(search.tags)

    def _count_unasked(self) -> None:
        """Between two rounds nothing was asked: what came there may be dropped, but not for ever without a word."""
        self._unasked_rounds = self._unasked_rounds + 1 if self._port.in_waiting else 0
        if self._unasked_rounds >= UNASKED_ROUNDS:
            raise self._failed(Unasked(f"bytes that nobody asked for, in {UNASKED_ROUNDS} rounds in a row"))

    def _pass(self, search: Search) -> Bus:
        bus = bus_of(self._ask(RESET, RESET_ANSWER_BYTES))
        if bus is Bus.TAGS:
            search.take(self._ask(search.request, SEARCH_ANSWER_BYTES))
        else:
            self._confirm_bus(bus)
        return bus

    def _confirm_bus(self, bus: Bus) -> None:
        """One wrong bit makes a full bus an empty one: believe it when it is said twice, on a line that is quiet."""
        self._expect_quiet()
        if bus_of(self._ask(RESET, RESET_ANSWER_BYTES)) is not bus:
            raise Garbled(f"a bus that is {bus.value} in one answer, and something else in the next")

    def _confirm(self, request: bytes, expected: bytes) -> None:
        self._retry(lambda: self._compare(request, expected))

    def _compare(self, request: bytes, expected: bytes) -> None:
        answer = self._ask(request, len(expected))
        if answer != expected:
            raise Garbled(f"answer to {request.hex()}: {answer.hex(' ')}, expected {expected.hex()}")
        self._expect_quiet()

    def _retry(self, act: Callable[[], T]) -> T:
        fault = Garbled("not asked")
        for _ in range(ATTEMPTS):
            try:
                return act()
            except Garbled as error:
                fault = error
            self._settle()
        raise self._failed(fault) from fault

    def _failed(self, fault: Garbled) -> DeviceFault:
        name = _FAULT_OF.get(type(fault), "garbled")
        return DeviceFault(name, f"{self._device}: bridge at {self._port.port}: {fault}")

    def _ask(self, request: bytes, size: int) -> bytes:
        self._port.reset_input_buffer()
        self._port.write(request)
        answer: bytes = self._port.read(size)
        if not answer:
            raise Silent(f"no answer to {request.hex(' ')} within {ANSWER_MS} ms")
        return answer

    def _expect_quiet(self) -> None:
        if self._drain():
            raise Unasked("bytes that nobody asked for, behind an answer")

    def _settle(self) -> None:
        self._port.write(TO_COMMAND_MODE)
        self._drain()

    def _drain(self) -> bool:
        """Throw away what still arrives, until the line is quiet or plainly will not be; whether anything did."""
        self._port.timeout = QUIET_MS / 1000
        drains = 0
        while drains < MAX_DRAINS and self._port.read(MAX_NOISE):
            drains += 1
        self._port.timeout = ANSWER_MS / 1000
        return drains > 0
