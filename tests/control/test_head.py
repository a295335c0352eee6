"""How far the ledger has come."""

import threading

from keycabinet.control.head import Head
from tests.control.house import PATIENCE_S


def test_the_head_never_goes_back() -> None:
    head = Head(5)

    head.advance(3)

    assert head.seq == 5


def test_what_is_there_is_not_waited_for() -> None:
    assert Head(5).wait_beyond(4) == 5


def test_waiting_ends_after_its_time() -> None:
    assert Head(5).wait_beyond(5, timeout=0.01) == 5


def test_every_waiter_hears_of_a_new_row() -> None:
    head, heard = Head(), []
    threads = [threading.Thread(target=lambda: heard.append(head.wait_beyond(0, PATIENCE_S))) for _ in range(5)]
    for thread in threads:
        thread.start()

    head.advance(7)

    for thread in threads:
        thread.join(PATIENCE_S)
    assert heard == [7] * 5


def test_who_has_given_up_is_let_go_by_a_wake() -> None:
    head, given_up = Head(), threading.Event()
    waiting = threading.Thread(target=head.wait_beyond, args=(0, PATIENCE_S, given_up.is_set))
    waiting.start()

    given_up.set()
    head.wake()

    waiting.join(PATIENCE_S / 2)
    assert not waiting.is_alive()
