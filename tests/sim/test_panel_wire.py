"""The panel by its document: worked frames, who repeats what, and what is no frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.facts import MS, Fact
from firmware_sim.panel_frames import Frame, FrameReader, encode
from firmware_sim.panel_wire import BLANK, Panel

WORKED = [
    (Frame(0, 0x01, b""), "7E 00 00 01 DC BD"),
    (Frame(1, 0x81, b"\x01\x14\x04"), "7E 03 01 81 01 14 04 79 2E"),
    (Frame(7, 0x82, b"5"), "7E 01 07 82 35 6C E8"),
    (Frame(9, 0x05, b"\x07"), "7E 01 09 05 07 E3 F7"),
    (Frame(2, 0x03, b"\x02"), "7E 01 02 03 02 E9 05"),
    (Frame(3, 0x04, b""), "7E 00 03 04 D9 4B"),
]
TEXT = tuple(line.ljust(20) for line in ("TAKE RING", "slot 3", "", "due 14:00"))


def show(seq: int, lines=TEXT) -> Frame:
    return Frame(seq, 0x02, "".join(lines).encode())


def frames(stream: bytes, reader: FrameReader | None = None) -> list[Frame]:
    reader = reader or FrameReader()
    return [frame for byte in stream for frame in reader.feed(byte, 0)]


class APanel:
    """A panel that has been on for a while, and what it told."""

    def __init__(self) -> None:
        self.told: list[Fact] = []
        self.panel = Panel("panel", 19200, self.told.append, 0)
        self.now = 0
        self.after(1)
        self.told.clear()

    def hears(self, frame: Frame) -> list[Frame]:
        return frames(b"".join(self.panel.receive(byte, self.now) for byte in encode(frame)))

    def after(self, ms: float) -> list[tuple[float, Frame]]:
        """What it sends by itself until then, each with its moment in ms."""
        self.now += round(ms * MS)
        sent = []
        while (due := self.panel.next_due()) is not None and due <= self.now:
            sent += [(due / MS, frame) for frame in frames(self.panel.advance(due))]
        return sent

    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.told]


# ---- frames


@pytest.mark.parametrize(("frame", "worked"), WORKED)
def test_the_worked_frames_of_the_document(frame, worked):
    assert encode(frame) == bytes.fromhex(worked)
    assert frames(bytes.fromhex(worked)) == [frame]


@given(st.lists(st.one_of(st.sampled_from([encode(frame) for frame, _ in WORKED]), st.binary(max_size=8)), max_size=8))
def test_no_bytes_break_the_reader(pieces):
    reader = FrameReader()
    frames(b"".join(pieces), reader)

    found = reader.feed(0x00, 200 * MS)
    found += [frame for byte in encode(WORKED[2][0]) for frame in reader.feed(byte, 400 * MS)]

    assert found[-1] == WORKED[2][0]


@pytest.mark.parametrize("garbage", [b"\x00", b"\x7e", b"\x7e\x7e\x61", b"\x7e\x00\x00\x01\xdc\xbe", b"\xff" * 9])
def test_garbage_before_a_frame_costs_the_frame_nothing(garbage):
    stream = garbage + encode(show(4))
    reader = FrameReader()

    found = frames(stream, reader) + reader.feed(0, 200 * MS)

    assert found == [show(4)]


def test_a_wrong_crc_costs_its_sof_only():
    broken = bytearray(encode(Frame(1, 0x02, encode(WORKED[5][0]))))
    broken[-1] ^= 1

    assert frames(bytes(broken)) == [WORKED[5][0]]


def test_half_a_frame_is_dropped_after_100_ms():
    reader = FrameReader()
    half, rest = encode(show(4))[:40], encode(show(4))[40:]
    for byte in half:
        assert reader.feed(byte, 0) == []

    late = [frame for byte in rest for frame in reader.feed(byte, 101 * MS)]

    assert late == []
    assert [frame for byte in encode(show(5)) for frame in reader.feed(byte, 300 * MS)] == [show(5)]


# ---- what it says by itself


def test_it_is_ready_unasked_after_power_up():
    panel = Panel("panel", 19200, print_nothing, 5)

    assert panel.next_due() == 5
    assert frames(panel.advance(5)) == [Frame(0, 0x81, b"\x01\x14\x04")]


def test_a_reset_loses_text_keys_and_numbers_and_makes_it_ready_unasked():
    panel = APanel()
    panel.hears(show(1))
    panel.panel.press("12", 60 * MS, panel.now)
    panel.after(10)

    panel.panel.reset(panel.now)

    assert panel.panel.lines == BLANK
    assert [frame.type for _, frame in panel.after(5000)] == [0x81]
    assert panel.hears(show(1))[0].type == 0x85
    assert panel.panel.lines == TEXT


def test_a_key_is_repeated_four_times_every_150_ms_and_then_forgotten():
    panel = APanel()
    panel.panel.press("5", 60 * MS, panel.now)

    sent = panel.after(2000)

    assert [round(at - sent[0][0]) for at, _ in sent] == [0, 150, 300, 450, 600]
    assert {frame for _, frame in sent} == {Frame(0, 0x82, b"5")}
    assert panel.kinds() == ["key_pressed", "key_forgotten"]


def test_an_acknowledged_key_is_not_repeated():
    panel = APanel()
    panel.panel.press("5", 60 * MS, panel.now)
    ((_, key),) = panel.after(10)

    panel.hears(Frame(77, 0x05, bytes((key.seq,))))

    assert panel.after(2000) == []


def test_an_ack_of_another_number_acknowledges_nothing():
    panel = APanel()
    panel.panel.press("5", 60 * MS, panel.now)
    panel.after(10)

    panel.hears(Frame(77, 0x05, b"\x63"))

    assert len(panel.after(2000)) == 4


def test_keys_wait_behind_the_one_that_is_not_acknowledged():
    panel = APanel()
    panel.panel.press("12", 60 * MS, panel.now)
    sent = panel.after(200)
    assert {frame.payload for _, frame in sent} == {b"1"}

    second = panel.hears(Frame(0, 0x05, bytes((sent[0][1].seq,))))

    assert [frame.payload for frame in second] == [b"2"]
    assert second[0].seq != sent[0][1].seq


def test_keys_go_down_with_a_human_pause():
    panel = APanel()
    panel.panel.press("123", 60 * MS, panel.now)
    began = panel.now
    panel.after(500)

    pressed = [(fact.at - began) / MS for fact in panel.told if fact.kind == "key_pressed"]

    assert pressed == [0, 60, 120]


@pytest.mark.parametrize("keys", ["", "12a", "1 2"])
def test_the_keypad_has_twelve_keys(keys):
    with pytest.raises(ValueError, match="the keypad has 0 1 2"):
        APanel().panel.press(keys, 1, 0)


# ---- what it obeys


def test_hello_clears_the_text_and_is_answered_with_ready():
    panel = APanel()
    panel.hears(show(3))

    (answer,) = panel.hears(Frame(0, 0x01, b""))

    assert (answer.type, answer.payload) == (0x81, b"\x01\x14\x04")
    assert panel.panel.lines == BLANK


def test_a_text_is_shown_and_acknowledged():
    panel = APanel()

    (answer,) = panel.hears(show(3))

    assert (answer.type, answer.payload) == (0x85, b"\x03")
    assert panel.panel.lines == TEXT
    assert panel.told == [Fact(panel.now, "display", {"lines": list(TEXT)})]


def test_a_repetition_is_acknowledged_again_and_not_obeyed_again():
    panel = APanel()
    for _ in range(2):
        (answer,) = panel.hears(Frame(8, 0x03, b"\x02"))
        assert answer.payload == b"\x08"

    assert panel.kinds() == ["sound"]


def test_ack_and_ready_between_do_not_hide_a_repetition():
    panel = APanel()
    panel.hears(Frame(8, 0x03, b"\x02"))
    panel.hears(Frame(200, 0x05, b"\x00"))
    panel.hears(Frame(8, 0x03, b"\x02"))

    assert panel.kinds() == ["sound"]


def test_hello_makes_it_forget_the_last_number():
    panel = APanel()
    panel.hears(Frame(8, 0x03, b"\x02"))
    panel.hears(Frame(0, 0x01, b""))
    panel.hears(Frame(8, 0x03, b"\x02"))

    assert panel.kinds().count("sound") == 2


def test_a_ping_is_acknowledged():
    assert [frame.payload for frame in APanel().hears(Frame(3, 0x04, b""))] == [b"\x03"]


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, 0x02, b"short"),
        Frame(1, 0x02, b"\x07" * 80),
        Frame(1, 0x03, b"\x09"),
        Frame(1, 0x66, b""),
        Frame(1, 4, b"x"),
    ],
)
def test_a_frame_that_means_nothing_is_told_and_not_answered(frame):
    panel = APanel()

    assert panel.hears(frame) == []
    assert panel.kinds() == ["frame_unknown"]


def print_nothing(_fact: Fact) -> None:
    """For a panel whose journal nobody reads."""
