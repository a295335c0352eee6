"""systemd hears that the deciding loop comes round, as long as no thread is stuck."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.entries import DeviceBack, DeviceLost
from keycabinet.domain.events import DeviceReady, TimePassed
from keycabinet.domain.state import Cabinet
from keycabinet.supervision import Supervisor
from keycabinet.watchdog import FEED_EVERY_S, Watchdog, to_systemd
from tests.builders import ZONE, a_directory, a_layout
from tests.fakes import FakeArchive, FakeChecker, FakeClock, FakeReserve, nothing_waits
from tests.supervision.stage import Clock, FreezingDevice
from tests.systemd import Systemd
from tests.waiting import wait_until

ALL_WELL: tuple[str, ...] = ()


def a_watchdog(stuck: tuple[str, ...] = ALL_WELL) -> tuple[Watchdog, list[str], Clock]:
    said: list[str] = []
    clock = Clock()
    return Watchdog(said.append, lambda: stuck, clock), said, clock


def test_it_says_that_it_is_ready_that_it_lives_and_that_it_ends() -> None:
    watchdog, said, _ = a_watchdog()
    watchdog.ready("the core serves")
    watchdog.feed()
    watchdog.stopping()

    assert said == ["READY=1\nSTATUS=the core serves", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"]


def test_it_is_not_fed_while_a_thread_is_stuck_and_names_it() -> None:
    watchdog, said, clock = a_watchdog(stuck=("pins", "bank1"))
    watchdog.feed()
    clock.now_s += 1
    watchdog.feed()

    assert said == ["STATUS=stuck: pins, bank1"]


def test_a_burst_of_events_feeds_it_once() -> None:
    watchdog, said, clock = a_watchdog()
    for _ in range(100):
        watchdog.feed()
    clock.now_s += FEED_EVERY_S
    watchdog.feed()

    assert said == ["WATCHDOG=1", "WATCHDOG=1"]


def test_without_systemd_nothing_is_said() -> None:
    assert "NOTIFY_SOCKET" not in os.environ

    with to_systemd() as notify:
        notify("READY=1")


def test_a_systemd_that_is_gone_does_no_harm() -> None:
    with ExitStack() as stack:
        with Systemd():
            notify = stack.enter_context(to_systemd())
        notify("WATCHDOG=1")


def test_a_systemd_that_does_not_read_holds_up_nobody() -> None:
    with Systemd(), to_systemd() as notify:
        saying = threading.Thread(target=lambda: [notify("WATCHDOG=1") for _ in range(5000)], daemon=True)
        saying.start()
        saying.join(5)

        assert not saying.is_alive()


def test_a_frozen_device_starves_the_watchdog_until_it_thaws_and_the_ledger_says_so() -> None:
    device, archive = FreezingDevice(), FakeArchive()
    with Systemd() as systemd, deciding(device, archive):
        systemd.wait_for("WATCHDOG=1")
        device.freeze()
        systemd.wait_for("STATUS=stuck: pins")
        assert systemd.is_silent("WATCHDOG=1", for_s=1.5)
        [lost] = [each for each in archive.entries if isinstance(each, DeviceLost)]
        assert (lost.device, lost.fault) == ("pins", "thread_stuck")
        device.thaw()
        systemd.wait_for("WATCHDOG=1")

        wait_until(lambda: DeviceBack("pins") in archive.entries, what="device.back")


@contextmanager
def deciding(device: FreezingDevice, archive: FakeArchive) -> Iterator[None]:
    """A deciding loop in a thread, with this device alone, as the core has it."""
    inbox, stopping, supervisor = Inbox(), threading.Event(), Supervisor()
    outside = Outside(archive, Hardware(), FakeChecker(inbox.emit), FakeClock(), ZONE, FakeReserve(), nothing_waits)
    controller = Controller(Cabinet(a_layout()), a_directory(), outside, inbox)
    controller.start("1")
    supervisor.serve(device, inbox.emit)
    for other in set(a_layout().devices) - {device.name}:
        inbox.emit(DeviceReady(other))
    with to_systemd() as notify:
        watchdog = Watchdog(notify, supervisor.look)
        loop = threading.Thread(target=controller.run, args=(stopping, watchdog.feed), name="deciding")
        loop.start()
        try:
            yield
        finally:
            device.thaw()
            supervisor.stop()
            stopping.set()
            inbox.emit(TimePassed())
            loop.join(5)
