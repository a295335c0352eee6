"""Instants as people say them: ``Sun 02:00``, ``02:00``, ``2026-03-08 02:00``; local time, unless an offset is said."""

import re
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SAID: Final = re.compile(r"(?:([a-z]{3,9}) +)?([01][0-9]|2[0-3]):([0-5][0-9])")


def instant_said(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The instant (UTC) that is meant, or None. A day of the week or a bare time is the next one; this minute counts.

    A time that the wall does not show that night is the one as much later; of two equal ones it is the first.
    """
    said = _SAID.fullmatch(text.strip().casefold())
    if said is None:
        return _written(text.strip(), now, zone)
    at, weekday = time(int(said[2]), int(said[3])), _weekday(said[1])
    if said[1] and weekday is None:
        return None
    since = now.astimezone(zone).replace(second=0, microsecond=0).astimezone(now.tzinfo)
    days = (now.astimezone(zone).date() + timedelta(days=ahead) for ahead in range(9))
    instants = (
        datetime.combine(day, at, zone).astimezone(now.tzinfo) for day in days if weekday in {None, day.weekday()}
    )
    return next(instant for instant in instants if instant >= since)


def _weekday(name: str | None) -> int | None:
    return next((number for number, day in enumerate(WEEKDAYS) if name and day.startswith(name)), None)


def _written(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        return None
