"""The GPIO device on gpiozero's own mock pins: every level that it drives is looked at."""

import time
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from drivers.gpio.device import Gpio
from drivers.gpio.settings import Settings
from keycabinet.domain.events import BoltsRead, CoilPulsed, ContactRead, DeviceReady, DoorRead, Event, PulseRefused
from keycabinet.ports import Light, Tune
from tests.drivers.running import Running
from tests.waiting import wait_until

LATCH_1, LATCH_2, CONTACT_1, LIGHT_1, DOOR_LATCH, DOOR_CONTACT, BOLTS, BUZZER = 9, 10, 2, 16, 24, 25, 26, 27
OUTPUTS = (LATCH_1, LATCH_2, LIGHT_1, DOOR_LATCH, BUZZER)


class Board:
    """The pins, which outlive the device that uses them; ``broken``: every write from then on fails."""

    def __init__(self) -> None:
        self.factory = MockFactory(pin_class=_BreakablePin)
        self.pins: dict[int, Any] = {}

    def open(self) -> MockFactory:
        self.factory = MockFactory(pin_class=_BreakablePin)
        self.pins = {pin: self.factory.pin(pin) for pin in range(2, 28)}
        return self.factory

    def is_high(self, pin: int) -> bool:
        return bool(self.pins[pin]._state)

    def changes(self, pin: int) -> list[tuple[float, bool]]:
        """Level by level: how long the one before it lasted, and what it is."""
        return [(state.timestamp, state.state) for state in self.pins[pin].states]


class _BreakablePin(MockPin):  # type: ignore[misc]
    broken = False

    def _set_state(self, value: float) -> None:
        if self.broken:
            raise OSError(5, "the link to the pins is lost")
        super()._set_state(value)


def test_the_first_readings_are_those_of_every_line_and_come_before_ready() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        assert running.readings() == [
            ContactRead(1, closed=False),
            BoltsRead(frozenset({1, 2}), home=False),
            DoorRead(is_open=True),
        ]
        assert all(not board.is_high(pin) for pin in OUTPUTS)


def test_a_released_latch_is_on_for_its_pulse_and_then_off() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        device.release(1)
        running.event(CoilPulsed, slot=1)

        (_, _), (_, on), (lasted_s, off) = board.changes(LATCH_1)
        assert (on, off) == (True, False)
        assert 0.05 <= lasted_s < 1.0


def test_a_pulse_that_is_withdrawn_before_it_begins_is_refused_and_never_given() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        device.release(1)
        device.release(2)
        device.withdraw(2)
        assert running.event(PulseRefused) == PulseRefused(2, "withdrawn")
        running.event(CoilPulsed, slot=1)
        device.withdraw(1)
        device.release(2)
        running.event(CoilPulsed, slot=2)

        assert len(board.changes(LATCH_2)) == 3


def test_a_coil_is_on_within_a_millisecond_of_its_order() -> None:
    board, device = _cabinet(rest_ms=0)
    with Running(device) as running:
        running.readings()
        delays_s = []
        for _ in range(8):
            ordered = time.monotonic()
            device.release(1)
            wait_until(lambda: board.is_high(LATCH_1), what="the coil")
            delays_s.append(board.pins[LATCH_1]._last_change - ordered)
            running.event(CoilPulsed)

    assert min(delays_s) < 0.001


def test_two_coils_are_never_on_together_the_door_included() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        device.release_door()
        device.release(1)
        device.release(2)
        wait_until(lambda: board.is_high(DOOR_LATCH), what="the door's coil")
        assert not board.is_high(LATCH_1)
        running.event(CoilPulsed, slot=1)
        assert not board.is_high(LATCH_2)
        running.event(CoilPulsed, slot=2)

        assert [len(board.changes(pin)) for pin in (DOOR_LATCH, LATCH_1, LATCH_2)] == [3, 3, 3]


def test_an_order_from_before_the_opening_is_refused_and_never_obeyed() -> None:
    board, device = _cabinet()
    device.release(1)
    with Running(device) as running:
        assert running._next(time.monotonic() + 5, PulseRefused) == PulseRefused(1, "ordered while pins was closed")
        running.readings()
        assert board.changes(LATCH_1) == [(0.0, False)]


def test_a_slot_without_a_latch_is_refused() -> None:
    _, device = _cabinet()
    with Running(device) as running:
        running.readings()
        device.release(8)
        assert running.event(PulseRefused) == PulseRefused(8, "no latch is wired there")


def test_a_pulse_that_is_cut_short_by_stopping_is_told_and_those_that_wait_are_refused() -> None:
    board, device = _cabinet(pulse_ms=1000)
    running = Running(device)
    with running:
        running.readings()
        device.release(1)
        device.release(2)
        wait_until(lambda: board.is_high(LATCH_1), what="the coil")

    assert not board.is_high(LATCH_1)
    assert running.rest() == [CoilPulsed(1), PulseRefused(2, "pins was closed")]


