"""The check byte of an iButton catches every digit that is misread."""

from hypothesis import given
from hypothesis import strategies as st

from keycabinet.roster.tags import check_byte, complaint

PRINTED = "013D2C1B0A000085"


def test_the_check_byte_is_that_of_a_real_button() -> None:
    assert check_byte(bytes.fromhex("02 1C B8 01 00 00 00")) == 0xA2  # Maxim application note 27
    assert complaint(PRINTED) == ("", "")


@given(st.integers(0, 15), st.sampled_from("0123456789ABCDEF"))
def test_no_single_wrong_digit_passes(place: int, digit: str) -> None:
    tag = PRINTED[:place] + digit + PRINTED[place + 1 :]

    assert (complaint(tag) == ("", "")) == (tag == PRINTED)
