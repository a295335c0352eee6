"""What faults of a serial line do to what its device sends."""

from random import Random

import pytest

from firmware_sim.disturbance import JABBER_NS, LATE_NS, PAUSE_NS, Disturbance
from firmware_sim.faults import Faults

FRAME = bytes.fromhex("7E 03 01 81 01 14 04 79 2E")
MS = 1_000_000


def heard(fault: str | None, *bursts: bytes, seed: int = 1) -> list[tuple[int, bytes]]:
    """What arrives, and when, of bursts that are sent a second apart at a byte each millisecond."""
    faults = Faults()
    line = Disturbance("panel", faults, Random(seed))
    if fault:
        faults.switch(fault, "panel", on=True, now=0)
    sent = [(at * 1000 * MS + i * MS, byte) for at, burst in enumerate(bursts) for i, byte in enumerate(burst)]
    found = []
    while sent or (line.next_due() is not None and fault != "noise"):
        due = line.next_due()
        if sent and (due is None or sent[0][0] <= due):
            at, byte = sent.pop(0)
            found.append((at, line.carry(byte, at)))
        elif due is not None:
            found.append((due, line.advance(due)))
    return [(at, arriving) for at, arriving in found if arriving]


def joined(arrived: list[tuple[int, bytes]]) -> bytes:
    return b"".join(arriving for _, arriving in arrived)


def test_a_sound_line_passes_everything_on_at_once():
    assert heard(None, FRAME) == [(i * MS, FRAME[i : i + 1]) for i in range(len(FRAME))]


@pytest.mark.parametrize("seed", range(20))
def test_of_a_garbled_burst_one_bit_is_wrong(seed):
    arrived = joined(heard("garbled", FRAME, seed=seed))

    wrong = int.from_bytes(arrived, "big") ^ int.from_bytes(FRAME, "big")
    assert (len(arrived), wrong.bit_count()) == (len(FRAME), 1)


def test_a_doubled_burst_comes_again_after_a_pause():
    arrived = heard("doubled", FRAME)

    assert joined(arrived) == FRAME + FRAME
    assert arrived[-1] == ((len(FRAME) - 1) * MS + PAUSE_NS, FRAME)


def test_a_truncated_burst_lacks_its_last_byte_and_one_of_a_single_byte_is_gone():
    assert joined(heard("truncated", FRAME)) == FRAME[:-1]
    assert heard("truncated", b"\xcd") == []


def test_a_late_burst_keeps_its_pace_and_comes_late():
    assert [at for at, _ in heard("late", FRAME)] == [i * MS + LATE_NS for i in range(len(FRAME))]
    assert joined(heard("late", FRAME)) == FRAME


def test_bursts_are_told_apart_by_their_pauses():
    assert joined(heard("truncated", b"one", b"two")) == b"ontw"


def test_a_line_jabbers_although_nobody_sends_and_what_is_sent_is_lost_in_it():
    faults, arrived = Faults(), b""
    line = Disturbance("panel", faults, Random(1))
    faults.switch("noise", "panel", on=True, now=7)
    for _ in range(100):
        due = line.next_due()
        assert due is not None
        arrived += line.advance(due)
    assert line.next_due() == 7 + 100 * JABBER_NS
    assert len(arrived) >= 100
    assert b"".join(line.carry(byte, 0) for byte in FRAME) != FRAME

    faults.switch("noise", "panel", on=False, now=8)
    assert line.next_due() is None


def test_the_fault_of_one_line_is_none_of_another():
    faults = Faults()
    line = Disturbance("panel", faults, Random(1))
    for fault in ("noise", "garbled", "late", "doubled", "truncated"):
        faults.switch(fault, "bank1", on=True, now=0)

    assert b"".join(line.carry(byte, 0) for byte in FRAME) == FRAME
    assert line.next_due() is None
