"""What is blanked is gone from every file of the store, while the store stays open."""

from dataclasses import replace
from pathlib import Path

from keycabinet.domain.books import Books
from keycabinet.domain.entries import DoorClosed, PersonBlanked
from keycabinet.store import Change, Enrolment, Reader, Store
from tests.builders import NOON, a_person
from tests.store.builders import enrolling, recorded

NAME = b"Blackwater"


def with_somebody(store: Store) -> None:
    store.commit(enrolling((a_person(name="Fay Blackwater"),), (), store.books()), NOON)


def blank(store: Store) -> None:
    bare = replace(a_person(code="", name=""), groups=frozenset())
    books = store.books()
    entries = (PersonBlanked("ann", "ann"),)
    store.commit(Change(entries, books, books, people=(Enrolment(bare, ""),), erases=True), NOON)


def where(path: Path) -> set[str]:
    """The files of the store that hold the name."""
    return {file.name for file in path.parent.glob(f"{path.name}*") if NAME in file.read_bytes()}


def test_a_blanked_name_is_in_no_file_of_the_store(store: Store, path: Path) -> None:
    with_somebody(store)
    assert where(path)

    blank(store)

    assert where(path) == set()


def test_while_somebody_reads_it_waits_for_the_next_row_and_the_commit_does_not(store: Store, path: Path) -> None:
    with_somebody(store)
    with Reader.open(path) as reader, reader.snapshot():
        reader.head()
        blank(store)
        assert where(path)

    recorded(store, DoorClosed())

    assert where(path) == set()
    assert store.books() == Books()
