"""The time of the core: wall-clock time that is anchored once and then moves only with the monotonic clock."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keycabinet.domain.moment import Moment

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """Now = anchor + elapsed monotonic time: a step of the system's clock fires no alarm early and loses none."""

    def __init__(self, not_before: datetime | None = None) -> None:
        """Anchor at the system's time, but never before ``not_before`` (the newest ledger row)."""
        system = datetime.now(UTC)
        self._utc = system if not_before is None else max(system, not_before)
        self._started_ns = time.monotonic_ns()
        self._synced = is_synchronised() and self._utc == system

    def now(self) -> Moment:
        """This instant; ``elapsed`` is CLOCK_MONOTONIC itself, which all processes of this boot share."""
        now_ns = time.monotonic_ns()
        since = timedelta(microseconds=(now_ns - self._started_ns) / 1000)
        return Moment(self._utc + since, timedelta(microseconds=now_ns / 1000))

    def is_synced(self) -> bool:
        """Whether it was anchored at a time that a trusted source had set: one that is set later moves nothing here."""
        return self._synced


def is_synchronised() -> bool:
    """Whether the system says that its clock has been set by a trusted source since boot."""
    return SYNCHRONISED.exists()


def boot_id() -> str:
    """The kernel's id of this boot, 32 hex digits."""
    return BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")
