"""Which edges the pins report."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.debounce import EdgeFilter


def test_an_edge_is_reported_when_it_has_been_stable_and_that_much_later():
    edge = EdgeFilter(level=True, stable_s=0.05)
    edge.change(False, 1.0)

    assert edge.report(1.049) is None
    assert edge.report(1.05) is False


def test_a_bounce_that_ends_where_it_began_is_never_reported():
    edge = EdgeFilter(level=True, stable_s=0.05)
    for index, level in enumerate((False, True, False, True)):
        edge.change(level, 1 + index / 100)

    assert edge.report(9.0) is None


def test_each_bounce_starts_the_time_anew():
    edge = EdgeFilter(level=True, stable_s=0.05)
    for now, level in ((1.0, False), (1.01, True), (1.02, False)):
        edge.change(level, now)

    assert edge.due == 1.07
    assert edge.report(1.06) is None
    assert edge.report(1.07) is False


def test_without_a_time_every_edge_is_reported_at_once():
    edge = EdgeFilter(level=True)
    edge.change(False, 1.0)

    assert edge.report(1.0) is False


def test_an_edge_that_was_not_asked_for_is_not_reported():
    edge = EdgeFilter(level=True, edges="rising")
    edge.change(False, 1.0)
    assert edge.report(1.0) is None

    edge.change(True, 2.0)
    assert edge.report(2.0) is True


@given(st.booleans(), st.lists(st.tuples(st.booleans(), st.floats(0.001, 0.2)), max_size=30))
def test_the_last_report_is_the_final_level(initial, changes):
    edge = EdgeFilter(level=initial, stable_s=0.05)
    now, known = 0.0, initial
    for level, pause in changes:
        edge.change(level, now)
        now += pause
        reported = edge.report(now)
        known = known if reported is None else reported

    reported = edge.report(now + 1)

    assert (known if reported is None else reported) == edge.level
