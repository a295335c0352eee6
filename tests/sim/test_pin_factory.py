"""The pin factory under real gpiozero devices, with the simulator in its own process."""

import importlib.metadata
import subprocess
import sys
import threading
import warnings

import pytest
from gpiozero import Button, DigitalInputDevice, DigitalOutputDevice, GPIOPinInUse, OutputDevice, PinFixedPull
from gpiozero.exc import PinPWMUnsupported, PinSetInput

from firmware_sim.pin_factory import SimFactory
from tests.sim.cabinets import NO_DOOR, RINGS
from tests.simulator import Simulator, wait_until

LATCH_3, LATCH_4, CONTACT_3, CONTACT_5, LAMP_3, BOLTS, UNWIRED = 2, 3, 10, 12, 18, 26, 6


def test_the_factory_is_found_by_its_entry_point():
    (entry,) = importlib.metadata.entry_points(group="gpiozero_pin_factories", name="keycabinet_sim")

    assert entry.load() is SimFactory


def test_it_is_a_raspberry_pi_5(pins):
    assert pins.board_info.model == "5B"


def test_without_a_simulator_it_says_which_socket_is_missing(tmp_path):
    with pytest.raises(OSError, match=r"no simulator listens at the pin socket '.*pins.sock'.*start it first"):
        SimFactory(address=str(tmp_path / "pins.sock"))


def test_an_output_drives_its_line(sim, pins):
    with DigitalOutputDevice(LATCH_3, pin_factory=pins) as latch:
        latch.on()
        assert latch.value == 1
        sim.wait_for("ring_presented", slot=3)
        latch.off()

    sim.pull(3)


def test_an_active_low_output_does_not_twitch_when_it_is_set_up(sim, pins):
    with OutputDevice(LATCH_3, active_high=False, initial_value=True, pin_factory=pins):
        sim.mark()

    assert sim.journal("line_high", line="latch") == []


def test_a_closed_output_falls(sim, pins):
    with DigitalOutputDevice(LATCH_3, initial_value=True, pin_factory=pins):
        sim.wait_for("line_high", slot=3)

    sim.wait_for("line_low", slot=3)


def test_a_closed_factory_lets_all_lines_fall(sim):
    factory = SimFactory(address=sim.path("pins.sock"))
    latch = DigitalOutputDevice(LATCH_3, initial_value=True, pin_factory=factory)

    factory.close()

    sim.wait_for("line_low", line="latch", slot=3)
    assert sim.wait_for("peer_lost")["held_high"] == []
    latch.close()


def test_an_input_knows_its_level_as_soon_as_it_is_made(pins):
    with DigitalInputDevice(CONTACT_3, pull_up=True, pin_factory=pins) as taken:
        assert taken.is_active
    with DigitalInputDevice(CONTACT_5, pull_up=True, pin_factory=pins) as empty:
        assert not empty.is_active
    with DigitalInputDevice(BOLTS, pull_up=True, pin_factory=pins) as bolts:
        assert bolts.is_active


def test_an_input_that_leads_nowhere_reads_as_it_is_pulled(pins):
    with DigitalInputDevice(UNWIRED, pull_up=True, pin_factory=pins) as up:
        assert up.pin.state == 1
    with DigitalInputDevice(UNWIRED, pull_up=False, pin_factory=pins) as down:
        assert down.pin.state == 0


def test_every_bounce_of_a_contact_is_an_edge_without_debouncing(sim, pins):
    with DigitalInputDevice(CONTACT_3, pull_up=True, pin_factory=pins) as contact:
        edges = []
        contact.when_activated = lambda: edges.append(1)
        contact.when_deactivated = lambda: edges.append(0)

        sim.pull(3, force=True)
        wait_until(lambda: len(edges) >= 3 and edges[-1] == 0 and not contact.is_active)

    assert edges[:3] == [0, 1, 0]


def test_a_debounced_contact_reports_one_edge_when_it_is_stable(sim, pins):
    with DigitalInputDevice(CONTACT_3, pull_up=True, bounce_time=0.05, pin_factory=pins) as contact:
        edges, reported = [], threading.Event()
        contact.when_deactivated = lambda: (edges.append(pins.ticks()), reported.set())
        contact.when_activated = lambda: edges.append("closed")

        sim.pull(3, force=True)
        assert reported.wait(5)
        last = max(row["monotonic_ns"] for row in sim.journal("line_high", line="contact", slot=3)) / 1e9

    assert len(edges) == 1
    assert edges[0] >= last + 0.049


def test_a_button_runs_unmodified(sim, pins):
    with Button(CONTACT_3, bounce_time=0.03, pin_factory=pins) as button:
        assert button.is_pressed
        sim.pull(3, force=True)
        assert button.wait_for_release(5)
        sim.insert(3)
        assert button.wait_for_press(5)


