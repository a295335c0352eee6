"""A serial line that goes away and comes back under another node, again and again, behind the same link."""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.ds2480b.codec import RESET
from drivers.ds2480b.device import Ds2480b
from drivers.ds2480b.settings import Settings as BridgeSettings
from drivers.panel_serial.codec import Decoder, Frame, Type, encoded
from drivers.panel_serial.device import PanelSerial
from drivers.panel_serial.settings import Settings as PanelSettings
from keycabinet.domain.events import DeviceReady, Event
from keycabinet.ports import Device, DeviceFault
from keycabinet.supervision import LONGEST_PAUSE_S
from tests.drivers.pty_line import Answering, PtyLine

BACK_WITHIN_S = 5.0 - LONGEST_PAUSE_S
"""Of the five seconds the supervisor may spend this pause before it tries again; here it tries again at once."""
TIMES = 50
WORKED = {b"\x45": b"\x44", b"\x5b": b"\x5a", b"\x0f": b"\x00", RESET: b"\xcf", b"\xc1": b"\xcf"}

Answer = Callable[[bytes], bytes]


def test_a_panel_whose_line_comes_back_under_another_node_is_back_in_time_fifty_times(tmp_path: Path) -> None:
    link = tmp_path / "ttyPANEL"
    pull_and_plug(PanelSerial("panel", PanelSettings(port=str(link))), link, a_panel, TIMES)


def test_a_bridge_whose_line_comes_back_under_another_node_is_back_in_time(tmp_path: Path) -> None:
    pull_and_plug(a_bridge(tmp_path), tmp_path / "ttyBANK1", an_empty_bus, 8)


@pytest.mark.campaign
def test_a_bridge_whose_line_comes_back_under_another_node_is_back_in_time_fifty_times(tmp_path: Path) -> None:
    pull_and_plug(a_bridge(tmp_path), tmp_path / "ttyBANK1", an_empty_bus, TIMES)


def a_bridge(folder: Path) -> Ds2480b:
    return Ds2480b("bank1", BridgeSettings(port=str(folder / "ttyBANK1"), slots=(1,)))


def an_empty_bus(portion: bytes) -> bytes:
    """What a bridge says."""
    return WORKED.get(portion, b"")


def a_panel(portion: bytes) -> bytes:
    """What a panel says."""
    return b"".join(_reply(frame) for frame in Decoder().receive(portion, 0))


def _reply(frame: Frame) -> bytes:
    if frame.type == Type.HELLO:
        return encoded(Frame(1, Type.READY, bytes((1, 20, 4))))
    return encoded(Frame(0, Type.PANEL_ACK, bytes((frame.seq,)))) if frame.type != Type.ACK else b""


def pull_and_plug(device: Device, link: Path, answer: Answer, times: int) -> None:
    """Pull the line so many times, each time as soon as the device is there, and plug it in as another node."""
    nodes, slowest_s, descriptors = [], 0.0, set()
    with ExitStack() as plugged, tried_again_and_again(device) as events:
        for _ in range(times + 1):
            line = PtyLine()
            nodes.append(line.path)
            link.unlink(missing_ok=True)
            plugged.close()  # the one before, when the new node has another name already
            plugged.enter_context(line)
            plugged.enter_context(Answering(line, answer))
            link.symlink_to(line.path)
            began = time.monotonic()
            assert events.get(timeout=BACK_WITHIN_S) == DeviceReady(device.name)
            slowest_s = max(slowest_s, time.monotonic() - began)
            descriptors.add(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - names alone
    assert all(one != other for one, other in pairwise(nodes))
    assert len(descriptors) == 1, f"open descriptors: {sorted(descriptors)}"
    assert slowest_s < BACK_WITHIN_S


@contextmanager
def tried_again_and_again(device: Device) -> Iterator["queue.SimpleQueue[Event]"]:
    """The device in a thread, begun anew whenever it is lost; when it was ready."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    stopping = threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, DeviceReady):
            events.put(event)

    def run() -> None:
        while not stopping.wait(0.005):
            try:
                device.run(emit, stopping)
            except DeviceFault:
                continue

    thread = threading.Thread(target=run, name=f"test-{device.name}")
    thread.start()
    try:
        yield events
    finally:
        stopping.set()
        thread.join(2)
        assert not thread.is_alive()
