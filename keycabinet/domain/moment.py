"""When something happens: on the wall, and on a clock that never jumps."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on both clocks. ``utc`` is aware and moves with ``elapsed``; only an act of its own re-anchors it."""

    utc: datetime
    elapsed: timedelta
    """Monotonic time since an arbitrary start: for sessions, pulses and everything that must not jump."""

    def __post_init__(self) -> None:
        if self.utc.utcoffset() != timedelta(0):
            raise ValueError(f"a moment is kept in UTC, not {self.utc!r}")

    def later(self, by: timedelta) -> "Moment":
        """The moment that comes ``by`` after this one, on both clocks."""
        return Moment(self.utc + by, self.elapsed + by)


def utc_text(instant: datetime) -> str:
    """The one form in which an instant is stored and hashed: ISO 8601, UTC, microseconds, ``Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def utc_from(text: str) -> datetime:
    """The instant that ``utc_text`` wrote. Raises ValueError for any other form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
