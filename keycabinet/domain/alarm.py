"""An alarm that stands, and what a site decides about alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keycabinet.domain.entries import AlarmKind

AlarmKey = tuple[AlarmKind, str]
"""What it is and what it is about: there is one alarm for each."""

WARNING = 0
"""The level of a warning: shown, heard once, and never escalated."""
ALARM = 1


@dataclass(frozen=True, slots=True)
class Alarm:
    """A standing alarm, as the ledger tells it. Instants are UTC."""

    raised_at: datetime
    level: int = ALARM
    """0 is a warning, 1 an alarm, more is more urgent."""
    count: int = 1
    """So many times within a short while."""
    escalations: int = 0
    delivered_at: datetime | None = None
    """When the last of the registered consumers had stored it; None: unconfirmed."""
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    silenced: bool = False
    """Nobody wants to hear it at the cabinet any more."""


def by_name(key: AlarmKey) -> tuple[str, str]:
    """The order in which alarms of one instant are recorded."""
    return key[0].value, key[1]


def oldest_first(alarms: Mapping[AlarmKey, Alarm]) -> list[AlarmKey]:
    """The order in which people are shown them."""
    return sorted(alarms, key=lambda key: (alarms[key].raised_at, by_name(key)))


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """What a site decides about alarms."""

    warn_before: timedelta = timedelta(0)
    """A ring is due soon so long before it is due, if it may be out for longer than that; zero: never."""
    repeat: timedelta = timedelta(seconds=30)
    """An alarm that is neither acknowledged nor silenced is heard so often at the cabinet."""
    escalate_after: tuple[timedelta, ...] = ()
    """An alarm that is not acknowledged so long after it was raised is one level higher; for each of them."""
    damp: timedelta = timedelta(seconds=60)
    """What comes back within this time flaps: it ends only after as long a quiet."""
    levels: Mapping[AlarmKind, int] = field(default_factory=dict)
    """Of kinds that begin at another level than 1."""

    def level(self, kind: AlarmKind) -> int:
        """The level at which alarms of this kind are raised."""
        return WARNING if kind is AlarmKind.DUE_SOON else self.levels.get(kind, ALARM)

    def escalation_at(self, alarm: Alarm) -> datetime | None:
        """When this alarm is next escalated unless somebody acknowledges it; None: never."""
        if alarm.level == WARNING or alarm.acknowledged_by is not None:
            return None
        waits = self.escalate_after[alarm.escalations : alarm.escalations + 1]
        return alarm.raised_at + waits[0] if waits else None

    def warned_at(self, since: datetime, due: datetime | None) -> datetime | None:
        """When a ring that is out since then becomes due soon (R35); None: there is no warning."""
        warned = self.warn_before and due is not None and due - since > self.warn_before
        return due - self.warn_before if warned and due is not None else None
