"""Lamps and buzzer as an eye or ear knows them: off, on, steady or blinking."""

from dataclasses import dataclass

from firmware_sim.facts import MS

HALF_PERIOD_NS = 1_200 * MS
"""A light that has not changed for this long does not blink."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """Lit or not, and the last two moments of a change."""

    lit: bool = False
    changed: int | None = None
    before: int | None = None

    def switched(self, *, lit: bool, now: int) -> "Lamp":
        """The line has changed."""
        return Lamp(lit, now, self.changed)

    def looks(self, now: int) -> str:
        """``off``, ``on`` (for less than 1.2 s), ``steady`` (for longer) or ``blinking``."""
        fresh = self.changed is not None and now - self.changed < HALF_PERIOD_NS
        if (
            fresh
            and self.changed is not None
            and self.before is not None
            and self.changed - self.before < HALF_PERIOD_NS
        ):
            return "blinking"
        if not self.lit:
            return "off"
        return "on" if fresh else "steady"
