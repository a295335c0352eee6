"""Who may take what, said once more: slowly, from the raw rights and bounds, and sharing no code with the policy.

It reads like the rules: a person who counts (R1, R8), a right and its hours (R24), room for one more ring (R25), no
ring that must not be beside it (R26), and as many others as the ring needs, none of them for themselves (R27).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from keycabinet.domain.bounds import Bounds, LimitOn
from keycabinet.domain.directory import Right
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring
from keycabinet.domain.schedule import Schedule, Unsynced, When

Holdings = dict[str, frozenset[str]]


def why_not(
    person: Person, ring: Ring, rights: Iterable[Right], bounds: Bounds, when: When, holdings: Holdings
) -> str | None:
    """The reason (its word in the ledger) for which the ring is refused, or None."""
    if why := why_not_in(person, when.utc):
        return why
    own = [right for right in rights if right.people in person.groups]
    if not own:
        return "no_right"
    fitting = [right for right in own if right.rings in ring.groups]
    if not fitting:
        return "outside_group"
    if not any(right_holds(right, bounds, when) for right in fitting):
        return "out_of_hours"
    others = [held for held in holdings.get(person.id, ()) if held != ring.id]
    for limit in bounds.limits:
        means = {LimitOn.PERSON: [person.id], LimitOn.CLASS: [person.person_class.value], LimitOn.GROUP: person.groups}
        if limit.who in means[limit.on] and len(others) + 1 > limit.rings:
            return "limit_reached"
    for pair in bounds.pairs:
        both = {pair.first, pair.second}
        if ring.id in both and any(held in both for held in others):
            return "pair_held"
    return None


def why_not_in(person: Person, now: datetime) -> str | None:
    """The reason for which this person does not count now, or None."""
    if person.suspended:
        return "suspended"
    if person.valid_from and not person.valid_from <= now:
        return "not_yet_valid"
    if person.valid_until and not now < person.valid_until:
        return "expired"
    return None


def right_holds(right: Right, bounds: Bounds, when: When) -> bool:
    """Whether a right holds then."""
    if not right.schedule:
        return True
    schedule = next((each for each in bounds.schedules if each.name == right.schedule), None)
    if schedule is None:
        return False
    if not when.clock_synced and when.unsynced is Unsynced.REFUSE:
        return False
    if not when.clock_synced and when.unsynced is Unsynced.GO_ON:
        return any(hours for hours in [*schedule.week, schedule.on_holiday] if hours)
    wall = when.utc.astimezone(when.zone).replace(tzinfo=None)
    return any(begin <= wall < end for begin, end in spans(schedule, bounds, wall))


def spans(schedule: Schedule, bounds: Bounds, wall: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The hours that begin on this day of the wall and on the day before, with their ends."""
    for day in (wall.date() - timedelta(days=1), wall.date()):
        is_holiday = any(holiday.day == day for holiday in bounds.holidays)
        own = schedule.on_holiday if is_holiday and schedule.on_holiday is not None else schedule.week[day.weekday()]
        for hours in own:
            begin, end = datetime.combine(day, hours.opens), datetime.combine(day, hours.closes)
            yield begin, end if end > begin else end + timedelta(days=1)


def enough_approve(taker: Person, ring: Ring, present: Iterable[Person], now: datetime) -> bool:
    """Whether those who are there and try are enough others."""
    able = {
        person.id
        for person in present
        if person.id != taker.id
        and why_not_in(person, now) is None
        and (person.role in ring.approval.roles or person.groups & ring.approval.groups)
    }
    return len(able) >= ring.approval.approvers
