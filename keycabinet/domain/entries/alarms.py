"""What the ledger says about alarms, from the warning to the review of a shift (R35, R40, R41)."""

from dataclasses import dataclass
from typing import ClassVar

from keycabinet.domain.entries.words import AlarmKind, Entry, Visibility


@dataclass(frozen=True, slots=True)
class AlarmRaised(Entry):
    """An alarm exists from now on.

    ``subject`` is the id of a ring or person, ``slot-<n>``, the name of a device or consumer, ``door``, ``bolts`` or
    ``keypad``. ``level``: 0 is a warning, 1 an alarm, more is more urgent. ``count``: it is raised so many times within
    a short while; left out for the first time.
    """

    type: ClassVar[str] = "alarm.raised"
    kind: AlarmKind
    subject: str
    level: int = 1
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmDelivered(Entry):
    """Every registered consumer has said that it has stored the row by which the alarm was raised."""

    type: ClassVar[str] = "alarm.delivered"
    kind: AlarmKind
    subject: str


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged(Entry):
    """A person has taken note of an alarm: at the keypad, or ``via`` another door, from where some are not silenced."""

    type: ClassVar[str] = "alarm.acknowledged"
    kind: AlarmKind
    subject: str
    actor: str
    note: str | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmSilenced(Entry):
    """A person at the keypad does not want to hear an alarm any more, and has not acknowledged it."""

    type: ClassVar[str] = "alarm.silenced"
    kind: AlarmKind
    subject: str
    actor: str


@dataclass(frozen=True, slots=True)
class AlarmContacted(Entry):
    """Somebody was asked about an alarm, and what came of it (R36)."""

    type: ClassVar[str] = "alarm.contacted"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    kind: AlarmKind
    subject: str
    actor: str
    whom: str
    answer: str


@dataclass(frozen=True, slots=True)
class AlarmEscalated(Entry):
    """Nobody has acknowledged an alarm in time: it is of a higher level from now on, and heard again."""

    type: ClassVar[str] = "alarm.escalated"
    kind: AlarmKind
    subject: str
    level: int


@dataclass(frozen=True, slots=True)
class AlarmCleared(Entry):
    """What the alarm was about is so no longer. ``count``: it had come and gone so often meanwhile."""

    type: ClassVar[str] = "alarm.cleared"
    kind: AlarmKind
    subject: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmsReviewed(Entry):
    """A person has gone through the alarms of the shift: ``count`` that were raised since the review before (R41)."""

    type: ClassVar[str] = "alarms.reviewed"
    visibility: ClassVar[Visibility] = Visibility.COMMAND
    actor: str
    up_to: int
    """The last row of the ledger that was reviewed."""
    count: int
    note: str | None = None
