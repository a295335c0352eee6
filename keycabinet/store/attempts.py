"""The counters of wrong PINs as tables: outside the ledger, and outside what can be rebuilt from it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from keycabinet.domain.guard import Guard, Pause
from keycabinet.domain.moment import utc_from, utc_text
from keycabinet.store.schema import attempts, keypad

PANEL = "panel"
"""The one keypad that there is."""
_put_person = insert(attempts).prefix_with("OR REPLACE")
_drop_person = delete(attempts).where(attempts.c.person_id == bindparam("gone"))
_put_keypad = insert(keypad).prefix_with("OR REPLACE")
_keypad = select(keypad).where(keypad.c.name == PANEL)


def load_guard(connection: Connection) -> Guard:
    """The counters as they are stored. Raises ValueError for an instant that was never written so."""
    failures = {row.person_id: row.failures for row in connection.execute(select(attempts))}
    row = connection.execute(_keypad).first()
    if row is None:
        return Guard(failures)
    pause = Pause(utc_from(row.paused_until), timedelta(seconds=row.pause_s)) if row.paused_until is not None else None
    return Guard(failures, tuple(map(utc_from, row.failures.split())), pause)


def write_guard(connection: Connection, before: Guard, after: Guard) -> None:
    """Write what is different in ``after``; ``before`` is what the tables hold."""
    gone = [{"gone": person} for person in before.failures.keys() - after.failures.keys()]
    changed = [{"person_id": person, "failures": count} for person, count in _changed(before, after)]
    if gone:
        connection.execute(_drop_person, gone)
    if changed:
        connection.execute(_put_person, changed)
    if (before.recent, before.pause) != (after.recent, after.pause):
        connection.execute(_put_keypad, _keypad_row(after.recent, after.pause))


def _changed(before: Guard, after: Guard) -> Iterator[tuple[str, int]]:
    return ((person, count) for person, count in after.failures.items() if before.failures.get(person) != count)


def _keypad_row(recent: tuple[datetime, ...], pause: Pause | None) -> dict[str, Any]:
    return {
        "name": PANEL,
        "failures": " ".join(map(utc_text, recent)),
        "paused_until": utc_text(pause.until) if pause is not None else None,
        "pause_s": int(pause.length.total_seconds()) if pause is not None else None,
    }