def test_a_coil_is_off_after_the_thread_has_crashed() -> None:
    board, device = _cabinet(pulse_ms=1000)

    with pytest.raises(RuntimeError, match="inbox"):
        device.run(_InboxThatBreaks(board, device), _Never())

    assert len(board.changes(LATCH_1)) == 3
    assert not any(board.is_high(pin) for pin in OUTPUTS)


def test_a_lost_link_ends_the_run_and_refuses_what_waits() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        board.pins[LATCH_1].broken = True
        device.release(1)
        device.release(2)
        assert running.fault().fault == "pins_lost"
        board.pins[LATCH_1].broken = False
        assert running.rest() == [PulseRefused(2, "pins was closed")]


def test_it_can_run_again_after_its_end() -> None:
    board, device = _cabinet()
    for _ in range(2):
        with Running(device) as running:
            assert len(running.readings()) == 3
            device.release(2)
            running.event(CoilPulsed, slot=2)
    assert board.changes(LATCH_2)[-1][1] is False


def test_a_coil_rests_even_when_the_device_was_opened_anew() -> None:
    _, device = _cabinet(rest_ms=60_000)
    with Running(device) as running:
        running.readings()
        device.release(1)
        running.event(CoilPulsed, slot=1)
    with Running(device) as running:
        running.readings()
        device.release(1)
        assert running.event(PulseRefused, within=8.0) == PulseRefused(1, "could not begin within 5 s")


def test_a_ring_is_told_when_its_contact_has_been_stable() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        board.pins[CONTACT_1].drive_low()
        assert running.event(ContactRead) == ContactRead(1, closed=True)
        board.pins[BOLTS].drive_low()
        assert running.event(BoltsRead) == BoltsRead(frozenset({1, 2}), home=True)
        board.pins[DOOR_CONTACT].drive_low()
        assert running.event(DoorRead) == DoorRead(is_open=False)


def test_a_bouncing_contact_is_told_once() -> None:
    board, device = _cabinet(debounce_ms=100)
    with Running(device) as running:
        running.readings()
        for _ in range(20):
            board.pins[CONTACT_1].drive_low()
            board.pins[CONTACT_1].drive_high()
        board.pins[CONTACT_1].drive_low()
        assert running.event(ContactRead) == ContactRead(1, closed=True)
        board.pins[DOOR_CONTACT].drive_low()
        running.event(DoorRead)
        assert running.rest() == []


def test_a_lost_edge_does_no_harm() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        board.pins[CONTACT_1]._change_state(False)
        assert running.event(ContactRead, within=3.0) == ContactRead(1, closed=True)


def test_a_lamp_is_lit_again_when_the_device_comes_back() -> None:
    board, device = _cabinet()
    device.light(1, Light.STEADY)
    for _ in range(2):
        with Running(device) as running:
            running.readings()
            wait_until(lambda: board.is_high(LIGHT_1), what="the lamp")
        assert not board.is_high(LIGHT_1)


def test_a_lamp_blinks_until_it_is_told_otherwise() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        device.light(1, Light.BLINKING)
        wait_until(lambda: len(board.changes(LIGHT_1)) >= 4, what="two blinks")
        device.light(1, Light.OFF)
        wait_until(lambda: not board.is_high(LIGHT_1), what="the end")


def test_a_tune_is_played_once_beside_a_pulse() -> None:
    board, device = _cabinet()
    with Running(device) as running:
        running.readings()
        device.play(Tune.REFUSED)
        device.release(1)
        running.event(CoilPulsed, slot=1)
        wait_until(lambda: len(board.changes(BUZZER)) == 7, what="three short tones")
        assert [sounds for _, sounds in board.changes(BUZZER)] == [False, True, False, True, False, True, False]


class _InboxThatBreaks:
    """Orders a pulse when the device is ready, and breaks with the first event while the coil is on."""

    def __init__(self, board: Board, device: Gpio) -> None:
        self._board = board
        self._device = device

    def __call__(self, event: Event) -> None:
        if isinstance(event, DeviceReady):
            self._device.release(1)
            self._device.release(8)
        if isinstance(event, PulseRefused):
            self._board.pins[CONTACT_1].drive_low()
        if isinstance(event, ContactRead) and event.closed:
            raise RuntimeError("the inbox is broken")


class _Never:
    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float | None = None) -> bool:
        return False


def _cabinet(**changes: Any) -> tuple[Board, Gpio]:
    settings = {
        "factory": "mock",
        "pulse_ms": 50,
        "pause_ms": 100,
        "rest_ms": 0,
        "one_shot_ms": 1000,
        "debounce_ms": 20,
        "bolts": BOLTS,
        "buzzer": BUZZER,
        "door": {"latch": DOOR_LATCH, "contact": DOOR_CONTACT},
        "slots": {
            1: {"latch": LATCH_1, "contact": CONTACT_1, "light": LIGHT_1},
            2: {"latch": LATCH_2},
        },
    }
    board = Board()
    return board, Gpio("pins", Settings.model_validate(settings | changes), board.open)
