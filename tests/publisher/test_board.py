"""The rules of retained topics, without a broker."""

from keycabinet.publisher.board import Board
from keycabinet.publisher.limits import Limits


def test_only_what_differs_is_published() -> None:
    board = a_board({"a": b"1", "b": b"1"})
    assert sent(board) == {"a": b"1", "b": b"1"}

    board.want({"a": b"1", "b": b"2"})
    assert sent(board) == {"b": b"2"}


def test_a_topic_that_is_wanted_no_more_is_emptied_once() -> None:
    board = a_board({"a": b"1", "b": b"1"})
    sent(board)

    board.want({"a": b"1"})
    assert sent(board) == {"b": b""}
    board.want({"a": b"1"})
    assert sent(board) == {}


def test_a_topic_found_at_the_broker_is_emptied_when_the_whole_is_known_and_not_before() -> None:
    board = Board(Limits())
    board.put("status", b"online")
    board.found("old")
    assert sent(board) == {"status": b"online"}

    board.want({"status": b"online", "a": b"1"})
    assert sent(board) == {"a": b"1", "old": b""}


def test_a_topic_is_in_flight_once_at_a_time_and_what_changed_meanwhile_follows() -> None:
    board = a_board({"a": b"1"})
    assert board.next(0.0) == ("a", b"1")
    board.want({"a": b"2"})
    assert board.next(0.0) is None

    board.acknowledge("a")
    assert board.next(0.0) == ("a", b"2")


def test_a_denied_topic_is_a_fault_and_is_tried_again_after_a_pause() -> None:
    board = a_board({"a": b"1", "b": b"1"})
    board.next(0.0)
    board.deny("a", "Not authorized", 0.0)
    assert board.next(0.5) == ("b", b"1")
    assert board.next(0.5) is None
    assert board.faults == ("a denied: Not authorized",)

    assert board.next(1.0) == ("a", b"1")
    board.acknowledge("a")
    assert board.faults == ()


def test_after_a_lost_line_everything_is_published_again() -> None:
    board = a_board({"a": b"1"})
    sent(board)
    board.forget()
    assert sent(board) == {}

    board.want({"a": b"1"})
    assert sent(board) == {"a": b"1"}


def a_board(wanted: dict[str, bytes]) -> Board:
    board = Board(Limits())
    board.want(wanted)
    return board


def sent(board: Board) -> dict[str, bytes]:
    """Everything that is published now, each acknowledged at once."""
    told = {}
    while (due := board.next(0.0)) is not None:
        told[due[0]] = due[1]
        board.acknowledge(due[0])
    return told
