"""Everybody and everything that the site has enrolled: people, rings and who may take what. Deny by default (R24)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keycabinet.domain.events import Tag
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """The people of one group may take the rings of one group."""

    people: str
    rings: str


@dataclass(frozen=True)
class Directory:
    """A snapshot; a change makes a new one. Codes, tags, ring numbers and home slots are each unique."""

    people: Mapping[str, Person] = field(default_factory=dict)
    rings: Mapping[str, Ring] = field(default_factory=dict)
    rights: frozenset[Right] = frozenset()
    person_of_code: Mapping[str, Person] = field(default_factory=dict)
    ring_of_tag: Mapping[Tag, Ring] = field(default_factory=dict)
    ring_of_home: Mapping[int, Ring] = field(default_factory=dict)
    ring_groups_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Group of people -> all groups of rings that it may take."""

    @classmethod
    def of(cls, people: Iterable[Person], rings: Iterable[Ring], rights: Iterable[Right]) -> "Directory":
        """The directory of these people, rings and rights."""
        people, rings, rights = tuple(people), tuple(rings), frozenset(rights)
        granted = defaultdict[str, set[str]](set)
        for right in rights:
            granted[right.people].add(right.rings)
        return cls(
            people={person.id: person for person in people},
            rings={ring.id: ring for ring in rings},
            rights=rights,
            person_of_code={person.code: person for person in people if person.code},
            ring_of_tag={ring.tag: ring for ring in rings},
            ring_of_home={ring.home_slot: ring for ring in rings},
            ring_groups_of={group: frozenset(groups) for group, groups in granted.items()},
        )

    def having(self, people: Iterable[Person] = (), rings: Iterable[Ring] = ()) -> "Directory":
        """The same, with these people and rings added, or instead of those with the same ids."""
        return self._with(
            {**self.people, **{person.id: person for person in people}},
            {**self.rings, **{ring.id: ring for ring in rings}},
        )

    def without_ring(self, ring: str) -> "Directory":
        """The same without the ring of this id."""
        return self._with(self.people, {each: known for each, known in self.rings.items() if each != ring})

    def _with(self, people: Mapping[str, Person], rings: Mapping[str, Ring]) -> "Directory":
        return Directory.of(people.values(), rings.values(), self.rights)

    def open_to(self, person: Person) -> frozenset[str]:
        """All groups of rings that some group of this person may take."""
        return frozenset().union(*(self.ring_groups_of.get(group, frozenset()) for group in person.groups))
