"""What is stored without a gap, what is missing, and what is refused."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keycabinet.receiver.inbox import MOST_BYTES, Inbox, Refused, Repeated, Shown, Stored
from keycabinet.receiver.shelf import MOST_AHEAD, Place, Shelf
from tests.receiver.messages import OPEN, SEALED, a_desk, a_state, an_alarm, an_event, with_fields


def is_ahead(taken: object) -> bool:
    assert isinstance(taken, Stored), taken
    return taken.is_ahead


def test_rows_that_follow_each_other_move_the_mark(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        assert [is_ahead(desk.take(an_event(seq))) for seq in (1, 2, 3)] == [False, False, False]

        assert desk.shelf.mark(OPEN) == 3


def test_a_missing_row_holds_the_mark_until_it_comes_and_what_came_meanwhile_counts_then(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.take(an_event(1))
        assert [is_ahead(desk.take(an_event(seq))) for seq in (3, 4)] == [True, True]
        assert desk.shelf.mark(OPEN) == 1

        assert not is_ahead(desk.take(an_event(2)))
        assert desk.shelf.mark(OPEN) == 4


def test_a_leap_in_the_numbers_is_no_gap_where_the_row_before_is_there(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.take(an_event(1))

        assert not is_ahead(desk.take(an_event(9, previous=1)))
        assert desk.shelf.mark(OPEN) == 9


def test_sealed_rows_have_a_mark_of_their_own(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.take(an_event(1))
        assert is_ahead(desk.take(an_event(7, previous=5, visibility="sealed"), "sealed/events"))
        desk.take(an_event(5, previous=0, visibility="sealed"), "sealed/events")

        assert (desk.shelf.mark(OPEN), desk.shelf.mark(SEALED)) == (1, 7)


def test_whoever_has_nothing_does_not_take_the_first_row_that_comes_for_the_first_of_all(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        assert is_ahead(desk.take(an_event(500)))

        assert desk.shelf.mark(OPEN) == 0


def test_a_repeated_row_is_stored_once(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.take(an_event(1))
        desk.take(an_event(3))

        assert [desk.take(an_event(seq)) for seq in (1, 3)] == [Repeated("mc-1"), Repeated("mc-1")]
        assert [due.sequence for due in desk.shelf.due(9)] == [1]


ROWS = {1: 0, 2: 1, 4: 2, 5: 4, 9: 5, 10: 9}


def test_the_mark_is_the_last_row_with_none_missing_before_it_in_whatever_order_rows_come(tmp_path: Path) -> None:
    numbers = itertools.count()

    @settings(max_examples=100, deadline=None)
    @given(order=st.lists(st.sampled_from(sorted(ROWS)), max_size=25))
    def rows_in_this_order(order: list[int]) -> None:
        cabinet = f"mc-{next(numbers)}"
        inbox = Inbox([cabinet], shelf)
        for count, seq in enumerate(order, start=1):
            event = an_event(seq, previous=ROWS[seq], cabinet=cabinet)
            inbox.take(f"keycabinet/{cabinet}/events", event, 0.0, retained=False)

            came = set(order[:count])
            there = itertools.takewhile(came.__contains__, sorted(ROWS))
            assert shelf.mark(Place(cabinet, sealed=False)) == max(there, default=0)

    with Shelf(tmp_path / "received.db") as shelf, shelf.batch():
        rows_in_this_order()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 60_000, "malformed"),
        (b"{}" + b" " * MOST_BYTES, "too_long"),
        (b"x" * 1_000_000, "too_long"),
        (with_fields(an_event(1), sequence=float("nan")), "malformed"),
        (with_fields(an_event(1), sequence="1"), "malformed"),
        (with_fields(an_event(1), sequence=2**63), "malformed"),
        (with_fields(an_event(1), sequence=2**62 + 1), "malformed"),
        (with_fields(an_event(1), previous=1), "malformed"),
        (with_fields(an_event(1), previous=-1), "malformed"),
        (with_fields(an_event(1), data=None), "malformed"),
        (with_fields(an_event(1), time=0), "malformed"),
        (an_event(1, cabinet="mc-2"), "wrong_topic"),
        (an_event(1, visibility="sealed"), "wrong_topic"),
    ],
)
def test_an_event_that_no_cabinet_sends_is_refused_and_counted(tmp_path: Path, payload: bytes, reason: str) -> None:
    with a_desk(tmp_path) as desk:
        assert desk.take(payload) == Refused(reason)

        assert desk.inbox.refused == {reason: 1}
        assert desk.shelf.mark(OPEN) == 0
        assert not is_ahead(desk.take(an_event(1)))


def test_a_field_that_is_new_does_not_hinder_an_older_reader(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        assert not is_ahead(desk.take(with_fields(an_event(1), weather="fair")))


def test_events_that_the_broker_keeps_and_cabinets_that_nobody_asked_for_are_refused(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        assert desk.take(an_event(1), retained=True) == Refused("retained")
        assert desk.take(an_event(1), root="keycabinet/mc-3") == Refused("unknown_cabinet")
        assert desk.take(an_event(1), root="house/mc-1") == Refused("unknown_cabinet")
        assert desk.take(b"on", "silence") == Refused("unknown_topic")


def test_a_row_of_another_ledger_is_refused(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        for seq in (1, 2):
            desk.take(an_event(seq))

        assert desk.take(an_event(2, id="f" * 32)) == Refused("another_ledger")
        assert desk.take(an_event(7, previous=0)) == Refused("another_ledger")


def test_rows_beyond_a_gap_are_kept_up_to_a_limit(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        with desk.shelf.batch():
            for seq in range(3, 3 + MOST_AHEAD):
                desk.inbox.take("keycabinet/mc-1/events", an_event(seq), 0.0, retained=False)
        beyond = 3 + MOST_AHEAD

        assert desk.take(an_event(beyond)) == Refused("too_far_ahead")
        desk.take(an_event(1))
        desk.take(an_event(2))
        assert desk.shelf.mark(OPEN) == beyond - 1
        assert not is_ahead(desk.take(an_event(beyond)))


# ---- the picture


def test_what_is_shown_is_known_with_its_age_until_something_else_is(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        picture = desk.inbox.pictures["mc-1"]
        assert picture.silent_s(5.0) is None
        assert desk.take(b"online", "status") == Shown("mc-1", online=True)
        desk.take(a_state(0), "state")

        assert picture.online is not None
        assert picture.online.what
        assert picture.silent_s(5.0) == 5.0
        assert desk.take(b"offline", "status") == Shown("mc-1")
        assert not picture.online.what
        assert desk.inbox.pictures["mc-2"].state is None


def test_an_alarm_stands_until_its_topic_is_emptied_or_a_row_says_that_it_was_cleared(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        alarms = desk.inbox.pictures["mc-1"].alarms
        for kind in ("overdue", "missing"):
            desk.take(an_alarm(kind, "r-3"), f"alarms/{kind}/r-3")
        desk.take(an_alarm("duress", "ann"), "sealed/alarms/duress/ann")
        assert alarms.keys() == {("overdue", "r-3"), ("missing", "r-3"), ("duress", "ann")}

        desk.take(b"", "alarms/overdue/r-3")
        desk.take(an_event(1, type="alarm.cleared", body={"kind": "missing", "subject": "r-3"}))
        assert alarms.keys() == {("duress", "ann")}


def test_an_alarm_that_was_raised_again_outlives_the_old_row_that_cleared_it(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.take(an_alarm("missing", "r-3"), "alarms/missing/r-3")
        old = "2026-11-23T07:59:59.999999Z"
        desk.take(an_event(1, type="alarm.cleared", at=old, body={"kind": "missing", "subject": "r-3"}))

        assert desk.inbox.pictures["mc-1"].alarms


def test_after_a_new_connection_an_alarm_goes_only_when_the_cabinet_says_that_all_that_stand_have_come(
    tmp_path: Path,
) -> None:
    with a_desk(tmp_path) as desk:
        picture = desk.inbox.pictures["mc-1"]
        for kind in ("overdue", "missing"):
            desk.take(an_alarm(kind, "r-3"), f"alarms/{kind}/r-3")

        picture.renew()  # to a broker that has forgotten everything
        desk.take(a_state(1), "state")
        assert len(picture.alarms) == 2
        desk.take(an_alarm("missing", "r-3"), "alarms/missing/r-3")
        desk.take(an_alarm("due_soon", "r-4", level=0), "alarms/due_soon/r-4")  # which ``state`` does not count
        desk.take(a_state(1), "state")
        assert picture.alarms.keys() == {("missing", "r-3"), ("due_soon", "r-4")}


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("status", b"ONLINE", "malformed"),
        ("state", b"[]", "malformed"),
        ("state", with_fields(a_state(0), alarms=-1), "malformed"),
        ("info", b"{}", "malformed"),
        ("slots/03/state", b"null", "malformed"),
        ("alarms/missing/r-3", an_alarm("missing", "r-4"), "wrong_topic"),
        ("alarms/duress/ann", an_alarm("duress", "ann"), "wrong_topic"),
        ("sealed/alarms/missing/r-3", an_alarm("missing", "r-3"), "wrong_topic"),
        ("slots/٠٣/state", b"{}", "unknown_topic"),
    ],
)
def test_a_picture_that_no_cabinet_shows_is_refused(tmp_path: Path, topic: str, payload: bytes, reason: str) -> None:
    with a_desk(tmp_path) as desk:
        assert desk.take(payload, topic) == Refused(reason)


TOPICS = ["events", "sealed/events", "status", "state", "info", "slots/01/state", "alarms/a/b", "x"]


def test_no_message_breaks_the_inbox(tmp_path: Path) -> None:
    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(TOPICS), st.binary(max_size=200) | st.text().map(str.encode), st.booleans())
    def this_message(topic: str, payload: bytes, retained: bool) -> None:
        assert isinstance(desk.take(payload, topic, retained=retained), Refused | Shown)

    with a_desk(tmp_path) as desk:
        this_message()
