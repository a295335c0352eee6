"""What systemd is told: we serve, we come round, we end (sd_notify). Where nobody listens, nothing is said."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sdnotify import SystemdNotifier

from keycabinet.heartbeat import Now

FEED_EVERY_S = 0.25
"""Looked and fed at most so often, however many events there are."""

Notify = Callable[[str], None]
"""Send one message to whoever started us; never blocks."""


class Watchdog:
    """Fed by the one thread that all others exist for; it is hungry while any thread is stuck."""

    def __init__(self, notify: Notify, look: Callable[[], tuple[str, ...]], now_s: Now = time.monotonic) -> None:
        """``look`` says which threads are stuck, as ``Supervisor.look``."""
        self._notify, self._look, self._now_s = notify, look, now_s
        self._status = ""
        self._stuck: tuple[str, ...] = ()
        self._next_s = 0.0

    def ready(self, status: str) -> None:
        """Say that the service is up; ``status`` is what ``systemctl status`` shows while all is well."""
        self._status = status
        self._notify(f"READY=1\nSTATUS={status}")

    def feed(self) -> None:
        """Look who is stuck, and say that all is well if nobody is. To be called each time round."""
        now_s = self._now_s()
        if now_s < self._next_s:
            return
        self._next_s = now_s + FEED_EVERY_S
        self._tell(self._look())

    def stopping(self) -> None:
        """Say that the service comes to its end."""
        self._notify("STOPPING=1\nSTATUS=stopping")

    def _tell(self, stuck: tuple[str, ...]) -> None:
        if stuck != self._stuck:
            self._stuck = stuck
            self._notify(f"STATUS={'stuck: ' + ', '.join(stuck) if stuck else self._status}")
        if not stuck:
            self._notify("WATCHDOG=1")


@contextmanager
def to_systemd() -> Iterator[Notify]:
    """The way to whoever started us, by NOTIFY_SOCKET; silence without it, or where nobody listens there."""
    notifier = SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None
    if notifier is None or notifier.socket is None:
        yield lambda _message: None
        return
    with notifier.socket as link:
        link.settimeout(0)  # a systemd that does not read must not hold up who decides
        yield notifier.notify