def test_one_pin_has_one_device(pins):
    with DigitalOutputDevice(LATCH_3, pin_factory=pins), pytest.raises(GPIOPinInUse):
        DigitalOutputDevice(LATCH_3, pin_factory=pins)


def test_a_line_that_another_process_has_is_busy(sim, pins):
    with DigitalOutputDevice(LATCH_3, pin_factory=pins), SimFactory(address=sim.path("pins.sock")) as other:
        with pytest.raises(OSError, match=r"GPIO2 of .* is used by another process"):
            DigitalOutputDevice(LATCH_3, pin_factory=other)
        with DigitalOutputDevice(LATCH_4, pin_factory=other) as free:
            assert free.value == 0


def test_what_a_pin_cannot_do_is_gpiozeros_own_error(pins):
    with pytest.raises(PinFixedPull):
        DigitalInputDevice(2, pull_up=False, pin_factory=pins)
    pin = pins.pin("GPIO17")
    with pytest.raises(PinSetInput):
        pin.state = 1
    pin.function = "output"
    with pytest.raises(PinFixedPull):
        pin.pull = "up"
    with pytest.raises(PinPWMUnsupported):
        pin.frequency = 100


HOLDER = """
import sys
from gpiozero import DigitalOutputDevice
from firmware_sim.pin_factory import SimFactory
factory = SimFactory(address=sys.argv[1])
latch = DigitalOutputDevice(2, initial_value=True, pin_factory=factory)
lamp = DigitalOutputDevice(18, initial_value=True, pin_factory=factory)
print("on", flush=True)
sys.stdin.read()
"""


def test_the_lines_of_a_killed_process_are_held_until_the_next_one_sets_them(sim):
    command = [sys.executable, "-c", HOLDER, sim.path("pins.sock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"on\n"
        holder.kill()

    assert sim.wait_for("peer_lost")["held_high"] == ["latch 3", "light 3"]
    assert sim.journal("line_low", line="latch") == []
    assert sim.wait_for("coil_off", since=0, slot=3)["ms"] == 500, "the monostable ends the pulse of a dead process"
    with SimFactory(address=sim.path("pins.sock")) as factory:
        with DigitalOutputDevice(LATCH_3, initial_value=None, pin_factory=factory) as latch:
            assert latch.value == 1, "found as it was left"
        sim.wait_for("line_low", slot=3)
        assert sim.slot(3)["lamp"] == "steady" or sim.slot(3)["lamp"] == "on"


def test_when_the_simulator_dies_every_act_on_a_pin_is_an_oserror():
    with Simulator(NO_DOOR, RINGS) as sim, SimFactory(address=sim.path("pins.sock")) as factory:
        latch = DigitalOutputDevice(LATCH_3, pin_factory=factory)
        contact = DigitalInputDevice(CONTACT_3, pull_up=True, pin_factory=factory)

        sim.kill()
        wait_until(lambda: not factory.link.alive)

        with pytest.raises(OSError, match="is lost"):
            latch.on()
        with pytest.raises(OSError, match="is lost"):
            _ = contact.value
        latch.close()
        contact.close()


def test_after_a_restart_of_the_simulator_a_new_factory_finds_it():
    with Simulator(NO_DOOR, RINGS) as sim:
        sim.kill()
        sim.start()

        with SimFactory(address=sim.path("pins.sock")) as factory, DigitalOutputDevice(LATCH_3, pin_factory=factory):
            assert sim.status()["pin_users"] == 1


def test_a_raising_callback_is_noticed_by_the_next_act(sim):
    raised = []
    threading.excepthook, was = lambda args: raised.append(args.exc_type), threading.excepthook
    try:
        with SimFactory(address=sim.path("pins.sock")) as factory:
            contact = DigitalInputDevice(CONTACT_3, pull_up=True, pin_factory=factory)
            contact.when_deactivated = lambda: 1 / 0
            sim.pull(3, force=True)
            wait_until(lambda: not factory.link.alive)

            with pytest.raises(OSError, match="is lost"):
                _ = contact.value
            with warnings.catch_warnings():
                contact.close()
    finally:
        threading.excepthook = was

    assert raised == [ZeroDivisionError]


def test_a_lamp_is_seen_steady_and_blinking(sim, pins):
    with DigitalOutputDevice(LAMP_3, pin_factory=pins) as lamp:
        lamp.blink(on_time=0.05, off_time=0.05)
        wait_until(lambda: sim.slot(3)["lamp"] == "blinking")
        lamp.on()
        wait_until(lambda: sim.slot(3)["lamp"] == "steady")
