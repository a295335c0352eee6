"""Who could take a ring, when, and why: every check with its outcome, not only the first that refuses (R24).

The decision is the one of ``may_take``: the same checks are asked, so an explanation never says something else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from keycabinet.domain.bounds import LimitOn
from keycabinet.domain.directory import ALWAYS, Directory
from keycabinet.domain.entries import Reason
from keycabinet.domain.people import Person
from keycabinet.domain.policy import CHECKS, Check, Decision, Denied, Granted, Wish, is_open
from keycabinet.domain.rings import Ring
from keycabinet.domain.schedule import day_text


@dataclass(frozen=True, slots=True)
class Step:
    """One check: why it refuses, or None, and what it looked at."""

    check: Check
    reason: Reason | None
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of a wish, and of each check."""

    person: Person
    decision: Decision
    steps: tuple[Step, ...]


def explain(wish: Wish) -> Explanation:
    """Every check of a wish, in the order in which ``may_take`` asks them."""
    steps = tuple(Step(check, refusal(wish), DETAILS[check](wish)) for check, refusal in CHECKS.items())
    reason = next((step.reason for step in steps if step.reason is not None), None)
    decision = Granted(wish.ring.approval) if reason is None else Denied(reason)
    return Explanation(wish.person, decision, steps)


def with_a_right(ring: Ring, directory: Directory) -> list[Person]:
    """Everybody who has some right to this ring at some time, by their codes."""
    reaching = {right.people for right in directory.rights if right.rings in ring.groups}
    found = [person for person in directory.people.values() if not reaching.isdisjoint(person.groups)]
    return sorted(found, key=lambda person: person.code)


def _suspension(wish: Wish) -> str:
    return "suspended" if wish.person.suspended else "not suspended"


def _valid_from(wish: Wish) -> str:
    begin = wish.person.valid_from
    return "valid since ever" if begin is None else f"valid from {_wall(begin, wish)}"


def _valid_until(wish: Wish) -> str:
    end = wish.person.valid_until
    return "valid for good" if end is None else f"valid until {_wall(end, wish)}"


def _right(wish: Wish) -> str:
    told = [
        f"{people} may take {rings}{f' by {name}' if name != ALWAYS else ''}"
        for people in sorted(wish.person.groups)
        for rings in sorted(wish.ring.groups)
        for name in sorted(wish.directory.reach_of.get(people, {}).get(rings, ()))
    ]
    if told:
        return "; ".join(told)
    return "rights to other rings only" if wish.directory.has_any_right(wish.person) else "no right at all"


def _schedule(wish: Wish) -> str:
    names = sorted(wish.directory.schedules_for(wish.person, wish.ring))
    return "; ".join(_of_schedule(name, wish) for name in names) or "no right that could be open"


def _of_schedule(name: str, wish: Wish) -> str:
    if name == ALWAYS:
        return "a right holds always"
    state = f"{name} is {'open' if is_open(name, wish.directory, wish.when) else 'closed'}"
    if not wish.when.applies:
        return f"{state}, the clock is not trusted: {wish.when.unsynced.value.replace('_', ' ')}"
    schedule = wish.directory.schedule_of_name.get(name)
    if schedule is None:
        return f"there is no schedule {name}"
    today = wish.when.utc.astimezone(wish.when.zone).date()
    holiday = " (a holiday)" if today in wish.directory.holidays else ""
    hours = day_text(schedule.hours_of(today, wish.directory.holidays))
    return f"{state} at {_wall(wish.when.utc, wish)}{holiday}, hours of that day: {hours}"


def _limit(wish: Wish) -> str:
    limits = wish.directory.limits_of(wish.person)
    others = f"holds {len(wish.held)} other ring{'' if len(wish.held) == 1 else 's'}"
    told = [f"at most {most} {_whose(on, who)}" for (on, who), most in limits.items()]
    return f"{others}, {', '.join(told) or 'no limit'}"


def _whose(on: LimitOn, who: str) -> str:
    return "as a person" if on is LimitOn.PERSON else f"in the {on.value} {who}"


def _pair(wish: Wish) -> str:
    never = wish.directory.never_with.get(wish.ring.id, frozenset())
    held = [_number(ring, wish) for ring in never & wish.held]
    if held:
        return f"never with ring {', '.join(sorted(held))}, which they hold"
    rings = sorted(_number(ring, wish) for ring in never)
    return f"never with ring {', '.join(rings)}, which they do not hold" if rings else "in no pair"


def _number(ring: str, wish: Wish) -> str:
    known = wish.directory.rings.get(ring)
    return known.number if known is not None else ring


def _wall(instant: datetime, wish: Wish) -> str:
    return f"{instant.astimezone(wish.when.zone):%a %Y-%m-%d %H:%M}"


DETAILS: Mapping[Check, Callable[[Wish], str]] = {
    Check.SUSPENSION: _suspension,
    Check.VALID_FROM: _valid_from,
    Check.VALID_UNTIL: _valid_until,
    Check.RIGHT: _right,
    Check.SCHEDULE: _schedule,
    Check.LIMIT: _limit,
    Check.PAIR: _pair,
}
"""Check -> what it looked at, in words. Names are those of the site; ids of people are not told."""
