"""The panel's frames against the worked ones of docs/devices/panel_serial.md, in any portions and any state."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.panel_serial.codec import (
    MAX_PAYLOAD,
    PAUSE_NS,
    SOF,
    Acknowledged,
    Decoder,
    Frame,
    Key,
    NotUnderstood,
    Ready,
    Type,
    encoded,
    meaning,
    text_payload,
    tune_payload,
)
from keycabinet.ports import Tune

DOCUMENT = Path(__file__).parents[2] / "docs" / "devices" / "panel_serial.md"
GOLDEN = [
    ("7E 00 00 01 DC BD", Frame(0, Type.HELLO)),
    ("7E 03 01 81 01 14 04 79 2E", Frame(1, Type.READY, bytes((1, 20, 4)))),
    ("7E 01 07 82 35 6C E8", Frame(7, Type.KEY, b"5")),
    ("7E 01 09 05 07 E3 F7", Frame(9, Type.ACK, bytes((7,)))),
    ("7E 01 02 03 02 E9 05", Frame(2, Type.SOUND, tune_payload(Tune.REFUSED))),
    ("7E 00 03 04 D9 4B", Frame(3, Type.PING)),
]
KEY_5 = bytes.fromhex("7E 01 07 82 35 6C E8")
FRAMES = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=MAX_PAYLOAD))


@pytest.mark.parametrize(("written", "frame"), GOLDEN)
def test_a_worked_frame_is_written_and_read_as_documented(written: str, frame: Frame) -> None:
    assert f"`{written}`" in DOCUMENT.read_text()
    assert encoded(frame) == bytes.fromhex(written)
    assert Decoder().receive(bytes.fromhex(written), 0) == [frame]


@given(st.lists(FRAMES, max_size=5), st.data())
def test_frames_arrive_whatever_the_portions(frames: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(map(encoded, frames))
    decoder, found = Decoder(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += decoder.receive(stream[:size], 0)
        stream = stream[size:]

    assert found == frames


@given(st.binary(max_size=40).filter(lambda garbage: SOF not in garbage))
def test_garbage_before_a_frame_costs_nothing(garbage: bytes) -> None:
    assert Decoder().receive(garbage + KEY_5, 0) == [Frame(7, Type.KEY, b"5")]


@given(st.binary(max_size=40), st.integers(1, len(KEY_5) - 1))
def test_a_frame_behind_any_garbage_is_found_by_the_pause_at_the_latest(garbage: bytes, half: int) -> None:
    decoder = Decoder()
    found = decoder.receive(garbage + KEY_5 + KEY_5[:half], 0)

    found += decoder.receive(b"", PAUSE_NS)

    assert Frame(7, Type.KEY, b"5") in found
    assert decoder.receive(KEY_5, PAUSE_NS) == [Frame(7, Type.KEY, b"5")]


def test_half_a_frame_is_no_frame_and_is_dropped_after_the_pause() -> None:
    decoder = Decoder()

    assert decoder.receive(KEY_5[:4], 0) == []
    assert decoder.due_ns == PAUSE_NS
    assert decoder.receive(b"", PAUSE_NS) == []
    assert decoder.due_ns is None
    assert decoder.receive(KEY_5[4:], PAUSE_NS) == []


def test_a_frame_that_a_false_beginning_swallowed_comes_out_after_the_pause() -> None:
    decoder = Decoder()

    assert decoder.receive(bytes((SOF, 60, 1, 2)) + KEY_5, 0) == []
    assert decoder.receive(b"", PAUSE_NS) == [Frame(7, Type.KEY, b"5")]


def test_a_length_above_the_limit_costs_the_sof_alone() -> None:
    assert Decoder().receive(bytes((SOF, MAX_PAYLOAD + 1)) + KEY_5, 0) == [Frame(7, Type.KEY, b"5")]


def test_a_hundred_thousand_mutated_frames_raise_nothing_but_not_understood() -> None:
    chance, decoder = random.Random(7), Decoder()
    whole = understood = 0
    streams = [bytes.fromhex(written) for written, _ in GOLDEN]
    for number in range(100_000):
        for frame in decoder.receive(_mutated(chance.choice(streams), chance), number * 1_000_000):
            whole += 1
            understood += _is_understood(frame)
    assert 0 < understood < whole


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (Frame(1, Type.READY, bytes((1, 20, 4))), Ready(1)),
        (Frame(7, Type.KEY, b"#"), Key(7, "#")),
        (Frame(9, Type.PANEL_ACK, bytes((4,))), Acknowledged(4)),
    ],
)
def test_a_panel_says_three_things(frame: Frame, said: Ready | Key | Acknowledged) -> None:
    assert meaning(frame) == said


@pytest.mark.parametrize(
    "frame",
    [
        Frame(0, Type.HELLO),
        Frame(0, Type.KEY, b"A"),
        Frame(0, Type.KEY, b""),
        Frame(0, Type.KEY, b"12"),
        Frame(0, 0x99),
        Frame(0, Type.PANEL_ACK),
    ],
)
def test_an_unknown_frame_is_an_error_that_shows_no_content(frame: Frame) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        meaning(frame)

    assert f"{frame.type:02X}" in str(refusal.value)
    assert "12" not in str(refusal.value)


def test_a_panel_of_another_version_or_size_is_named_as_such() -> None:
    with pytest.raises(NotUnderstood, match="version 2 with 16x2 characters; version 1 with 20x4 was expected"):
        meaning(Frame(0, Type.READY, bytes((2, 16, 2))))


def test_no_repr_shows_a_key() -> None:
    frame = Frame(200, Type.KEY, b"5")

    assert "5" not in repr(frame)
    assert "5" not in repr(meaning(frame))


@given(st.lists(st.text(max_size=40), max_size=7))
def test_any_text_becomes_80_printable_bytes(lines: list[str]) -> None:
    payload = text_payload(tuple(lines))

    assert len(payload) == 80
    assert all(0x20 <= byte <= 0x7E for byte in payload)


def test_what_a_panel_cannot_show_becomes_a_question_mark() -> None:
    assert text_payload(("Grüße", "x" * 30)) == (b"Gr??e" + b" " * 15 + b"x" * 20 + b" " * 40)


def _mutated(stream: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(stream)
    for _ in range(chance.randint(0, 2)):
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
    if chance.random() < 0.1:
        del mutated[chance.randrange(len(mutated)) :]
    if chance.random() < 0.05:
        body = bytes((0, chance.randrange(256), chance.randrange(256)))
        mutated += encoded(Frame(body[1], body[2]))
    return bytes(mutated)


def _is_understood(frame: Frame) -> bool:
    try:
        meaning(frame)
    except NotUnderstood:
        return False
    return True
