"""How lamps blink and what the buzzer plays. Time is passed in: no thread waits for a lamp."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from drivers.gpio.pins import Output
from keycabinet.ports import Light, Tune

BLINK_NS: Final = 250_000_000
"""On for this long, then off for this long: all blinking lamps together."""

ON_OFF_MS: Final = {
    Tune.ACCEPTED: (120,),
    Tune.REFUSED: (80, 80, 80, 80, 80),
    Tune.WARNING: (300, 200, 300),
    Tune.ALARM: (500, 250, 500, 250, 500, 250, 500),
}


def lit(light: Light, now_ns: int) -> bool:
    """Whether this lamp is lit now."""
    return light is Light.STEADY or (light is Light.BLINKING and now_ns // BLINK_NS % 2 == 0)


def blink_due_ns(now_ns: int) -> int:
    """When blinking lamps change next."""
    return (now_ns // BLINK_NS + 1) * BLINK_NS


def sounding(tune: Tune, elapsed_ns: int) -> tuple[bool, int | None]:
    """Whether the buzzer sounds so long after the beginning of a tune, and when it changes next (None: never again)."""
    change_ns = 0
    for index, part_ms in enumerate(ON_OFF_MS[tune]):
        change_ns += part_ms * 1_000_000
        if elapsed_ns < change_ns:
            return index % 2 == 0, change_ns
    return False, None


class Signals:
    """The lamps and the buzzer of an opened cabinet: sets what has changed, whenever it is asked."""

    def __init__(self, lamps: Mapping[int, Output], buzzer: Output | None, tunes: deque[Tune]) -> None:
        self._lamps = lamps
        self._buzzer = buzzer
        self._tunes = tunes
        self._lit = dict.fromkeys(lamps, False)
        self._sounds = False
        self._tune: tuple[Tune, int] | None = None
        self._tune_due_ns: int | None = None
        self._blink_due_ns: int | None = None

    def step(self, lights: Mapping[int, Light], now_ns: int) -> None:
        """Set the lamps as ``lights`` asks, and go on with the tune."""
        wanted = {slot: lights.get(slot, Light.OFF) for slot in self._lamps}
        for slot, light in wanted.items():
            self._lit[slot] = _set(self._lamps[slot], self._lit[slot], lit(light, now_ns))
        self._blink_due_ns = blink_due_ns(now_ns) if Light.BLINKING in wanted.values() else None
        if self._buzzer is not None:
            self._sounds = _set(self._buzzer, self._sounds, self._heard(now_ns))

    @property
    def due_ns(self) -> int | None:
        """When to call ``step`` again although nothing was ordered."""
        return min((due for due in (self._tune_due_ns, self._blink_due_ns) if due is not None), default=None)

    def _heard(self, now_ns: int) -> bool:
        if self._tunes:
            self._tune = (self._tunes.popleft(), now_ns)
        if self._tune is None:
            return False
        tune, began_ns = self._tune
        sounds, change_ns = sounding(tune, now_ns - began_ns)
        self._tune_due_ns = None if change_ns is None else began_ns + change_ns
        if change_ns is None:
            self._tune = None
        return sounds


def _set(output: Output, now: bool, wanted: bool) -> bool:  # noqa: FBT001 - a level is a bool
    if wanted is not now:
        output.on() if wanted else output.off()
    return wanted
