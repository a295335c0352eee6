"""A directory with other people or rings."""

from inspect import signature

from keycabinet.domain.bounds import Bounds, Pair
from keycabinet.domain.directory import Directory
from tests.builders import a_directory, a_person, a_ring


def test_a_directory_that_gets_other_people_or_rings_keeps_everything_else() -> None:
    known = a_directory()
    bounds = Bounds(pairs=frozenset({Pair("r2", "r3")}))
    before = Directory.of(known.people.values(), known.rings.values(), known.rights, bounds)
    kept = set(signature(Directory.of).parameters) - {"people", "rings"}

    after = before.having(people=[a_person(suspended=True)], rings=[a_ring(8)]).without_ring("r1")

    assert kept == {"rights", "bounds"}, "keep the new table in Directory._with, and name it here"
    assert [name for name in kept if getattr(after, name) != getattr(before, name)] == []
    assert after.people == {**before.people, "ann": a_person(suspended=True)}
    assert after.rings.keys() == before.rings.keys() - {"r1"} | {"r8"}


def test_who_was_blanked_has_no_code_to_be_found_by() -> None:
    blanked = a_directory().having(people=[a_person(code="", name=""), a_person("bob", code="", name="")])

    assert blanked.person_of_code.keys() == {"1003", "1004"}
