"""One coil behind its monostable: the line's rising edge starts it, the monostable or the falling edge ends it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Coil:
    """A coil and the line that drives it; moments in ns of the monotonic clock."""

    one_shot_ns: int | None
    travel_ns: int
    line_high: bool = False
    on_since: int | None = None
    drawn: bool = False
    """Whether it has been on for long enough to move what it draws."""
    weak: bool = False
    """Whether its supply is too low to move anything."""

    @property
    def energised(self) -> bool:
        """Whether current flows."""
        return self.on_since is not None

    def rise(self, now: int, *, broken: bool, weak: bool = False) -> "Coil":
        """The line goes high: current flows, if the coil is whole."""
        return replace(self, line_high=True, on_since=None if broken else now, drawn=False, weak=weak)

    def fall(self) -> "Coil":
        """The line goes low: no current, and the monostable is armed again."""
        return replace(self, line_high=False, on_since=None, drawn=False)

    def cut(self) -> "Coil":
        """Current ends while the line stays high."""
        return replace(self, on_since=None, drawn=False)

    def draw(self) -> "Coil":
        """The travel time has passed."""
        return replace(self, drawn=True)

    def draws_at(self) -> int | None:
        """When it will have moved what it draws."""
        return None if self.on_since is None or self.drawn or self.weak else self.on_since + self.travel_ns

    def ends_at(self, *, bridged: bool) -> int | None:
        """When the monostable will end the current; never, if there is none or it is bridged."""
        return (
            None if self.on_since is None or self.one_shot_ns is None or bridged else self.on_since + self.one_shot_ns
        )
