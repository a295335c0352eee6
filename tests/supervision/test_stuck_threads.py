"""A thread that asks no more is named, what its device last said is unknown, and it starts anew when it thaws."""

import threading

import pytest
from structlog.testing import capture_logs

from keycabinet.domain.events import CoilPulsed, DeviceFailed, DeviceReady, DoorRead
from keycabinet.supervision import LATE_S, STALE_S, nobody
from tests.supervision.stage import FreezingDevice, a_stage
from tests.waiting import wait_until

LOST = DeviceFailed("pins", "thread_stuck", "pins: its thread has not come round for 4.0 s")
HELLO = [DoorRead(is_open=False), DeviceReady("pins")]


def test_a_device_whose_thread_is_stuck_is_lost_once_and_named_once() -> None:
    device = FreezingDevice()
    with a_stage(device) as stage, capture_logs() as logs:
        stage.supervisor.serve(device, stage.events.put)
        assert [stage.next(), stage.next()] == HELLO
        device.freeze()
        assert stage.look_for(STALE_S) == ()
        assert stage.look_for(0.5) == ("pins",)
        assert stage.look_for(20) == ("pins",)

        assert stage.next() == LOST
        assert stage.events.empty()
        stuck = [each for each in logs if each["event"] == "thread is stuck"]
        assert stuck == [{"event": "thread is stuck", "log_level": "critical", "thread": "pins", "silent_s": 4.0}]


def test_a_device_whose_thread_thaws_fails_by_it_and_comes_back_by_itself() -> None:
    device = FreezingDevice()
    with a_stage(device) as stage:
        stage.supervisor.serve(device, stage.events.put)
        assert [stage.next(), stage.next()] == HELLO
        device.freeze()
        assert stage.look_for(4) == ("pins",)
        device.thaw()

        assert [stage.next(), stage.next()] == [LOST, LOST]
        assert [stage.next(), stage.next()] == HELLO
        assert stage.look_for(1) == ()


def test_what_a_thread_saw_before_it_froze_is_not_heard_when_it_thaws() -> None:
    device = FreezingDevice(last_words=DoorRead(is_open=True))
    with a_stage(device) as stage:
        stage.supervisor.serve(device, stage.events.put)
        assert [stage.next(), stage.next()] == HELLO
        device.freeze()
        stage.look_for(4)
        device.thaw()

        assert [stage.next() for _ in range(4)] == [LOST, LOST, *HELLO]


def test_what_became_of_a_pulse_is_heard_however_late_it_is() -> None:
    device = FreezingDevice(last_words=CoilPulsed(3))
    with a_stage(device) as stage:
        stage.supervisor.serve(device, stage.events.put)
        assert [stage.next(), stage.next()] == HELLO
        device.freeze()
        stage.look_for(4)
        device.thaw()

        assert [stage.next() for _ in range(5)] == [LOST, CoilPulsed(3), LOST, *HELLO]


def test_a_stuck_device_that_breaks_before_it_asks_again_opens_anew_once() -> None:
    device = FreezingDevice(breaks=OSError("the line hung up"))
    with a_stage(device) as stage:
        stage.supervisor.serve(device, stage.events.put)
        assert [stage.next(), stage.next()] == HELLO
        device.freeze()
        stage.look_for(4)
        device.thaw()

        assert [stage.next() for _ in range(4)] == [LOST, DeviceFailed("pins", "OSError", "the line hung up"), *HELLO]


def test_work_that_is_no_device_is_named_and_goes_on_when_it_thaws() -> None:
    worker = FreezingDevice()
    failures: list[Exception] = []
    with a_stage(worker) as stage, capture_logs() as logs:
        stage.supervisor.spawn("pin checker", worker.work, failures.append)
        worker.freeze()
        assert stage.look_for(4) == ("pin checker",)
        worker.thaw()
        wait_until(lambda: stage.supervisor.look() == (), what="the thread's coming round")

        assert [each["event"] for each in logs] == ["thread is stuck", "thread comes round again"]
        assert failures == []


def test_a_thread_may_have_a_longer_limit() -> None:
    worker = FreezingDevice()
    with a_stage(worker) as stage:
        stage.supervisor.spawn("broker", worker.work, nobody, stale_s=45.0)
        worker.freeze()

        assert stage.look_for(45) == ()
        assert stage.look_for(1) == ("broker",)


def test_work_that_has_returned_is_not_stuck() -> None:
    with a_stage() as stage:
        returned = threading.Event()
        stage.supervisor.spawn("short", lambda _stopping: returned.set(), nobody)
        assert returned.wait(5)
        wait_until(lambda: "short" not in {each.name for each in threading.enumerate()})

        assert stage.look_for(60) == ()


def test_work_that_fails_and_is_tried_again_is_not_stuck() -> None:
    failed: list[Exception] = []
    with a_stage() as stage:
        stage.supervisor.spawn("failing", lambda _stopping: 1 // 0, failed.append)
        stage.clock.now_s += 60
        wait_until(lambda: len(failed) == 3, what="three failures")

        assert stage.supervisor.look() == ()


@pytest.mark.parametrize(("late_s", "stuck"), [(LATE_S, ("pins",)), (60.0, ())])
def test_nobody_is_blamed_for_a_time_in_which_everything_stood_still(late_s: float, stuck: tuple[str, ...]) -> None:
    device = FreezingDevice()
    with a_stage(device) as stage:
        stage.supervisor.serve(device, stage.events.put)
        device.freeze()
        stage.look_for(2)
        stage.clock.now_s += late_s

        assert stage.supervisor.look() == stuck
        assert stage.look_for(4) == ("pins",)
