"""Everybody and everything that the site has enrolled: people, rings and who may take what. Deny by default (R24).

The indexes make a decision cost the same whether ten people are enrolled or ten thousand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from keycabinet.domain.bounds import BOUNDLESS, Bounds, LimitOn, Pair
from keycabinet.domain.events import Tag
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring
from keycabinet.domain.schedule import Schedule

ALWAYS: Final = ""
"""The name that stands for no schedule."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """The people of one group may take the rings of one group while this schedule is open."""

    people: str
    rings: str
    schedule: str = ALWAYS


Reach = Mapping[str, frozenset[str]]
"""Group of rings -> names of the schedules by which it may be taken."""


@dataclass(frozen=True)
class Directory:
    """A snapshot; a change makes a new one. Codes, ring numbers, home slots and tags that are known are each unique."""

    people: Mapping[str, Person] = field(default_factory=dict)
    rings: Mapping[str, Ring] = field(default_factory=dict)
    rights: frozenset[Right] = frozenset()
    bounds: Bounds = BOUNDLESS
    person_of_code: Mapping[str, Person] = field(default_factory=dict)
    person_of_badge: Mapping[Tag, Person] = field(default_factory=dict)
    ring_of_tag: Mapping[Tag, Ring] = field(default_factory=dict)
    ring_of_home: Mapping[int, Ring] = field(default_factory=dict)
    ring_of_number: Mapping[str, Ring] = field(default_factory=dict)
    reach_of: Mapping[str, Reach] = field(default_factory=dict)
    """Group of people -> what it may take, and when."""
    schedule_of_name: Mapping[str, Schedule] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    most_rings: Mapping[tuple[LimitOn, str], int] = field(default_factory=dict)
    never_with: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ring -> the rings that nobody may hold together with it."""

    @classmethod
    def of(
        cls, people: Iterable[Person], rings: Iterable[Ring], rights: Iterable[Right], bounds: Bounds = BOUNDLESS
    ) -> "Directory":
        """The directory of these people, rings and rights."""
        people, rings, rights = tuple(people), tuple(rings), frozenset(rights)
        return cls(
            people={person.id: person for person in people},
            rings={ring.id: ring for ring in rings},
            rights=rights,
            bounds=bounds,
            person_of_code={person.code: person for person in people if person.code},
            person_of_badge={person.badge: person for person in people if person.badge},
            ring_of_tag={ring.tag: ring for ring in rings if ring.tag},
            ring_of_home={ring.home_slot: ring for ring in rings},
            ring_of_number={ring.number: ring for ring in rings},
            reach_of=_reach_of(rights),
            schedule_of_name={schedule.name: schedule for schedule in bounds.schedules},
            holidays=frozenset(holiday.day for holiday in bounds.holidays),
            most_rings=_most_rings(bounds),
            never_with=_never_with(bounds.pairs),
        )

    def having(self, people: Iterable[Person] = (), rings: Iterable[Ring] = ()) -> "Directory":
        """The same, with these people and rings added, or instead of those with the same ids."""
        all_people = {**self.people, **{person.id: person for person in people}}
        all_rings = {**self.rings, **{ring.id: ring for ring in rings}}
        return Directory.of(all_people.values(), all_rings.values(), self.rights, self.bounds)

    def without_ring(self, ring: str) -> "Directory":
        """The same without the ring of this id, and without the pairs that name it."""
        rings = {each: known for each, known in self.rings.items() if each != ring}
        return Directory.of(self.people.values(), rings.values(), self.rights, self.bounds.without_ring(ring))

    def has_any_right(self, person: Person) -> bool:
        """Whether some group of this person may take any group of rings at all."""
        return not self.reach_of.keys().isdisjoint(person.groups)

    def schedules_for(self, person: Person, ring: Ring) -> frozenset[str]:
        """By which schedules (names) this person has a right to this ring; none: by no right."""
        reaches = [self.reach_of[group] for group in person.groups if group in self.reach_of]
        return frozenset().union(*(reach[group] for reach in reaches for group in ring.groups if group in reach))

    def limits_of(self, person: Person) -> Mapping[tuple[LimitOn, str], int]:
        """Every limit that counts for this person; the tightest decides (R25)."""
        keys = [(LimitOn.PERSON, person.id), (LimitOn.CLASS, person.person_class.value)]
        keys += [(LimitOn.GROUP, group) for group in sorted(person.groups)]
        return {key: self.most_rings[key] for key in keys if key in self.most_rings}


def _reach_of(rights: Iterable[Right]) -> Mapping[str, Reach]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for right in rights:
        found[right.people][right.rings].add(right.schedule)
    return {
        people: {rings: frozenset(schedules) for rings, schedules in reach.items()} for people, reach in found.items()
    }


def _most_rings(bounds: Bounds) -> Mapping[tuple[LimitOn, str], int]:
    found: dict[tuple[LimitOn, str], int] = {}
    for limit in bounds.limits:
        key = (limit.on, limit.who)
        found[key] = min(limit.rings, found.get(key, limit.rings))
    return found


def _never_with(pairs: Iterable[Pair]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        found[pair.first].add(pair.second)
        found[pair.second].add(pair.first)
    return {ring: frozenset(others) for ring, others in found.items()}
