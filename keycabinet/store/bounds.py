"""Schedules, holidays, limits and pairs as tables: small, and replaced as a whole."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy import Row as SqlRow

from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.schedule import Holiday, Schedule, day_from, day_text, holiday_from, holiday_text
from keycabinet.store.schema import WEEKDAYS, holidays, limits, pairs, schedules


def load_bounds(connection: Connection) -> Bounds:
    """What bounds the rights."""
    return Bounds(
        schedules=frozenset(_schedule(row) for row in connection.execute(select(schedules))),
        holidays=frozenset(
            Holiday(date.fromisoformat(row.day), row.name) for row in connection.execute(select(holidays))
        ),
        limits=frozenset(
            Limit(LimitOn(row.applies_to), row.who, row.rings) for row in connection.execute(select(limits))
        ),
        pairs=frozenset(Pair(row.first, row.second) for row in connection.execute(select(pairs))),
    )


def write_bounds(connection: Connection, bounds: Bounds) -> None:
    """Replace all of them by these."""
    _replace(connection, schedules, [_schedule_row(schedule) for schedule in bounds.schedules])
    _replace(connection, holidays, [{"day": each.day.isoformat(), "name": each.name} for each in bounds.holidays])
    _replace(connection, limits, [_limit_row(limit) for limit in bounds.limits])
    _replace(connection, pairs, [{"first": pair.first, "second": pair.second} for pair in bounds.pairs])


def _replace(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    connection.execute(delete(table))
    if rows := list(rows):
        connection.execute(insert(table), rows)


def _schedule_row(schedule: Schedule) -> dict[str, str]:
    week = dict(zip(WEEKDAYS, map(day_text, schedule.week), strict=True))
    return {"name": schedule.name, **week, "on_holiday": holiday_text(schedule.on_holiday)}


def _schedule(row: SqlRow[Any]) -> Schedule:
    mon, tue, wed, thu, fri, sat, sun = (day_from(row._mapping[weekday]) for weekday in WEEKDAYS)  # noqa: SLF001
    return Schedule(row.name, (mon, tue, wed, thu, fri, sat, sun), holiday_from(row.on_holiday))


def _limit_row(limit: Limit) -> dict[str, Any]:
    return {"applies_to": limit.on.value, "who": limit.who, "rings": limit.rings}
