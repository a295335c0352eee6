"""The one way into the deciding thread."""

import threading
from datetime import timedelta

import pytest

from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.books import Books
from keycabinet.domain.events import DoorRead, KeyPressed, TimePassed
from keycabinet.domain.state import Cabinet
from keycabinet.errors import StoreError
from tests.builders import ZONE, a_directory, a_layout
from tests.fakes import FakeArchive, FakeChecker, FakeClock, FakePanel, FakeReserve, nothing_waits


def a_controller(archive: FakeArchive, inbox: Inbox, panel: FakePanel | None = None) -> Controller:
    panel = panel or FakePanel()
    hardware = Hardware({1: panel}, {1: panel}, (panel,), (panel,), (panel,))
    outside = Outside(archive, hardware, FakeChecker(inbox.emit), FakeClock(), ZONE, FakeReserve(), nothing_waits)
    return Controller(Cabinet(a_layout()), a_directory(), outside, inbox)


def test_items_come_out_in_the_order_in_which_they_went_in():
    inbox = Inbox()
    events = [DoorRead(is_open=True), KeyPressed("1"), DoorRead(is_open=False)]
    for event in events:
        inbox.emit(event)

    assert [inbox.next(timedelta(0)) for _ in events] == events


def test_an_empty_inbox_tells_that_time_has_passed():
    assert Inbox().next(timedelta(milliseconds=1)) == TimePassed()


def test_a_job_is_done_by_the_deciding_thread_and_its_result_comes_back():
    inbox, stopping = Inbox(), threading.Event()
    controller = a_controller(FakeArchive(), inbox)
    deciding = threading.Thread(target=controller.run, args=(stopping, lambda: None))
    deciding.start()

    done_by = controller.submit(threading.get_ident).result(5)
    stopping.set()
    inbox.emit(TimePassed())
    deciding.join(5)

    assert done_by == deciding.ident


def test_a_job_that_fails_is_told_to_who_asked_and_the_loop_goes_on():
    inbox = Inbox()
    controller = a_controller(FakeArchive(), inbox)
    failed, after = controller.submit(lambda: 1 // 0), controller.submit(lambda: "still here")
    inbox.answer_jobs()

    with pytest.raises(ZeroDivisionError):
        failed.result(0)
    assert after.result(0) == "still here"


def test_nobody_waits_for_a_job_that_came_when_the_loop_had_ended():
    inbox, stopping = Inbox(), threading.Event()
    stopping.set()
    controller = a_controller(FakeArchive(), inbox)
    late = controller.submit(lambda: "answered")
    controller.run(stopping, lambda: None)

    assert late.result(0) == "answered"


class FullDisk(FakeArchive):
    def commit(self, change, moment):
        raise StoreError("database or disk is full")


def test_a_core_that_cannot_record_its_start_does_not_start():
    panel = FakePanel()
    controller = a_controller(FullDisk(Books()), Inbox(), panel)

    with pytest.raises(StoreError):
        controller.start("1")
    assert (panel.shown, panel.pulsed, panel.doors) == ((), [], 0)
