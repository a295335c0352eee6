"""A DS2480B bridge as a device: polls its bus, and tells which tags are there or were presented.

It has no outputs.
"""

from time import monotonic_ns
from typing import Final

from drivers.debounce import TagWatch
from drivers.ds2480b.bridge import ANSWER_MS, BAUD, Bridge
from drivers.ds2480b.settings import Settings
from drivers.serial_port import open_line
from keycabinet.domain.events import DeviceReady, Tag, TagPresented, TagsRead
from keycabinet.ports import DeviceFault, Emit, Stopping

PERIOD_NS: Final = 220_000_000
"""Rounds at 4-5 Hz; with more than seven tags on the bus the line itself (26 ms a tag) is slower."""
REST_NS: Final = 30_000_000
"""Between two rounds the line is left alone for this long at least: what comes then, nobody has asked for."""
FIRST_ROUNDS: Final = 6
"""A tag that chatters must not keep the others from being reported."""
SHORTED_ROUNDS: Final = 3
"""A ring on its way into a slot may short the bus for a moment."""


class Ds2480b:
    """The bridge named ``name``."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings

    @property
    def name(self) -> str:
        """The name of its table in the configuration."""
        return self._name

    def run(self, emit: Emit, stopping: Stopping) -> None:
        """Open the line, report what is on the bus, and go on reporting until ``stopping``."""
        with open_line(self._name, self._settings.port, BAUD, read_timeout_ms=ANSWER_MS) as port:
            bridge = Bridge(self._name, port)
            bridge.wake()
            rounds = Rounds(self._name, bridge, stopping)
            present = rounds.first()
            if stopping.is_set():
                return
            self._tell_first(present, emit)
            emit(DeviceReady(self._name))
            while not stopping.is_set():
                before, present = present, rounds.next()
                self._tell_change(before, present, emit)

    def _tell_first(self, present: frozenset[Tag], emit: Emit) -> None:
        """A tag that is at the probe already has not been presented now."""
        if self._settings.reader is None:
            emit(TagsRead(self._name, present))

    def _tell_change(self, before: frozenset[Tag], present: frozenset[Tag], emit: Emit) -> None:
        if self._settings.reader is not None:
            for tag in sorted(present - before):
                emit(TagPresented(self._settings.reader, tag))
        elif present != before:
            emit(TagsRead(self._name, present))


class Rounds:
    """Round after round over the bus, and what counts after each."""

    def __init__(self, device: str, bridge: Bridge, stopping: Stopping) -> None:
        self._device = device
        self._bridge = bridge
        self._stopping = stopping
        self._watch = TagWatch()
        self._shorted = 0
        self._began_ns = monotonic_ns() - PERIOD_NS

    def first(self) -> frozenset[Tag]:
        """Rounds until two are equal."""
        last: frozenset[Tag] | None = None
        for _ in range(FIRST_ROUNDS):
            tags = self._round(0)
            if (tags is not None and tags == last) or self._stopping.is_set():
                break
            last = tags
        return self._watch.present

    def next(self) -> frozenset[Tag]:
        """One round, at its time: at once where a new tag waits for its second read."""
        self._round(0 if self._watch.unconfirmed else PERIOD_NS)
        return self._watch.present

    def _round(self, period_ns: int) -> frozenset[Tag] | None:
        self._stopping.wait(max(REST_NS, self._began_ns + period_ns - monotonic_ns()) / 1e9)
        self._began_ns = monotonic_ns()
        tags = self._bridge.tags(self._stopping.is_set)  # many tags, each asked for three times: seconds
        if tags is None:
            self._count_short()
            return None
        self._shorted = 0
        self._watch.see(tags, monotonic_ns())
        return tags

    def _count_short(self) -> None:
        self._shorted += 1
        if self._shorted >= SHORTED_ROUNDS:
            raise DeviceFault("bus_short", f"{self._device}: the 1-Wire bus is shorted to ground")
        self._stopping.wait(PERIOD_NS / 1e9)
