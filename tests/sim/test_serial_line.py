"""The ptys as serial lines: what the hardware notes B4 say that a pty does not do by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from firmware_sim.panel_frames import Frame, FrameReader, encode
from tests.sim.cabinets import NO_DOOR, RINGS, TAG_3
from tests.simulator import Simulator

HELLO, PING = encode(Frame(0, 0x01, b"")), encode(Frame(1, 0x04, b""))
READ_ROM = bytes.fromhex("33" + "FF" * 8)


@contextmanager
def line(sim: Simulator, name: str = "ttyPANEL", baud: int = 19200) -> Iterator[serial.Serial]:
    with serial.Serial(sim.path(name), baud, timeout=2) as port:
        yield port


def answer(port: serial.Serial, sent: bytes, kind: int) -> Frame:
    """The first frame of this type after sending."""
    reader = FrameReader()
    port.write(sent)
    while byte := port.read(1):
        for frame in reader.feed(byte[0], 0):
            if frame.type == kind:
                return frame
    raise AssertionError("no answer")


def test_the_panel_answers_on_its_stable_path(sim):
    with line(sim) as port:
        assert answer(port, HELLO, 0x81).payload == b"\x01\x14\x04"


def test_bytes_take_their_time_both_ways(sim):
    """Ten bits a byte: HELLO of 6 bytes there, READY of 9 back, at 19200."""
    with line(sim) as port:
        began = time.monotonic()
        answer(port, HELLO, 0x81)
        passed = time.monotonic() - began

    assert passed >= 15 * 10 / 19200
    assert passed < 0.2


def test_no_byte_is_heard_as_an_echo(sim):
    with line(sim, "ttyBANK1", 9600) as port:
        port.timeout = 0.1
        port.write(b"\xe3\xe3\xe3")

        assert port.read(10) == b""


def test_at_the_wrong_rate_nothing_is_understood_and_the_journal_says_why(sim):
    with line(sim, baud=9600) as port:
        port.write(HELLO)
        row = sim.wait_for("baud_mismatch")

    assert (row["baud"], row["expected"]) == (9600, 19200)
    assert len(sim.journal("panel_ready")) == 1, "only the one of its power-up"


def test_what_comes_from_the_panel_is_garbled_at_the_wrong_rate_too(sim):
    with line(sim, baud=9600) as port:
        sim.press("5")
        heard = port.read(7)

    assert len(heard) == 7
    assert not heard.startswith(b"\x7e")


def test_a_daemon_may_close_and_open_the_line_as_often_as_it_likes(sim):
    for _ in range(20):
        with line(sim) as port:
            assert answer(port, HELLO, 0x81)


def test_bytes_that_nobody_reads_block_nobody(sim):
    for _ in range(10):
        sim.press("1" * 100, gap_ms=0)

    assert sim.status()["panel"]["sound"] == ""


def test_a_cut_line_is_silent_both_ways_until_it_is_mended(sim):
    with line(sim) as port:
        sim.fault("cut", "panel")
        port.reset_input_buffer()
        port.timeout = 0.3
        port.write(HELLO)
        sim.press("5")
        assert port.read(1) == b""
        assert len(sim.journal("panel_ready")) == 1

        sim.fault("cut", "panel", on=False)
        port.timeout = 2
        assert answer(port, HELLO, 0x81)


def test_a_simulator_that_dies_is_a_pulled_adapter(sim):
    with line(sim) as port:
        sim.kill()

        with pytest.raises(OSError, match=r"returned no data|Input/output error"):
            port.read(10)


def test_the_path_goes_when_the_simulator_ends_in_order():
    with Simulator(NO_DOOR, RINGS) as sim:
        assert Path(sim.path("ttyPANEL")).is_symlink()
        sim.stop()

        assert sorted(path.name for path in sim.folder.iterdir()) == [
            "cabinet.toml",
            "journal.jsonl",
            "rings.csv",
            "sim.log",
        ]


def test_the_next_simulator_takes_the_paths_of_a_dead_one(sim):
    sim.kill()
    sim.start()

    with line(sim) as port:
        assert answer(port, HELLO, 0x81)


def read_rom(port: serial.Serial) -> bytes:
    """Reset and Read ROM; the first C1 may be eaten as calibration."""
    port.reset_input_buffer()
    port.write(b"\xe3\xc1\xc1")
    while port.read(1) not in {b"\xcd", b"\xcf"}:
        pass
    port.write(b"\xe1" + READ_ROM)
    heard = b""
    while b"\x33" not in heard or len(heard.partition(b"\x33")[2]) < 8:
        heard += port.read(1)
    return heard.partition(b"\x33")[2]


def test_the_ring_in_a_slot_answers_on_its_bank_and_the_one_in_a_hand_on_the_probe(sim):
    sim.pull(4, force=True)
    with line(sim, "ttyBANK1", 9600) as bank:
        assert read_rom(bank).hex().upper() == TAG_3

    sim.present(4, hold_ms=60_000)
    with line(sim, "ttyPROBE", 9600) as probe:
        assert read_rom(probe).hex().upper() == RINGS[1][1]


def test_a_tag_is_held_to_the_probe_for_a_while(sim):
    sim.pull(4, force=True)
    sim.present(4, hold_ms=100)

    held, lifted = sim.wait_for("tag_held", ring=4), sim.wait_for("tag_lifted", ring=4)

    assert lifted["monotonic_ns"] - held["monotonic_ns"] == 100_000_000


def test_keys_reach_the_host_and_a_text_reaches_the_display(sim):
    text = "".join(line.ljust(20) for line in ("TAKE RING", "slot 3", "", "")).encode()
    with line(sim) as port:
        answer(port, HELLO, 0x81)
        assert answer(port, encode(Frame(1, 0x02, text)), 0x85).payload == b"\x01"
        sim.wait_for_text("TAKE RING")

        sim.press("7")
        assert answer(port, b"", 0x82).payload == b"7"
        sim.wait_for("key_pressed", key="7")
