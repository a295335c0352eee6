"""Who is logged in at the control socket. In memory only: a restart of the core ends every session."""

import hmac
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta

IDLE = timedelta(minutes=10)
MOST = 64
"""When more people than this log in, the session that was idle longest ends."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person, until then (elapsed) unless used before."""

    token: str = field(repr=False)
    person: str
    until: timedelta


class Sessions:
    """Tokens of 256 bits and the people behind them; for any thread. Times are elapsed (monotonic)."""

    def __init__(self) -> None:
        self._sessions: tuple[Session, ...] = ()
        self._lock = threading.Lock()

    def open(self, person: str, now: timedelta) -> str:
        """A new session of this person; its token."""
        session = Session(secrets.token_hex(32), person, now + IDLE)
        with self._lock:
            self._sessions = (*self._alive(now)[-MOST + 1 :], session)
        return session.token

    def person(self, token: str, now: timedelta) -> str | None:
        """Whose session this is, which lives on from now; None if there is no such session (any more)."""
        with self._lock:
            self._sessions = self._alive(now)
            session = self._find(token)
            if session is None:
                return None
            others = tuple(each for each in self._sessions if each is not session)
            self._sessions = (*others, replace(session, until=now + IDLE))
            return session.person

    def peek(self, token: str, now: timedelta) -> str | None:
        """Whose session this is, which does not live on for that; None as for ``person``."""
        with self._lock:
            self._sessions = self._alive(now)
            session = self._find(token)
            return session.person if session is not None else None

    def close(self, token: str, now: timedelta) -> bool:
        """End this session; whether there was one."""
        with self._lock:
            self._sessions = self._alive(now)
            session = self._find(token)
            self._sessions = tuple(each for each in self._sessions if each is not session)
            return session is not None

    def _alive(self, now: timedelta) -> tuple[Session, ...]:
        return tuple(each for each in self._sessions if now < each.until)

    def _find(self, token: str) -> Session | None:
        found = None
        for each in self._sessions:  # all of them: the time must not tell which one came close
            if hmac.compare_digest(each.token.encode(), token.encode()):
                found = each
        return found
