"""The devices on serial lines against a pty whose far end the test holds."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serial import Serial

from drivers.ds2480b.bridge import UNASKED_ROUNDS
from drivers.ds2480b.codec import RESET
from drivers.ds2480b.device import Ds2480b
from drivers.ds2480b.settings import Settings as BridgeSettings
from drivers.panel_serial.codec import Decoder, Frame, Type, encoded, text_payload
from drivers.panel_serial.device import PanelSerial
from drivers.panel_serial.settings import Settings as PanelSettings
from keycabinet.domain.events import KeyPressed
from keycabinet.ports import Tune
from tests.drivers.pty_line import Answering, PtyLine
from tests.drivers.running import Running
from tests.waiting import wait_until

WORKED = {b"\x45": b"\x44", b"\x5b": b"\x5a", b"\x0f": b"\x00", RESET: b"\xcf", b"\xc1": b"\xcf"}
READY = encoded(Frame(1, Type.READY, bytes((1, 20, 4))))


@pytest.fixture
def line() -> Iterator[PtyLine]:
    with PtyLine() as opened:
        yield opened


@pytest.fixture
def panel(line: PtyLine) -> PanelSerial:
    return PanelSerial("panel", PanelSettings(port=line.path))


@pytest.fixture
def bridge(line: PtyLine) -> Ds2480b:
    return Ds2480b("bank1", BridgeSettings(port=line.path, slots=(1,)))


def test_a_key_reaches_the_inbox_within_a_millisecond_of_its_last_byte(line: PtyLine, panel: PanelSerial) -> None:
    with Running(panel) as running:
        _greet(line, running)
        delays_s = []
        for seq in range(20):
            key = encoded(Frame(seq, Type.KEY, b"5"))
            line.write(key[:-1])
            before = time.monotonic()
            line.write(key[-1:])
            running.event(KeyPressed)
            delays_s.append(time.monotonic() - before)
            _until_frame(line, Type.ACK)

    assert min(delays_s) < 0.001


def test_the_newest_text_is_shown_and_shown_again_when_the_panel_comes_back(line: PtyLine, panel: PanelSerial) -> None:
    panel.show(("FIRST",))
    panel.show(("SECOND",))
    for _ in range(2):
        with Running(panel) as running:
            _greet(line, running)
            assert _until_frame(line, Type.SHOW).payload == text_payload(("SECOND",))


def test_a_tune_from_before_the_opening_is_never_heard(line: PtyLine, panel: PanelSerial) -> None:
    panel.play(Tune.ALARM)
    with Running(panel) as running:
        _greet(line, running)
        panel.play(Tune.ACCEPTED)
        assert _until_frame(line, Type.SOUND).payload == b"\x01"


def test_a_panel_that_never_answers_is_a_silent_line(panel: PanelSerial) -> None:
    with Running(panel) as running:
        assert running.fault().fault == "line_silent"


def test_a_panel_that_falls_silent_is_told(line: PtyLine, panel: PanelSerial) -> None:
    with Running(panel) as running:
        _greet(line, running)
        fault = running.fault()
        assert (fault.fault, "PING after 3 attempts" in str(fault)) == ("line_silent", True)


def test_a_pulled_adapter_is_a_lost_line(line: PtyLine, panel: PanelSerial) -> None:
    with Running(panel) as running:
        _greet(line, running)
        line.pull_out()
        assert running.fault().fault == "line_lost"


def test_a_line_that_hears_itself_is_not_understood(line: PtyLine, panel: PanelSerial) -> None:
    with Answering(line, lambda portion: portion), Running(panel) as running:
        assert running.fault().fault == "not_understood"


def test_no_log_and_no_fault_shows_a_key(line: PtyLine, panel: PanelSerial, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Running(panel) as running:
        _greet(line, running)
        line.write(encoded(Frame(3, Type.KEY, b"7")))
        assert "7" not in repr(running.event(KeyPressed))
        line.write(encoded(Frame(4, Type.KEY, b"77")))
        assert "7" not in str(running.fault()).replace(line.path, "")

    assert caplog.text == ""


def test_a_missing_port_is_told_with_device_and_path(tmp_path: Path) -> None:
    missing = str(tmp_path / "ttyNONE")
    with Running(PanelSerial("panel", PanelSettings(port=missing))) as running:
        fault = running.fault()
        assert (fault.fault, f"panel: cannot open the serial line {missing}" in str(fault)) == ("line_missing", True)


def test_a_port_that_another_device_has_is_busy(line: PtyLine, panel: PanelSerial) -> None:
    with Serial(line.path, exclusive=True), Running(panel) as running:
        assert running.fault().fault == "line_busy"


def test_a_file_that_is_no_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with Running(PanelSerial("panel", PanelSettings(port=str(file)))) as running:
        assert running.fault().fault == "line_refused"


def test_a_bridge_that_never_answers_is_a_silent_line(bridge: Ds2480b) -> None:
    with Running(bridge) as running:
        assert running.fault().fault == "line_silent"


def test_a_bridge_that_hears_itself_is_garbled(line: PtyLine, bridge: Ds2480b) -> None:
    with Answering(line, lambda portion: portion), Running(bridge) as running:
        assert running.fault().fault == "garbled"


def test_a_bridge_that_talks_without_end_is_garbled_and_not_waited_for_for_ever(line: PtyLine, bridge: Ds2480b) -> None:
    with Answering(line, lambda _: b"\x55" * 500), Running(bridge) as running:
        assert running.fault().fault == "garbled"


def test_a_pulled_bridge_is_a_lost_line(line: PtyLine, bridge: Ds2480b) -> None:
    with Running(bridge) as running:
        line.read_until(lambda heard: b"\xe3" in heard)
        line.pull_out()
        assert running.fault().fault == "line_lost"


def test_an_empty_bus_is_reported_as_such_by_a_bridge_that_answers_as_the_worked_start(
    line: PtyLine, bridge: Ds2480b
) -> None:
    with Answering(line, lambda portion: WORKED.get(portion, b"")), Running(bridge) as running:
        (reading,) = running.readings()
        assert reading.tags == frozenset()


def test_a_byte_that_nobody_asked_for_is_dropped_now_and_then(line: PtyLine, bridge: Ds2480b) -> None:
    bus = EmptyBus(stray_rounds=UNASKED_ROUNDS - 1)
    with Answering(line, bus.answer), Running(bridge) as running:
        running.readings()
        wait_until(lambda: bus.rounds > 2 * UNASKED_ROUNDS, 10, "some rounds")
        assert running.failure is None


def test_bytes_that_nobody_asked_for_in_every_round_are_a_fault(line: PtyLine, bridge: Ds2480b) -> None:
    with Answering(line, EmptyBus(stray_rounds=UNASKED_ROUNDS).answer), Running(bridge) as running:
        assert running.fault().fault == "unasked"


def test_a_bridge_whose_every_byte_comes_twice_does_not_even_open(line: PtyLine, bridge: Ds2480b) -> None:
    with Answering(line, lambda portion: EmptyBus(0).answer(portion) * 2), Running(bridge) as running:
        assert running.fault().fault == "unasked"
        assert running.rest() == []


class EmptyBus:
    """A bridge on an empty bus; behind the rounds, but for every so many, comes a byte that nobody asked for."""

    def __init__(self, stray_rounds: int) -> None:
        self._stray_rounds = stray_rounds
        self._resets = 0

    @property
    def rounds(self) -> int:
        """Two resets each: an empty bus is asked twice."""
        return self._resets // 2

    def answer(self, portion: bytes) -> bytes:
        """What it says to one request; nothing to the calibration."""
        self._resets += portion == RESET
        last = self._resets % 2 == 0 and self.rounds % (self._stray_rounds + 1) < self._stray_rounds
        return WORKED.get(portion, b"") + (b"\x55" if portion == RESET and last else b"")


def _greet(line: PtyLine, running: Running) -> None:
    _until_frame(line, Type.HELLO)
    line.write(READY)
    ping = _until_frame(line, Type.PING)
    line.write(encoded(Frame(2, Type.PANEL_ACK, bytes((ping.seq,)))))
    running.readings()


def _until_frame(line: PtyLine, kind: Type) -> Frame:
    """The next frame of this kind; others are passed over."""
    heard = line.read_until(lambda heard: _of_kind(heard, kind))
    return _of_kind(heard, kind)[0]


def _of_kind(heard: bytes, kind: Type) -> list[Frame]:
    return [frame for frame in Decoder().receive(heard, 0) if frame.type == kind]
