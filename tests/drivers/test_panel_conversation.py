"""Who repeats what on the line to the panel."""

from itertools import pairwise

import pytest

from drivers.panel_serial.codec import Decoder, Frame, Key, Ready, Type, encoded, text_payload
from drivers.panel_serial.conversation import (
    ACK_NS,
    HELLO_NS,
    HELLOS,
    PING_NS,
    SENDINGS,
    WAITING_TUNES,
    Conversation,
    Silence,
    frame_numbers,
)
from keycabinet.ports import Tune

HOME = ("HOME",)
MS = 1_000_000
LATE_MS = 1500
KEY = encoded(Frame(7, Type.KEY, b"5"))


def _ready_frame(seq: int) -> bytes:
    return encoded(Frame(seq, Type.READY, bytes((1, 20, 4))))


READY = _ready_frame(1)


def test_it_begins_with_hello_and_is_ready_when_the_panel_has_answered_a_ping_in_time() -> None:
    talk = Conversation(0, frame_numbers())

    assert _types(talk) == [Type.HELLO]
    assert talk.receive(READY, 1) == []
    (ping,) = _frames(talk)
    assert ping.type == Type.PING
    assert talk.receive(_ack(ping), 2) == [Ready(1)]


def test_a_panel_that_answers_too_late_is_never_ready_however_often_the_talk_begins() -> None:
    numbers, answers, silences = frame_numbers(), [], 0
    talk = Conversation(0, numbers)
    for now_ms in range(60_000):
        due = [answer for at_ms, answer in answers if at_ms == now_ms]
        assert talk.receive(b"".join(due), now_ms * MS) == []
        try:
            talk.tick(now_ms * MS)
        except Silence:
            silences += 1
            talk = Conversation(now_ms * MS, numbers)
        answers += [(now_ms + LATE_MS, _answer(frame)) for frame in _frames(talk)]

    assert silences > 20


def test_a_panel_whose_frames_all_arrive_twice_is_ready_once_and_no_key_counts_twice() -> None:
    talk = Conversation(0, frame_numbers())
    talk.take_outgoing()
    talk.receive(READY, 1)
    (ping,) = _frames(talk)
    told = talk.receive(_ack(ping) + READY + _ack(ping), 2 * MS)
    told += talk.receive(KEY * 2, 3 * MS)

    assert told == [Ready(1), Key(7, "5")]
    assert _types(talk) == [Type.ACK, Type.ACK]


def test_hello_is_repeated_and_then_given_up() -> None:
    talk = Conversation(0, frame_numbers())
    for number in range(1, HELLOS):
        talk.take_outgoing()
        assert talk.due_ns == number * HELLO_NS
        talk.tick(number * HELLO_NS)
        assert _types(talk) == [Type.HELLO]

    with pytest.raises(Silence, match="HELLO after 4 attempts"):
        talk.tick(HELLOS * HELLO_NS)


def test_a_key_is_acknowledged_and_told_once_however_often_it_comes() -> None:
    talk = _ready()
    key = encoded(Frame(7, Type.KEY, b"5"))

    assert talk.receive(key, 0) == [Key(7, "5")]
    assert talk.receive(key, 1) == []
    assert _frames(talk) == [Frame(0, Type.ACK, bytes((7,))), Frame(1, Type.ACK, bytes((7,)))]


def test_an_acknowledgement_between_a_key_and_its_repetition_changes_nothing() -> None:
    talk = _ready()
    talk.show(HOME, 0)
    seq = _frames(talk)[0].seq
    talk.receive(encoded(Frame(7, Type.KEY, b"5")), 0)
    talk.receive(encoded(Frame(3, Type.PANEL_ACK, bytes((seq,)))), 0)

    assert talk.receive(encoded(Frame(7, Type.KEY, b"5")), 0) == []


def test_the_same_key_pressed_again_is_told_again() -> None:
    talk = _ready()

    talk.receive(encoded(Frame(7, Type.KEY, b"5")), 0)
    assert talk.receive(encoded(Frame(8, Type.KEY, b"5")), 0) == [Key(8, "5")]


