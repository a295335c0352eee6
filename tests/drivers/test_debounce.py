"""What counts as a reading."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.debounce import GONE_NS, StableLevel, TagWatch

MS = 1_000_000
STABLE_NS = 50 * MS
ROUND_NS = 220 * MS
A, B = "013D2C1B0A000085", "01E3563412000007"
ROUNDS = st.lists(st.frozensets(st.sampled_from([A, B])), max_size=40)


def test_a_level_counts_after_it_has_been_kept_long_enough() -> None:
    line = StableLevel(STABLE_NS)

    assert not line.see(True, 0)
    assert not line.see(True, STABLE_NS - 1)
    assert line.see(True, STABLE_NS)
    assert line.level is True
    assert line.due_ns is None


def test_a_bounce_back_is_no_change() -> None:
    line = _stable_at(high=True)

    assert not line.see(False, 60 * MS)
    assert not line.see(True, 70 * MS)
    assert not line.see(True, 500 * MS)
    assert line.level is True


def test_an_edge_between_two_equal_samples_starts_the_time_anew() -> None:
    line = _stable_at(high=True)
    line.see(False, 100 * MS, edge=True)

    assert not line.see(False, 140 * MS, edge=True)
    assert not line.see(False, 150 * MS)
    assert line.see(False, 190 * MS)


@given(st.lists(st.tuples(st.integers(1, 80), st.booleans(), st.booleans()), max_size=60))
def test_a_change_comes_only_after_a_quiet_time_at_the_new_level(samples: list[tuple[int, bool, bool]]) -> None:
    line, now_ns, since_ns, last = StableLevel(STABLE_NS), 0, 0, None
    for pause_ms, level, edge in samples:
        now_ns += pause_ms * MS
        since_ns = now_ns if level is not last else since_ns
        last = level
        if line.see(level, now_ns, edge=edge):
            assert line.level is level
            assert now_ns - since_ns >= STABLE_NS


def test_a_tag_counts_after_two_reads_in_a_row() -> None:
    watch = TagWatch()

    assert watch.see({A}, 0) == frozenset()
    assert watch.unconfirmed
    assert watch.see({A}, ROUND_NS) == {A}
    assert not watch.unconfirmed


def test_a_tag_that_is_missed_between_its_first_reads_does_not_count() -> None:
    watch = TagWatch()
    for tags in ({A}, set(), {A}, set(), {A}):
        assert watch.see(tags, 0) == frozenset()


def test_a_tag_is_gone_after_three_misses() -> None:
    watch = _watch_with_a()

    assert watch.see(set(), 2 * ROUND_NS) == {A}
    assert watch.see(set(), 3 * ROUND_NS) == {A}
    assert watch.see(set(), 4 * ROUND_NS) == frozenset()


def test_a_tag_is_gone_with_the_first_miss_after_a_second() -> None:
    watch = _watch_with_a()

    assert watch.see(set(), ROUND_NS + GONE_NS) == frozenset()


def test_a_tag_found_again_in_time_was_never_gone() -> None:
    watch = _watch_with_a()
    watch.see(set(), 2 * ROUND_NS)
    watch.see(set(), 3 * ROUND_NS)

    assert watch.see({A}, 4 * ROUND_NS) == {A}


@given(ROUNDS)
def test_what_counts_was_read_twice_in_a_row_and_not_missed_three_times(rounds: list[frozenset[str]]) -> None:
    watch = TagWatch()
    for number, tags in enumerate(rounds):
        present = watch.see(tags, number * ROUND_NS)
        seen = rounds[: number + 1]
        for tag in (A, B):
            assert (tag in present) == _expected([tag in each for each in seen])


def _expected(reads: list[bool]) -> bool:
    present = False
    for number in range(len(reads)):
        if reads[max(0, number - 1) : number + 1] == [True, True]:
            present = True
        if reads[max(0, number - 2) : number + 1] == [False] * 3:
            present = False
    return present


def _stable_at(*, high: bool) -> StableLevel:
    line = StableLevel(STABLE_NS)
    line.see(high, 0)
    assert line.see(high, STABLE_NS)
    return line


def _watch_with_a() -> TagWatch:
    watch = TagWatch()
    watch.see({A}, 0)
    assert watch.see({A}, ROUND_NS) == {A}
    return watch
