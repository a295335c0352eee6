"""Which coil may be energised when."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.gpio.pulses import DOOR, MAX_WAIT_NS, Pulses, Timing

MS = 1_000_000
TIMING = Timing(pulse_ns=300 * MS, pause_ns=200 * MS, rest_ns=3000 * MS)


def test_a_pulse_begins_at_once_when_nothing_else_is_going_on() -> None:
    pulses = _asked(3)

    assert pulses.begin(0) == 3
    assert pulses.end(300 * MS - 1) is None
    assert pulses.end(300 * MS) == 3


def test_only_one_coil_is_on_the_door_included() -> None:
    pulses = _asked(DOOR, 3)

    assert pulses.begin(0) == DOOR
    assert pulses.begin(299 * MS) is None


def test_a_pause_follows_each_pulse() -> None:
    pulses = _asked(DOOR, 3)
    pulses.begin(0)
    pulses.end(300 * MS)

    assert pulses.due_ns == 500 * MS
    assert pulses.begin(500 * MS - 1) is None
    assert pulses.begin(500 * MS) == 3


def test_a_coil_that_rests_lets_the_others_pass() -> None:
    pulses = _asked(3, 3, 4)
    pulses.begin(0)
    pulses.end(300 * MS)

    assert pulses.begin(500 * MS) == 4
    pulses.end(800 * MS)
    assert pulses.due_ns == 3300 * MS
    assert pulses.begin(3300 * MS - 1) is None
    assert pulses.begin(3300 * MS) == 3


def test_a_pulse_that_cannot_begin_in_time_is_dropped() -> None:
    pulses = _asked(*range(1, 13))
    given_coils = _run(pulses, MAX_WAIT_NS + 1, step_ns=100 * MS)

    assert given_coils == list(range(1, 12))
    assert pulses.late(MAX_WAIT_NS + 1) == [12]
    assert pulses.begin(MAX_WAIT_NS + 1000 * MS) is None


def test_nothing_waits_after_clear() -> None:
    pulses = _asked(3, 4)
    pulses.begin(0)

    assert pulses.clear() == [4]
    assert pulses.stop(100 * MS) == 3
    assert pulses.due_ns is None


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 4)), max_size=40))
def test_no_order_of_asking_gives_two_coils_or_too_short_a_rest(asked: list[tuple[int, int]]) -> None:
    pulses = Pulses(TIMING)
    now_ns, off_at, on, answered = 0, {}, None, 0
    for pause_ms, coil in asked:
        pulses.ask(coil, now_ns)
        until_ns = now_ns + pause_ms * MS
        while now_ns <= until_ns:
            if (begun := pulses.begin(now_ns)) is not None:
                assert on is None
                assert now_ns - max(off_at.values(), default=-TIMING.pause_ns) >= TIMING.pause_ns
                assert now_ns - off_at.get(begun, -TIMING.rest_ns) >= TIMING.rest_ns
                on = begun
            if (ended := pulses.end(now_ns)) is not None:
                assert ended == on
                off_at[ended], on, answered = now_ns, None, answered + 1
            answered += len(pulses.late(now_ns))
            now_ns += 10 * MS

    assert answered + len(pulses.clear()) + (on is not None) == len(asked)


def _asked(*coils: int) -> Pulses:
    pulses = Pulses(TIMING)
    for coil in coils:
        pulses.ask(coil, 0)
    return pulses


def _run(pulses: Pulses, until_ns: int, step_ns: int) -> list[int]:
    begun = []
    for now_ns in range(0, until_ns, step_ns):
        if (coil := pulses.begin(now_ns)) is not None:
            begun.append(coil)
        pulses.end(now_ns)
    return begun
