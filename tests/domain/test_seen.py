"""Which tag hangs in which slot."""

from hypothesis import given
from hypothesis import strategies as st

from keycabinet.domain.entries import Evidence
from keycabinet.domain.seen import Bus, Hanging, Seen, place

SLOTS = frozenset(range(1, 6))
READ, GUESS = Evidence.TAG_READ, Evidence.INFERRED

subsets = st.frozensets(st.sampled_from(sorted(SLOTS)))
some_tags = st.frozensets(st.sampled_from("ABCDE"))
homes = st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from(sorted(SLOTS)))


@st.composite
def hangings(draw):
    order = draw(st.permutations("ABCDE"))
    slots = draw(subsets)
    return {slot: Hanging(tag, READ) for slot, tag in zip(sorted(slots), order, strict=False)}


@given(some_tags, subsets, hangings(), homes)
def test_every_tag_that_is_read_hangs_in_exactly_one_slot_and_no_other_does(tags, occupied, before, homes):
    after = place(Bus(tags, SLOTS, occupied), before, homes)

    assert sorted(it.tag for it in after.values()) == sorted(tags)


@given(some_tags, subsets, hangings(), homes)
def test_a_tag_that_is_still_read_stays_where_it_was(tags, occupied, before, homes):
    after = place(Bus(tags, SLOTS, occupied), before, homes)

    assert all(after[slot] == it for slot, it in before.items() if it.tag in tags)


@given(some_tags, subsets, hangings(), homes)
def test_a_place_is_called_read_only_if_one_tag_and_one_slot_were_left(tags, occupied, before, homes):
    after = place(Bus(tags, SLOTS, occupied), before, homes)
    new = [slot for slot, it in after.items() if it.evidence is READ and before.get(slot) != it]

    assert len(new) <= 1
    assert all(slot in occupied for slot in new)


@given(some_tags, subsets, hangings(), homes)
def test_an_occupied_slot_is_preferred_to_an_empty_one(tags, occupied, before, homes):
    after = place(Bus(tags, SLOTS, occupied), before, homes)
    guessed = {slot for slot, it in after.items() if it.evidence is GUESS and before.get(slot) != it}

    assert not (guessed - occupied and occupied - after.keys())


def test_the_one_new_tag_is_in_the_one_slot_that_was_filled():
    assert place(Bus(frozenset("AB"), SLOTS, frozenset({1, 2})), {1: Hanging("A", READ)}, {}) == {
        1: Hanging("A", READ),
        2: Hanging("B", READ),
    }


def test_several_new_tags_go_home_and_that_is_a_guess():
    assert place(Bus(frozenset("AB"), SLOTS, frozenset({1, 2})), {}, {"A": 2, "B": 1}) == {
        2: Hanging("A", GUESS),
        1: Hanging("B", GUESS),
    }


def test_a_tag_is_sooner_in_a_slot_that_was_filled_just_now_than_in_one_whose_tag_became_unread():
    before = {1: Hanging("A", READ), 3: Hanging("C", READ)}

    after = place(Bus(frozenset("AB"), SLOTS, frozenset({1, 3, 5})), before, {"B": 2})

    assert after == {1: Hanging("A", READ), 5: Hanging("B", GUESS)}


def test_a_tag_is_foreign_until_it_is_known() -> None:
    seen = Seen(hanging={1: Hanging("A", Evidence.TAG_READ), 2: Hanging("B", Evidence.TAG_READ)})

    assert seen.foreign({"A"}) == {2: "B"}
    assert seen.foreign({"A", "B"}) == {}
    assert seen.foreign({"B"}) == {1: "A"}
