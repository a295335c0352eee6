"""Alarms that come and go: the second time within a short while, an alarm stays until it was quiet for as long.

So whatever chatters makes a few rows a minute at most, and one alarm that says how often. Kinds that tell of a ring or
a person are told each time.
"""

from collections.abc import Set
from dataclasses import replace

from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.entries import AlarmKind
from keycabinet.domain.state import Cabinet, Flap, Turn

DAMPED = frozenset(
    {
        AlarmKind.DOOR_OPEN,
        AlarmKind.UNREADABLE,
        AlarmKind.READER_FAULT,
        AlarmKind.STORAGE,
        AlarmKind.NOT_PUBLISHED,
        AlarmKind.RECEIVER_SILENT,
    }
)


def note(turn: Turn, standing: Set[AlarmKey]) -> Turn:
    """See which alarms that flap are quiet and which have come back, and forget those that were quiet long enough."""
    flaps = turn.cabinet.flaps
    after = {key: _noted(turn, key, flap, is_so=key in standing) for key, flap in flaps.items()}
    raised = turn.cabinet.books.alarms.keys()
    kept = {key: flap for key, flap in after.items() if key in raised or not _is_over(turn, flap)}
    return turn if kept == flaps else turn.having(flaps=kept)


def held(turn: Turn) -> Set[AlarmKey]:
    """Alarms that stay although nothing stands behind them at the moment."""
    return {key for key, flap in turn.cabinet.flaps.items() if flap.count > 1 and not _is_over(turn, flap)}


def began(turn: Turn, key: AlarmKey) -> Turn:
    """It is being raised."""
    flap = turn.cabinet.flaps.get(key)
    return turn if flap is None else _having(turn, key, _again(turn, flap))


def ended(turn: Turn, key: AlarmKey) -> Turn:
    """It was cleared: from now on it may come back, unless it did so and has been quiet since."""
    if key[0] not in DAMPED:
        return turn
    if key not in turn.cabinet.flaps:
        return _having(turn, key, Flap(1, turn.facts.now.utc, turn.elapsed))
    return turn.having(flaps={each: flap for each, flap in turn.cabinet.flaps.items() if each != key})


def count(cabinet: Cabinet, key: AlarmKey) -> int:
    """How often it has come within a short while."""
    flap = cabinet.flaps.get(key)
    return 1 if flap is None else flap.count


def _noted(turn: Turn, key: AlarmKey, flap: Flap, *, is_so: bool) -> Flap:
    if not is_so:
        return flap if flap.quiet_since is not None else replace(flap, quiet_since=turn.elapsed)
    if flap.quiet_since is None or key not in turn.cabinet.books.alarms:
        return flap
    return _again(turn, flap)


def _again(turn: Turn, flap: Flap) -> Flap:
    return Flap(flap.count + 1, turn.facts.now.utc, None)


def _is_over(turn: Turn, flap: Flap) -> bool:
    since = flap.quiet_since
    return since is not None and turn.elapsed >= since + turn.cabinet.alarm_rules.damp


def _having(turn: Turn, key: AlarmKey, flap: Flap) -> Turn:
    return turn.having(flaps={**turn.cabinet.flaps, key: flap})
