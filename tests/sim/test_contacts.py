"""How contacts bounce."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.contacts import Contacts
from firmware_sim.facts import MS, Fact, Line

CONTACT = Line("contact", 3)


def contacts(seed: int) -> tuple[Contacts, list[Fact]]:
    told: list[Fact] = []
    return Contacts(told.append, Random(seed), {CONTACT: False}), told


@given(st.integers())
def test_a_change_bounces_a_few_times_for_five_to_fifteen_ms_and_rests_at_the_new_level(seed):
    lines, told = contacts(seed)

    lines.become(CONTACT, True, 0, clean=False)
    lines.advance(1000 * MS)

    levels = [fact.kind == "line_high" for fact in told]
    assert told[0].at == 0
    assert len(told) in {3, 5, 7}
    assert levels == [index % 2 == 0 for index in range(len(levels))]
    assert 5 * MS <= told[-1].at <= 15 * MS
    assert [fact.at for fact in told] == sorted(fact.at for fact in told)


def test_the_same_chance_bounces_the_same_way():
    first, second = contacts(7), contacts(7)
    for lines, _ in (first, second):
        lines.become(CONTACT, True, 0, clean=False)
        lines.advance(1000 * MS)

    assert first[1] == second[1]


def test_a_clean_line_changes_once():
    lines, told = contacts(1)

    lines.become(CONTACT, True, 5, clean=True)
    lines.advance(1000 * MS)

    assert told == [Fact(5, "line_high", {"line": "contact", "slot": 3})]


@given(st.integers(), st.lists(st.tuples(st.booleans(), st.integers(0, 20 * MS)), max_size=20))
def test_however_fast_it_is_touched_it_rests_at_the_last_level(seed, touches):
    lines, _ = contacts(seed)
    now, last = 0, False
    for last, pause in touches:
        lines.advance(now)
        lines.become(CONTACT, last, now, clean=False)
        now += pause

    lines.advance(now + 1000 * MS)

    assert lines.levels[CONTACT] == last
    assert lines.next_due() is None
