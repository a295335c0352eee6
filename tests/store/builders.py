"""Entries of every class, and stores with somebody enrolled."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any, get_args, get_type_hints

from hypothesis import strategies as st

from keycabinet.domain.books import Books
from keycabinet.domain.entries import Entry, RingEnrolled
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring
from keycabinet.store import Change, Enrolment, Row, Store
from tests.builders import NOON, a_person, a_ring

BOOT = "boot-1"
ANN = a_person("ann", "1001")
BOB = a_person("bob", "1002")
RINGS = tuple(a_ring(number) for number in (1, 2, 3))

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
ANYTHING: Mapping[type, st.SearchStrategy[Any]] = {str: st.text(), int: st.integers(), datetime: INSTANTS}

_people, _rings = st.sampled_from(["ann", "bob"]), st.sampled_from([ring.id for ring in RINGS])
ENROLLED: Mapping[str, st.SearchStrategy[Any]] = {
    "ring": _rings,
    "slot": st.integers(1, 4),
    **dict.fromkeys(("person", "actor", "holder", "booked_holder"), _people),
    "subject": st.sampled_from(["r1", "slot-1", "door"]),
}
"""Fields whose values the store must know already."""


def entries(
    entry_type: type[Entry], parts: Mapping[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Entry]:
    """Any entry of this class; fields named in ``parts`` are drawn from there."""
    parts, hints = parts or {}, get_type_hints(entry_type)
    names = [name for name in entry_type.__dataclass_fields__ if name not in ("type", "visibility")]
    return st.builds(entry_type, **{name: _values(hints[name], parts.get(name)) for name in names})


def enrolling(people: tuple[Person, ...], rings: tuple[Ring, ...], before: Books) -> Change:
    """The change that adds these people and rings."""
    enrolments = tuple(map(Enrolment.of, people))
    said = (*(each.entry() for each in enrolments), *(RingEnrolled(ring.id, ring.home_slot) for ring in rings))
    return Change(said, before, before.fold(said, NOON.utc), people=enrolments, rings=rings)


def recorded(store: Store, *said: Entry) -> tuple[Row, ...]:
    """Commit these entries at noon, with the books that follow from them."""
    before = store.books()
    return store.commit(Change(said, before, before.fold(said, NOON.utc)), NOON)


def _values(hint: Any, part: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Any]:
    return st.one_of([_value(kind, part) for kind in get_args(hint) or (hint,)])


def _value(kind: Any, part: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Any]:
    if kind is NoneType:
        return st.none()
    if part is not None:
        return part
    return ANYTHING[kind] if kind in ANYTHING else st.sampled_from(kind)
