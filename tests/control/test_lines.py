"""Lines out of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.control.lines import Lines, LineTooLong

PORTIONS = st.lists(st.binary(max_size=12) | st.just(b"\n"), max_size=40)


@given(PORTIONS)
def test_lines_do_not_depend_on_the_portions_in_which_they_come(portions: list[bytes]) -> None:
    whole = b"".join(portions)
    in_portions, at_once, bytewise = Lines(10_000), Lines(10_000), Lines(10_000)

    heard = [line for portion in portions for line in in_portions.feed(portion)]

    assert heard == at_once.feed(whole)
    assert heard == [line for byte in whole for line in bytewise.feed(bytes([byte]))]
    assert heard == [line for line in whole.split(b"\n")[:-1] if line.strip()]


def test_a_line_of_the_longest_length_is_heard() -> None:
    assert Lines(5).feed(b"12345\n") == [b"12345"]


@pytest.mark.parametrize("portions", [(b"123456",), (b"123", b"456"), (b"1\n123456\n",)])
def test_a_longer_line_is_refused_before_it_ends(portions: tuple[bytes, ...]) -> None:
    lines = Lines(5)

    with pytest.raises(LineTooLong, match="more than 5 bytes"):
        list(map(lines.feed, portions))
