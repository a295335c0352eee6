"""What becomes of a standing alarm: delivered, heard again and again, escalated, until it is acknowledged (R40).

None of it needs a network, and none of it ends an alarm: that does what the alarm is about (duress excepted).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from keycabinet.domain.alarm import WARNING, Alarm, AlarmKey, by_name
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import QUIET_KINDS, AlarmDelivered, AlarmEscalated
from keycabinet.domain.state import Cabinet, Turn


def settle(turn: Turn) -> Turn:
    """Note what was delivered, escalate what nobody acknowledges, and sound."""
    return _sound(_escalate(_deliver(turn))) if turn.cabinet.running else turn


def is_shown(key: AlarmKey, alarm: Alarm) -> bool:
    """Whether the cabinet shows it as an alarm: warnings are shown otherwise, quiet kinds not at all."""
    return key[0] not in QUIET_KINDS and alarm.level > WARNING


def deadlines(cabinet: Cabinet) -> Iterator[datetime]:
    """When something is next to be escalated (UTC)."""
    rules = cabinet.alarm_rules
    return (at for alarm in cabinet.books.alarms.values() if (at := rules.escalation_at(alarm)) is not None)


def elapsed_deadlines(cabinet: Cabinet) -> Iterator[timedelta]:
    """When something is next to be heard, or has been quiet for long enough."""
    if cabinet.sounded is not None:
        yield cabinet.sounded + cabinet.alarm_rules.repeat
    quiet = (flap.quiet_since for flap in cabinet.flaps.values() if flap.quiet_since is not None)
    yield from (since + cabinet.alarm_rules.damp for since in quiet)


def _deliver(turn: Turn) -> Turn:
    for key in sorted(turn.facts.delivered, key=by_name):
        alarm = turn.cabinet.books.alarms.get(key)
        if alarm is not None and alarm.delivered_at is None:
            turn = turn.record(AlarmDelivered(*key))
    return turn


def _escalate(turn: Turn) -> Turn:
    rules, now = turn.cabinet.alarm_rules, turn.facts.now.utc
    for key, alarm in sorted(turn.cabinet.books.alarms.items(), key=lambda item: by_name(item[0])):
        at = rules.escalation_at(alarm)
        if at is not None and now >= at:
            turn = turn.record(AlarmEscalated(*key, alarm.level + 1))
            turn = turn.having(sounded=None) if is_shown(key, alarm) else turn
    return turn


def _sound(turn: Turn) -> Turn:
    """One tune for all of them, so that nobody has to count."""
    sounded = turn.cabinet.sounded
    if not any(_is_heard(key, alarm) for key, alarm in turn.cabinet.books.alarms.items()):
        return turn if sounded is None else turn.having(sounded=None)
    if sounded is not None and turn.elapsed < sounded + turn.cabinet.alarm_rules.repeat:
        return turn
    return turn.having(sounded=turn.elapsed).command(Play(Tune.ALARM))


def _is_heard(key: AlarmKey, alarm: Alarm) -> bool:
    return is_shown(key, alarm) and not alarm.silenced
