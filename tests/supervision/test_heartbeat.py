"""Who asks whether to stop is alive; who waits is alive until the wait should be over."""

import threading

import pytest

from keycabinet.heartbeat import Heartbeat
from keycabinet.ports import DeviceFault

STUCK = DeviceFault("thread_stuck", "pins: its thread has not come round for 9.0 s")


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Waiting:
    """A ``Stopping`` whose ``wait`` looks at the heartbeat from the outside while the thread is in it."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self.heartbeat: Heartbeat

    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float | None = None) -> bool:
        self.seen.append(self.heartbeat.alive_s)
        return False


def test_a_thread_was_alive_when_it_last_asked() -> None:
    clock = Clock()
    heartbeat = Heartbeat(threading.Event(), lambda _: None, clock)
    clock.now_s = 107.0
    heartbeat.is_set()
    clock.now_s = 120.0

    assert heartbeat.alive_s == 107.0


@pytest.mark.parametrize(("timeout", "until_s"), [(3.0, 103.0), (None, float("inf"))])
def test_a_thread_that_waits_is_alive_until_its_wait_should_be_over(timeout: float | None, until_s: float) -> None:
    stopping = Waiting()
    stopping.heartbeat = Heartbeat(stopping, lambda _: None, Clock())

    stopping.heartbeat.wait(timeout)

    assert stopping.seen == [until_s]
    assert stopping.heartbeat.alive_s == 100.0


def test_it_answers_what_is_true() -> None:
    stopping = threading.Event()
    heartbeat = Heartbeat(stopping, lambda _: None)
    assert (heartbeat.is_set(), heartbeat.wait(0)) == (False, False)
    stopping.set()

    assert (heartbeat.is_set(), heartbeat.wait()) == (True, True)


@pytest.mark.parametrize("ask", [Heartbeat.is_set, Heartbeat.wait, Heartbeat.come_back])
def test_a_thread_that_was_given_up_hears_of_it_once_when_it_asks_again(ask) -> None:
    heard: list[DeviceFault] = []
    stopping = threading.Event()
    stopping.set()
    heartbeat = Heartbeat(stopping, heard.append)
    heartbeat.give_up(STUCK)
    assert heartbeat.given_up

    ask(heartbeat)
    ask(heartbeat)

    assert heard == [STUCK]
    assert not heartbeat.given_up


def test_a_thread_that_was_given_up_in_a_wait_hears_of_it_after_the_wait() -> None:
    class GivesUp(Waiting):
        def wait(self, timeout: float | None = None) -> bool:
            self.heartbeat.give_up(STUCK)
            return False

    heard: list[DeviceFault] = []
    stopping = GivesUp()
    stopping.heartbeat = Heartbeat(stopping, heard.append)

    stopping.heartbeat.wait(1)

    assert heard == [STUCK]


def test_work_that_has_returned_is_missed_no_more() -> None:
    heartbeat = Heartbeat(threading.Event(), lambda _: None, Clock())
    heartbeat.give_up(STUCK)
    heartbeat.end()

    assert heartbeat.alive_s == float("inf")
    assert not heartbeat.given_up
