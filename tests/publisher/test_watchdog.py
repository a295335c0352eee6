"""The publisher tells systemd that it lives, and no thread of it counts as stuck only because the world is slow."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from keycabinet.publisher.app import Running
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.line import Line
from keycabinet.publisher.settings import BrokerSettings, PublisherSettings, TlsFiles
from tests.broker import HOST, Broker
from tests.publisher.ear import Ear
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import PublisherProcess
from tests.systemd import Systemd
from tests.waiting import wait_until

SHORT = replace(Limits(), stuck_after_s=2.0, core_answer_s=0.5, poll_every_s=0.5)
LONG_ENOUGH_S = 4.0


def test_the_publisher_is_ready_lives_and_says_that_it_ends(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Systemd() as systemd:  # in this order: Mosquitto would talk to it, too
        with PublisherProcess(tmp_path, core, broker) as mqtt:
            assert systemd.next().startswith("READY=1\n")
            for _ in range(4):
                systemd.wait_for("WATCHDOG=1", within=1.5)
            mqtt.stop()
        systemd.wait_for("STOPPING=1")


def nothing(_core: FakeCore, _broker: Broker) -> None:
    """All is well, and nothing happens."""


def the_core_hangs(core: FakeCore, _broker: Broker) -> None:
    core.answers = False


def the_core_goes(core: FakeCore, _broker: Broker) -> None:
    core.stop()


def the_broker_hangs(_core: FakeCore, broker: Broker) -> None:
    broker.freeze()


def the_broker_goes(_core: FakeCore, broker: Broker) -> None:
    broker.kill()


@pytest.mark.parametrize("happens", [nothing, the_core_hangs, the_core_goes, the_broker_hangs, the_broker_goes])
def test_no_thread_is_stuck_whatever_is_silent(happens: Callable[[FakeCore, Broker], None]) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, ExitStack() as ending:
        settings = PublisherSettings("mc-1", core.socket, BrokerSettings(HOST, broker.port, "keycabinet-mc-1"))
        running = Running(settings, SHORT, pytest.fail)
        ending.callback(running.stop)
        running.start()
        ear.wait_for_last("status", b"online")
        happens(core, broker)
        until_s = time.monotonic() + LONG_ENOUGH_S

        def long_enough() -> bool:
            assert running.look() == ()
            return time.monotonic() > until_s

        wait_until(long_enough, LONG_ENOUGH_S + 5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves closing to Python
def test_a_tls_handshake_that_nobody_answers_is_given_up_long_before_its_thread_counts_as_stuck() -> None:
    authorities = ssl.get_default_verify_paths().cafile
    with socket.create_server((HOST, 0)) as silent:
        tls = TlsFiles(Path(str(authorities)), None, None) if authorities else None
        assert tls is not None, "this machine trusts no authority; the test needs any"
        broker = BrokerSettings(HOST, silent.getsockname()[1], "keycabinet-mc-1", tls=tls)
        began_s = time.monotonic()
        with pytest.raises(OSError, match="timed out"):
            Line.dial(broker, Limits())

        assert time.monotonic() - began_s < Limits().stuck_after_s / 4
