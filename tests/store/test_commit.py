"""A change is durable as a whole, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from keycabinet.credentials import Credential
from keycabinet.domain.books import Books
from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.entries import DoorClosed, Evidence, LoginGranted, RingEnrolled, RingTaken
from keycabinet.domain.people import Role, Terms
from keycabinet.domain.rings import Approval, DueAfter, DueAt, NeverDue
from keycabinet.domain.schedule import Holiday, Schedule, day_from
from keycabinet.errors import StoreError
from keycabinet.store import Change, Enrolment, Store, bounds_changed, rights_changed
from tests.builders import NOON, a_person, a_ring
from tests.store.builders import ANN, BOB, BOOT, RINGS, enrolling, recorded
from tests.store.verifying import first_fault, ledger_of

SAID = (DoorClosed(),)
CREDENTIAL = Credential("ann", b"salt", b"digest", b"duress", 20_000, 3, 2)
SHUT = replace(CREDENTIAL, terms=Terms(disabled=True, expires_at=NOON.utc, must_change=True), issued_at=NOON.utc)
TAKEN = RingTaken("x", "r9", 9, "ann", Evidence.TAG_READ)

BOUNDS = Bounds(
    schedules=frozenset(
        {
            Schedule("days", (day_from("06:00-14:00;15:00-18:00"),) * 5 + (day_from("closed"), day_from("all_day"))),
            Schedule("nights", (day_from("22:00-06:00"),) * 7, day_from("closed")),
        }
    ),
    holidays=frozenset({Holiday(date(2026, 7, 4), "Independence Day")}),
    limits=frozenset({Limit(LimitOn.GROUP, "officers", 1), Limit(LimitOn.PERSON, "ann", 0)}),
    pairs=frozenset({Pair.of("r1", "r2")}),
)


def a_pair(first: str, second: str) -> Bounds:
    return Bounds(pairs=frozenset({Pair(first, second)}))


BROKEN: dict[str, Callable[[Books], Change]] = {
    "one code twice": lambda books: Change(SAID, books, books, people=(Enrolment.of(a_person("eve", "1001")),)),
    "one tag twice": lambda books: Change(SAID, books, books, rings=(a_ring(9, tag=RINGS[0].tag),)),
    "one home twice": lambda books: Change(SAID, books, books, rings=(a_ring(9, home_slot=1),)),
    "one person twice": lambda books: Change(SAID, books, books, people=(Enrolment.of(ANN), Enrolment.of(ANN))),
    "nobody's credential": lambda books: Change(SAID, books, books, credentials=(replace(CREDENTIAL, person="eve"),)),
    "a ring not enrolled": lambda books: Change((TAKEN,), books, books.fold([TAKEN], NOON.utc)),
    "a slot beyond integers": lambda books: Change(SAID, books, books, rings=(a_ring(9, home_slot=2**80),)),
    "a pair of what is no ring": lambda books: Change(SAID, books, books, bounds=a_pair("r1", "r9")),
    "a ring paired with itself": lambda books: Change(SAID, books, books, bounds=a_pair("r1", "r1")),
    "one limit twice": lambda books: Change(
        SAID, books, books, bounds=Bounds(limits=frozenset(Limit(LimitOn.GROUP, "officers", n) for n in (1, 2)))
    ),
    "three approvers": lambda books: Change(SAID, books, books, rings=(a_ring(9, approval=Approval(3)),)),
    "an actor that is none": lambda books: Change((*SAID, LoginGranted(7)), books, books),  # type: ignore[arg-type]
    "half a character": lambda books: Change((*SAID, LoginGranted("\ud800")), books, books),
    "other books": lambda books: Change(SAID, Books(), books),
}
"""Changes that each begin well and fail somewhere."""


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_change_that_fails_leaves_nothing_and_no_gap(
    staffed: Store, path: Path, broken: Callable[[Books], Change]
) -> None:
    before = (ledger_of(path), staffed.books(), staffed.directory(), staffed.head)

    with pytest.raises(StoreError):
        staffed.commit(broken(staffed.books()), NOON)

    assert (ledger_of(path), staffed.books(), staffed.directory(), staffed.head) == before
    (row,) = recorded(staffed, DoorClosed())
    assert row.seq == 6
    assert first_fault(ledger_of(path)) is None


def test_a_refusal_of_the_database_names_the_column_and_no_value(staffed: Store) -> None:
    books = staffed.books()
    eve = Enrolment.of(a_person("eve", "1001", name="Eve Secret"))

    with pytest.raises(StoreError) as caught:
        staffed.commit(Change((), books, books, people=(eve,)), NOON)

    assert "UNIQUE constraint failed: people.code" in str(caught.value)
    assert "Secret" not in f"{caught.value} {caught.value.__cause__}"


def test_rows_are_numbered_from_one_without_a_gap_and_come_back_as_they_were_stored(store: Store, path: Path) -> None:
    first = store.commit(enrolling((ANN,), RINGS[:1], Books()), NOON)
    second = store.commit(Change(SAID * 2, store.books(), store.books()), NOON, clock_synced=True)

    assert [row.seq for row in first + second] == [1, 2, 3, 4]
    assert [row.clock_synced for row in first + second] == [False, False, True, True]
    assert [(row.hash, row.body) for row in first + second] == [(row["hash"], row["body"]) for row in ledger_of(path)]
    assert {(row.at, row.monotonic_ns, row.boot_id) for row in second} == {(NOON.utc, 3_600_000_000_000, BOOT)}


def test_a_change_of_nothing_writes_nothing(staffed: Store) -> None:
    books = staffed.books()

    assert staffed.commit(Change((), books, books), NOON) == ()
    assert staffed.head.seq == 5


def test_the_newest_row_says_how_late_it_is_at_least(store: Store, path: Path) -> None:
    assert store.newest_at() is None
    books = store.books()
    store.commit(Change(SAID, books, books), NOON.later(timedelta(days=1)))
    store.close()

    with Store.open(path, BOOT) as reopened:
        assert reopened.newest_at() == NOON.utc + timedelta(days=1)


def test_everything_enrolled_comes_back(store: Store) -> None:
    people = (
        a_person("ann", "1001", groups="officers nurses", valid_from=NOON.utc),
        a_person("bob", "1002", groups="", valid_until=NOON.utc, suspended=True),
    )
    dues = (DueAfter(timedelta(hours=8, microseconds=1)), DueAt(time(19, 30)), NeverDue())
    rings = tuple(a_ring(number, due=due, key_count=7, seal="S") for number, due in enumerate(dues, start=1))
    rights = frozenset({Right("officers", "unit"), Right("officers", "unit", "days"), Right("nurses", "medical")})
    vault = Approval(2, frozenset({"officers", "nurses"}), frozenset({Role.SUPERVISOR, Role.WATCH_COMMANDER}))
    rings = (replace(rings[0], approval=vault), *rings[1:])
    rings += tuple(a_ring(number, tag="") for number in (8, 9))

    change = enrolling(people, rings, Books())
    said = (*change.entries, rights_changed(rights), bounds_changed(BOUNDS))
    store.commit(replace(change, rights=rights, bounds=BOUNDS, entries=said), NOON)

    assert store.directory() == Directory.of(people, rings, rights, BOUNDS)


def test_bounds_are_replaced_as_a_whole_and_otherwise_left_alone(staffed: Store) -> None:
    books = staffed.books()
    for bounds, expected in ((BOUNDS, BOUNDS), (None, BOUNDS), (Bounds(), Bounds())):
        staffed.commit(Change(SAID, books, books, bounds=bounds), NOON)
        assert staffed.directory().bounds == expected


def test_a_ring_of_a_pair_may_be_changed(staffed: Store) -> None:
    books, pairs = staffed.books(), frozenset({Pair.of("r1", "r2")})
    staffed.commit(Change(SAID, books, books, bounds=Bounds(pairs=pairs)), NOON)

    staffed.commit(enrolling((), (replace(RINGS[0], name="Renamed"),), books), NOON)

    assert staffed.directory().rings["r1"].name == "Renamed"
    assert staffed.directory().bounds.pairs == pairs


def test_an_enrolment_replaces_the_person_and_their_groups_but_not_their_pin(staffed: Store) -> None:
    books = staffed.books()
    staffed.commit(Change((), books, books, credentials=(CREDENTIAL,)), NOON)
    promoted = replace(ANN, code="2001", groups=frozenset({"sergeants"}))

    staffed.commit(enrolling((promoted,), (), books), NOON)

    assert staffed.directory().people == {"ann": promoted, "bob": BOB}
    assert staffed.credential("2001") == CREDENTIAL
    assert staffed.credential("1001") is None


def test_two_rings_may_change_their_homes_and_two_people_their_codes_in_one_change(staffed: Store) -> None:
    one, two, _ = RINGS
    swapped_rings = (replace(one, home_slot=2), replace(two, home_slot=1))
    swapped_people = (replace(ANN, code=BOB.code), replace(BOB, code=ANN.code))

    staffed.commit(enrolling(swapped_people, swapped_rings, staffed.books()), NOON)

    assert staffed.directory().ring_of_home[1].id == "r2"
    assert staffed.directory().people["ann"].code == BOB.code


def test_rights_are_replaced_as_a_whole_and_otherwise_left_alone(staffed: Store) -> None:
    books = staffed.books()
    for granted in (frozenset({Right("a", "b"), Right("a", "c")}), frozenset({Right("d", "e")}), None, frozenset()):
        staffed.commit(Change(SAID, books, books, rights=granted), NOON)
        now = staffed.directory().rights
        assert now == (frozenset({Right("d", "e")}) if granted is None else granted)


def test_a_code_is_nobodys_or_without_a_pin_or_has_its_credential(staffed: Store) -> None:
    books = staffed.books()
    staffed.commit(Change((), books, books, credentials=(CREDENTIAL,)), NOON)
    staffed.commit(Change((), books, books, credentials=(SHUT,)), NOON)

    assert staffed.credential("9999") is None
    assert staffed.credential("1002") == Credential.absent("bob")
    assert staffed.credential("1001") == SHUT


def test_blanked_people_share_no_code(staffed: Store, path: Path) -> None:
    books = staffed.books()
    blanked = tuple(Enrolment(replace(each, name="", code=""), salt="") for each in (ANN, BOB))

    staffed.commit(Change(SAID, books, books, people=blanked), NOON)

    assert [each.name for each in staffed.directory().people.values()] == ["", ""]
    assert staffed.credential("") is None
    assert first_fault(ledger_of(path)) is None


def test_a_blanked_name_is_gone_from_the_file(staffed: Store, path: Path) -> None:
    books = staffed.books()
    staffed.commit(enrolling((a_person("eve", "1004", name="Evelyn Unforgotten"),), (), books), NOON)
    staffed.commit(Change(SAID, books, books, people=(Enrolment(a_person("eve", "", name=""), salt=""),)), NOON)
    staffed.close()

    assert b"Unforgotten" not in path.read_bytes()


def test_a_cursor_moves_forward_only_and_never_beyond_the_last_row(staffed: Store, path: Path) -> None:
    assert staffed.cursor("mqtt") == 0
    staffed.move_cursor("mqtt", 3)
    staffed.move_cursor("mqtt", 3)

    for wrong in (2, 6, -1):
        with pytest.raises(StoreError, match=f"cursor mqtt at 3 cannot move to {wrong}: the last row is 5"):
            staffed.move_cursor("mqtt", wrong)
    staffed.close()

    with Store.open(path, BOOT) as reopened:
        assert (reopened.cursor("mqtt"), reopened.cursor("witness")) == (3, 0)


def test_a_second_writer_is_noticed_before_it_can_do_harm(staffed: Store, path: Path) -> None:
    with Store.open(path, BOOT) as intruder:
        recorded(intruder, DoorClosed())

    with pytest.raises(StoreError, match="follows the last one"):
        recorded(staffed, DoorClosed())

    assert first_fault(ledger_of(path)) is None


def test_a_whole_site_is_enrolled_in_one_change(store: Store) -> None:
    people = tuple(a_person(f"p{n}", f"{n:06}", groups=f"g{n % 50}") for n in range(10_000))
    rings = tuple(a_ring(n) for n in range(2_000))
    rights = frozenset(Right(f"g{n % 500}", f"k{n // 500}") for n in range(50_000))
    change = replace(enrolling(people, rings, Books()), rights=rights)

    store.commit(change, NOON)

    assert store.directory() == Directory.of(people, rings, rights)
    assert store.head.seq == 12_000
    assert RingEnrolled("r7", 7) in change.entries