def test_a_key_typed_before_the_panel_was_served_is_dropped() -> None:
    talk = Conversation(0, frame_numbers())
    talk.take_outgoing()

    assert talk.receive(KEY + READY + KEY, 0) == []
    ping = next(frame for frame in _frames(talk) if frame.type == Type.PING)
    assert talk.receive(_ack(ping) + KEY, 0) == [Ready(1)]
    assert _types(talk) == [Type.ACK]


def test_a_panel_that_restarts_counts_its_keys_anew_and_gets_its_text_again() -> None:
    talk = _ready()
    talk.show(HOME, 0)
    _acknowledge(talk)
    talk.receive(encoded(Frame(0, Type.KEY, b"5")), 0)
    talk.take_outgoing()

    assert talk.receive(_ready_frame(0), 0) == []
    assert _types(talk) == [Type.HELLO]
    assert talk.receive(_ready_frame(1), 0) == []
    (ping,) = _frames(talk)
    assert talk.receive(_ack(ping), 0) == [Ready(1)]
    assert _frames(talk) == [Frame(5, Type.SHOW, text_payload(HOME))]
    assert talk.receive(encoded(Frame(0, Type.KEY, b"5")), 0) == [Key(0, "5")]


def test_only_the_newest_text_waits() -> None:
    talk = _ready()
    talk.show(HOME, 0)
    sent = _frames(talk)[0]
    talk.show(("SECOND",), 0)
    talk.show(("THIRD",), 0)
    assert talk.take_outgoing() == b""

    talk.receive(encoded(Frame(0, Type.PANEL_ACK, bytes((sent.seq,)))), 0)
    assert _frames(talk) == [Frame(sent.seq + 1, Type.SHOW, text_payload(("THIRD",)))]


def test_a_text_without_an_acknowledgement_is_repeated_twice_under_its_number() -> None:
    talk = _ready()
    talk.show(HOME, 0)
    sent = _frames(talk)
    for number in range(1, SENDINGS):
        talk.tick(number * ACK_NS)
        assert _frames(talk) == sent

    with pytest.raises(Silence, match="SHOW after 3 attempts"):
        talk.tick(SENDINGS * ACK_NS)


def test_the_acknowledgement_of_another_frame_is_none() -> None:
    talk = _ready()
    talk.show(HOME, 0)
    sent = _frames(talk)[0]
    talk.receive(encoded(Frame(0, Type.PANEL_ACK, bytes((sent.seq + 1,)))), 0)

    talk.tick(ACK_NS)
    assert _frames(talk) == [sent]


def test_a_quiet_line_is_pinged() -> None:
    talk = _ready()
    assert talk.due_ns == PING_NS
    talk.tick(PING_NS - 1)
    assert talk.take_outgoing() == b""

    talk.tick(PING_NS)
    assert _types(talk) == [Type.PING]


def test_tunes_wait_in_order_but_not_without_end() -> None:
    talk = _ready()
    for _ in range(WAITING_TUNES + 3):
        talk.play(Tune.WARNING, 0)
    talk.play(Tune.ALARM, 0)

    payloads = []
    while frames := _frames(talk):
        payloads += [frame.payload[0] for frame in frames]
        talk.receive(encoded(Frame(0, Type.PANEL_ACK, bytes((frames[0].seq,)))), 0)
    assert payloads == [3] * WAITING_TUNES + [4]


def test_numbers_go_round_without_a_text_being_taken_for_a_repetition() -> None:
    talk = _ready()
    numbers = []
    for count in range(600):
        talk.show((str(count),), 0)
        numbers.append(_acknowledge(talk))

    assert all(one != other for one, other in pairwise(numbers))


def _ready() -> Conversation:
    talk = Conversation(0, frame_numbers())
    talk.take_outgoing()
    talk.receive(READY, 0)
    _acknowledge(talk)
    return talk


def _acknowledge(talk: Conversation) -> int:
    (frame,) = _frames(talk)
    talk.receive(_ack(frame), 0)
    return frame.seq


def _ack(frame: Frame) -> bytes:
    return encoded(Frame(0, Type.PANEL_ACK, bytes((frame.seq,))))


def _answer(frame: Frame) -> bytes:
    return READY if frame.type == Type.HELLO else _ack(frame)


def _frames(talk: Conversation) -> list[Frame]:
    return Decoder().receive(talk.take_outgoing(), 0)


def _types(talk: Conversation) -> list[int]:
    return [frame.type for frame in _frames(talk)]
