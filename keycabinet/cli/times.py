"""Instants and durations as people read them, in the time of the cabinet."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


def local(instant: str, zone: ZoneInfo) -> datetime:
    """The local time of an instant that the core wrote."""
    return datetime.fromisoformat(instant).astimezone(zone)


def short(when: datetime, now: datetime) -> str:
    """``14:05`` today, ``Tue 03 14:05`` within a month, ``2026-03-03 14:05`` else; both in the same zone."""
    if when.date() == now.date():
        return f"{when:%H:%M}"
    return f"{when:%a %d %H:%M}" if abs(now - when) < timedelta(days=28) else f"{when:%Y-%m-%d %H:%M}"


def stamp(when: datetime) -> str:
    """``2026-03-04 12:00:00 -06:00``: what can be written into a report."""
    return f"{when:%Y-%m-%d %H:%M:%S} {offset(when)}"


def offset(when: datetime) -> str:
    """``-06:00``."""
    return when.isoformat()[-6:]


def span(duration: timedelta) -> str:
    """``2 d 3 h``, ``1 h 5 min``, ``4 min``, ``< 1 min``: the two largest units that count."""
    left = abs(duration)
    parts: list[tuple[int, str]] = []
    for unit, name in _UNITS:
        count, left = divmod(left, unit)
        if count or parts:
            parts.append((count, name))
    told = [f"{count} {name}" for count, name in parts[:2] if count]
    return " ".join(told) or "< 1 min"
