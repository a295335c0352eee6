"""The names of all topics of one cabinet."""

from dataclasses import dataclass
from urllib.parse import quote

from keycabinet.domain.entries import SEALED_KINDS

_SEALED = frozenset(kind.value for kind in SEALED_KINDS)


def is_sealed(kind: str) -> bool:
    """Whether nobody below the watch commander learns of alarms of this kind (R6)."""
    return kind in _SEALED


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics below ``keycabinet/<cabinet>/``."""

    cabinet: str

    @property
    def root(self) -> str:
        """What all topics of this cabinet begin with."""
        return f"keycabinet/{self.cabinet}"

    @property
    def status(self) -> str:
        """``online`` or ``offline``; also the topic of the last will."""
        return f"{self.root}/status"

    @property
    def info(self) -> str:
        """What this cabinet is."""
        return f"{self.root}/info"

    @property
    def state(self) -> str:
        """The cabinet as a whole."""
        return f"{self.root}/state"

    @property
    def every_alarm(self) -> tuple[str, str]:
        """The filters that match every alarm of this cabinet."""
        return f"{self.root}/alarms/#", f"{self.root}/sealed/alarms/#"

    @property
    def every_receipt(self) -> str:
        """The filter that matches the receipts of every consumer."""
        return f"{self.root}/receipts/+"

    def of_a_receiver(self, *, sealed: bool) -> tuple[str, ...]:
        """The filters that match everything that the cabinet says; without ``sealed``, but for what is sealed."""
        open_ones = ("status", "info", "state", "slots/+/state", "alarms/+/+", "events")
        sealed_ones = ("sealed/events", "sealed/alarms/+/+") if sealed else ()
        return tuple(f"{self.root}/{each}" for each in (*open_ones, *sealed_ones))

    def receipt(self, consumer: str) -> str:
        """Where this consumer sends its receipts."""
        return f"{self.root}/receipts/{consumer}"

    def consumer_in(self, topic: str) -> str | None:
        """Whose receipts come under this topic; None if it is not one of receipts."""
        root = self.receipt("")
        return topic.removeprefix(root) if topic.startswith(root) else None

    def slot(self, number: int) -> str:
        """One slot; two digits at least, so that topics sort."""
        return f"{self.root}/slots/{number:02d}/state"

    def alarm(self, kind: str, subject: str) -> str:
        """One alarm; of a sealed kind, under ``sealed`` (R6). What no level of a topic may hold is percent-encoded."""
        root = f"{self.root}/sealed" if is_sealed(kind) else self.root
        return f"{root}/alarms/{quote(kind, safe='')}/{quote(subject, safe=':')}"

    def events(self, visibility: str) -> str:
        """Where rows of this visibility go."""
        return f"{self.root}/sealed/events" if visibility == "sealed" else f"{self.root}/events"
