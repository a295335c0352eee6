"""How many PINs were wrong, and what that shuts (R4).

A try counts as a failure from before its PIN is compared, and is taken back when the PIN was right: a try whose outcome
nobody recorded, because the power was cut, was a wrong one. Instants are UTC, because all of this outlives a boot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How many wrong PINs are too many. ``alarm_at`` is a site's choice."""

    alarm_at: int = 3
    disable_at: int = 10
    pause_at: int = 5
    pause_window: timedelta = timedelta(minutes=5)
    first_pause: timedelta = timedelta(seconds=30)
    longest_pause: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """The keypad takes no code until then. Kept when it is over, because the next one may be twice as long."""

    until: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class Try:
    """A PIN that is being compared. ``via``: not at the keypad, but at another door, which is never paused."""

    person: str | None
    """Whose code was typed, if anybody's."""
    at: datetime
    allowed: bool
    """Whether it may be right: it was within the limit when it was counted."""
    via: str | None = None


@dataclass(frozen=True)
class Guard:
    """The counters. They include the tries that are being compared."""

    failures: Mapping[str, int] = field(default_factory=dict)
    """Person -> failures in a row."""
    recent: tuple[datetime, ...] = ()
    """Failures at the keypad, whoever's code it was, since the last pause."""
    pause: Pause | None = None

    def is_disabled(self, person: str, limits: Limits) -> bool:
        """Whether the next try for this person can only be wrong."""
        return self.failures.get(person, 0) >= limits.disable_at

    def is_paused(self, now: datetime) -> bool:
        """Whether the keypad takes no code at this instant."""
        return self.pause is not None and now < self.pause.until

    def counting(self, tried: Try, limits: Limits) -> "Guard":
        """With one failure more: for the person if the code is anybody's, and for the keypad if it was typed there."""
        guard = self
        if tried.person is not None:
            guard = replace(guard, failures={**self.failures, tried.person: self.failures.get(tried.person, 0) + 1})
        if tried.via is None:
            since = tried.at - limits.pause_window
            guard = replace(guard, recent=(*(at for at in self.recent if at > since), tried.at))
        return guard

    def taking_back(self, tried: Try, others: int) -> "Guard":
        """After a right PIN: the failures in a row end, but for ``others`` that are still being compared."""
        failures = {person: count for person, count in self.failures.items() if person != tried.person}
        if others and tried.person is not None:
            failures[tried.person] = others
        recent = list(self.recent)
        if tried.via is None and tried.at in recent:
            recent.remove(tried.at)
        return replace(self, failures=failures, recent=tuple(recent))

    def forgiving(self, people: Iterable[str]) -> "Guard":
        """With nothing held against these people; the keypad's own count stays."""
        gone = frozenset(people)
        if gone.isdisjoint(self.failures):
            return self
        return replace(self, failures={each: count for each, count in self.failures.items() if each not in gone})

    def pausing(self, now: datetime, limits: Limits) -> "Guard":
        """With a pause from now on: twice as long as the last one, unless that has been over for a long time."""
        length = limits.first_pause
        if self.pause is not None and now < self.pause.until + limits.longest_pause:
            length = min(2 * self.pause.length, limits.longest_pause)
        return replace(self, recent=(), pause=Pause(now + length, length))

    def resumed(self, now: datetime) -> "Guard":
        """As found at a start: what a clock that went back would keep for ever counts from now."""
        recent = tuple(min(at, now) for at in self.recent)
        if self.pause is None:
            return replace(self, recent=recent)
        return replace(
            self, recent=recent, pause=replace(self.pause, until=min(self.pause.until, now + self.pause.length))
        )
