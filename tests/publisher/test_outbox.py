"""The rules of rows in flight, without a broker."""

from hypothesis import given
from hypothesis import strategies as st

from keycabinet.publisher.heard import Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.outbox import Outbox
from tests.publisher.fake_core import a_row

LIMITS = Limits()
ACTS = st.lists(st.tuples(st.sampled_from(["add", "next", "ack", "deny", "rewind", "wait"]), st.integers(0, 6)))


def test_no_more_rows_are_in_flight_than_the_window() -> None:
    outbox = an_outbox(rows=5)

    assert [row.seq for row in taken(outbox)] == [1, 2, 3, 4, 5]
    assert not outbox.has_room


def test_the_cursor_moves_over_acknowledged_rows_without_a_gap_only() -> None:
    outbox = an_outbox(rows=3)
    taken(outbox)

    outbox.acknowledge(2)
    assert outbox.cursor == 0
    outbox.acknowledge(1)
    assert outbox.cursor == 2


def test_a_denied_row_holds_everything_back_and_is_tried_alone_after_its_pause() -> None:
    outbox = an_outbox(rows=3)
    taken(outbox)
    outbox.deny(1, "Not authorized", 10.0)
    outbox.acknowledge(2)

    assert outbox.next(100.0) is None, "row 3 is still in flight"
    outbox.acknowledge(3)
    assert outbox.next(10.5) is None
    assert [row.seq for row in taken(outbox, 11.0)] == [1]
    assert (outbox.cursor, outbox.fault) == (0, "row 1 denied: Not authorized")
    outbox.acknowledge(1)
    assert [row.seq for row in taken(outbox, 11.0)] == [2, 3], "in order again, behind the row that was denied"
    assert (outbox.cursor, outbox.fault) == (1, None)


def test_a_row_that_is_denied_again_waits_longer_up_to_half_a_minute() -> None:
    outbox, now_s = an_outbox(rows=1), 0.0
    assert outbox.next(now_s)

    for pause_s in (1, 2, 4, 8, 16, 30, 30):
        outbox.deny(1, "no", now_s)
        assert outbox.next(now_s + pause_s - 0.01) is None
        now_s += pause_s
        assert outbox.next(now_s)


def test_after_a_lost_line_one_row_goes_alone_and_all_are_marked() -> None:
    outbox = an_outbox(rows=4)
    assert [outbox.is_replay(row) for row in taken(outbox)] == [False] * 4
    outbox.acknowledge(1)
    outbox.rewind()

    again = taken(outbox)
    assert [row.seq for row in again] == [2]
    outbox.acknowledge(2)
    rest = taken(outbox)
    assert [row.seq for row in rest] == [3, 4]
    assert all(outbox.is_replay(row) for row in (*again, *rest))


def test_a_backlog_is_marked_and_what_follows_is_not() -> None:
    outbox = an_outbox(rows=3)
    outbox.came_back(2)

    assert [outbox.is_replay(row) for row in taken(outbox)] == [True, True, False]


def test_a_row_that_is_read_twice_is_published_once() -> None:
    outbox = an_outbox(rows=2)
    outbox.add(a_read_row(1))
    outbox.add(a_read_row(2))

    assert [row.seq for row in taken(outbox)] == [1, 2]


@given(ACTS)
def test_whatever_happens_the_cursor_never_passes_a_row_that_was_not_acknowledged(acts: list[tuple[str, int]]) -> None:
    outbox, now_s, in_flight, acknowledged = Outbox(LIMITS), 0.0, set[int](), set[int]()
    for act, number in acts:
        match act:
            case "add" if outbox.has_room:
                outbox.add(a_read_row(outbox.position + 1))
            case "next" if (row := outbox.next(now_s)) is not None:
                assert row.seq not in in_flight, "paho still holds it"
                in_flight.add(row.seq)
            case "ack" if in_flight:
                acknowledged.add(seq := sorted(in_flight)[number % len(in_flight)])
                in_flight.remove(seq)
                outbox.acknowledge(seq)
            case "deny" if in_flight:
                seq = sorted(in_flight)[number % len(in_flight)]
                in_flight.remove(seq)
                outbox.deny(seq, "no", now_s)
            case "rewind":
                in_flight.clear()
                outbox.rewind()
            case "wait":
                now_s += 60 * number
        assert set(range(1, outbox.cursor + 1)) <= acknowledged
        assert len(in_flight) <= LIMITS.rows_in_flight


def an_outbox(rows: int) -> Outbox:
    outbox = Outbox(LIMITS)
    for seq in range(1, rows + 1):
        outbox.add(a_read_row(seq))
    return outbox


def a_read_row(seq: int) -> Row:
    return Row.model_validate(a_row(seq))


def taken(outbox: Outbox, now_s: float = 0.0) -> list[Row]:
    rows = []
    while (row := outbox.next(now_s)) is not None:
        rows.append(row)
    return rows
