"""What cabinets show of themselves: the retained topics as they were heard last, and when. No I/O, no clock."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from keycabinet.domain.alarm import WARNING
from keycabinet.domain.entries import AlarmCleared
from keycabinet.publisher.topics import is_sealed
from keycabinet.receiver.heard import AlarmHeard, EventHeard, InfoHeard, SlotHeard, StateHeard

T = TypeVar("T")
AlarmName = tuple[str, str]
"""Kind and subject."""


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """Something that was said, when (monotonic seconds), and on which connection."""

    what: T
    heard_s: float
    line: int


@dataclass
class Picture:
    """One cabinet as far as it is known; what is not heard again stays, with its age. Used by one thread."""

    line: int = 0
    online: Told[bool] | None = None
    info: Told[InfoHeard] | None = None
    state: Told[StateHeard] | None = None
    slots: dict[int, Told[SlotHeard]] = field(default_factory=dict)
    alarms: dict[AlarmName, Told[AlarmHeard]] = field(default_factory=dict)

    def renew(self) -> None:
        """A new connection: what the broker holds comes again, and what it does not hold may be gone."""
        self.line += 1

    def told(self, what: T, now_s: float) -> Told[T]:
        """This was said now."""
        return Told(what, now_s, self.line)

    def heard_state(self, state: StateHeard, now_s: float) -> None:
        """The cabinet says how many alarms stand: if all of them came on this connection, there are no others."""
        self.state = self.told(state, now_s)
        fresh = {name for name, told in self.alarms.items() if told.line == self.line}
        if sum(self.alarms[name].what.level > WARNING and not is_sealed(name[0]) for name in fresh) == state.alarms:
            self.alarms = {name: told for name, told in self.alarms.items() if name in fresh or is_sealed(name[0])}

    def heard_event(self, event: EventHeard) -> None:
        """An alarm that was cleared after it was shown stands no more, whether or not its topic was emptied."""
        if event.type != f"keycabinet.{AlarmCleared.type}":
            return
        name = str(event.data.body.get("kind")), str(event.data.body.get("subject"))
        if name in self.alarms and _last_at(self.alarms[name]) <= event.time:
            del self.alarms[name]

    def silent_s(self, now_s: float) -> float | None:
        """For how long nothing was heard of how the cabinet is; None: nothing ever was."""
        return None if self.state is None else now_s - self.state.heard_s


def _last_at(told: Told[AlarmHeard]) -> datetime:
    return told.what.last_at
