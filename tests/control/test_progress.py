"""How far the publisher is behind."""

from datetime import timedelta

from keycabinet.control.head import Head
from keycabinet.control.progress import Cursors, Progress
from keycabinet.domain.state import Lag

AT = [timedelta(seconds=n) for n in range(10)]


def test_nobody_is_behind_when_everything_is_published():
    assert Progress(Head(7), 7).lag(AT[0]) is None


def test_the_wait_begins_with_the_first_row_that_is_not_published_and_anew_with_each_step():
    head = Head(7)
    progress = Progress(head, 7)
    progress.lag(AT[0])
    head.advance(9)
    assert progress.lag(AT[1]) == Lag(7, AT[1])
    head.advance(11)
    assert progress.lag(AT[2]) == Lag(7, AT[1])

    progress.moved(8)
    assert progress.lag(AT[3]) == Lag(8, AT[3])
    progress.moved(8)
    assert progress.lag(AT[4]) == Lag(8, AT[3])
    progress.moved(11)
    assert progress.lag(AT[5]) is None


def test_a_fault_is_told_although_every_row_is_published_and_until_it_is_taken_back():
    progress = Progress(Head(7), 7)
    progress.moved(7, "topic_denied", "state")
    assert progress.lag(AT[1]) == Lag(7, AT[1], "topic_denied", "state")

    progress.moved(7)
    assert progress.lag(AT[2]) is None


def test_a_cursor_is_stored_before_it_counts():
    stored: list[tuple[str, int]] = []
    progress = Progress(Head(7), 3)
    cursors = Cursors(lambda name, seq: stored.append((name, seq)), {"mqtt": progress})

    cursors.move("mqtt", 7)
    cursors.move("other", 5)

    assert stored == [("mqtt", 7), ("other", 5)]
    assert progress.lag(AT[0]) is None
