"""Sessions at the control socket."""

from datetime import timedelta

from keycabinet.control.sessions import IDLE, MOST, Sessions

START = timedelta(hours=1)
ALMOST = IDLE - timedelta(seconds=1)


def test_a_token_has_256_bits_and_is_never_given_twice() -> None:
    sessions = Sessions()

    tokens = {sessions.open("ann", START) for _ in range(10)}

    assert len(tokens) == 10
    assert all(len(bytes.fromhex(token)) == 32 for token in tokens)


def test_a_session_lives_on_while_it_is_used() -> None:
    sessions = Sessions()
    token = sessions.open("ann", START)

    for use in range(1, 5):
        assert sessions.person(token, START + use * ALMOST) == "ann"


def test_a_session_ends_after_ten_idle_minutes() -> None:
    sessions = Sessions()
    token = sessions.open("ann", START)

    assert sessions.person(token, START + IDLE) is None
    assert sessions.person(token, START) is None


def test_a_closed_session_is_nobodys() -> None:
    sessions = Sessions()
    token = sessions.open("ann", START)

    assert sessions.close(token, START)

    assert sessions.person(token, START) is None
    assert not sessions.close(token, START)


def test_an_unknown_token_is_nobodys() -> None:
    sessions = Sessions()
    token = sessions.open("ann", START)

    for wrong in ("", token[:-1], token + "0", "ä" * 64):
        assert sessions.person(wrong, START) is None


def test_when_too_many_log_in_the_session_idle_longest_ends() -> None:
    sessions = Sessions()
    first, second = sessions.open("ann", START), sessions.open("bob", START)
    sessions.person(first, START)

    for _ in range(MOST - 1):
        sessions.open("cal", START)

    assert sessions.person(second, START) is None
    assert sessions.person(first, START) == "ann"


def test_no_repr_shows_a_token() -> None:
    sessions = Sessions()
    token = sessions.open("ann", START)

    assert token not in repr(vars(sessions))
