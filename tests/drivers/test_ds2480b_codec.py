"""The DS2480B codec against the worked exchanges of the hardware notes A7, and against a bus of any tags."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ds2480b.codec import MAX_PASSES, Bus, Garbled, Search, bus_of, crc8, doubled, tag_of

ONE = "013D2C1B0A000085"
TWO = "01E3563412000007"
PASS = bytes.fromhex("E1 F0 E3 B5 E1" + "00" * 16 + "E3 A5")
ANSWER_ONE = bytes.fromhex("F0 02 00 A2 0A A0 08 8A 02 88 00 00 00 00 00 22 80")

TAGS = st.builds(
    lambda family, serial: _tag(bytes([family]) + serial),
    st.integers(1, 255),
    st.binary(min_size=6, max_size=6),
)


@pytest.mark.parametrize(
    ("rom", "crc"),
    [("02 1C B8 01 00 00 00", 0xA2), ("01 3D 2C 1B 0A 00 00", 0x85), ("01 E3 56 34 12 00 00", 0x07)],
)
def test_the_crc_is_that_of_the_textbook_examples(rom: str, crc: int) -> None:
    assert crc8(bytes.fromhex(rom)) == crc
    assert crc8(bytes.fromhex(rom) + bytes([crc])) == 0


@pytest.mark.parametrize(
    ("answer", "bus"), [("CD", Bus.TAGS), ("CE", Bus.TAGS), ("CF", Bus.EMPTY), ("CC", Bus.SHORTED), ("ED", Bus.TAGS)]
)
def test_a_reset_is_answered_with_what_is_on_the_bus(answer: str, bus: Bus) -> None:
    assert bus_of(bytes.fromhex(answer)) is bus


@pytest.mark.parametrize("answer", ["", "C5", "FF", "00", "C1", "CD CD"])
def test_an_echo_or_a_dead_line_is_no_answer_to_a_reset(answer: str) -> None:
    with pytest.raises(Garbled, match="expected CC to CF"):
        bus_of(bytes.fromhex(answer))


def test_the_worked_search_of_one_device_is_one_pass() -> None:
    search = Search()

    assert search.request == PASS
    search.take(ANSWER_ONE)
    assert search.done
    assert search.tags == {ONE}


def test_the_worked_search_of_two_devices_goes_to_0_first_and_then_to_1() -> None:
    search = Search()
    first = _answer({ONE, TWO}, search.request)
    assert first[:5] == bytes.fromhex("F0 02 00 A6 0A")
    search.take(first)

    assert not search.done
    search.take(_answer({ONE, TWO}, search.request))
    assert search.done
    assert search.tags == {ONE, TWO}


def test_a_direction_byte_that_switches_the_mode_is_sent_twice() -> None:
    assert doubled(bytes.fromhex("01 E3 56 E3")) == bytes.fromhex("01 E3 E3 56 E3 E3")


@given(st.sets(TAGS, max_size=12))
def test_a_search_finds_every_tag_whatever_tags_there_are(tags: set[str]) -> None:
    search = Search()
    while tags and not search.done:
        search.take(_answer(tags, search.request))

    assert search.tags == tags


@given(st.sets(TAGS, min_size=2, max_size=6), st.binary(min_size=8, max_size=8).filter(lambda rom: tag_of(rom) is None))
def test_a_tag_with_a_wrong_crc_or_family_00_hides_no_other(tags: set[str], broken: bytes) -> None:
    search = Search()
    while not search.done:
        search.take(_answer(tags | {broken.hex().upper()}, search.request))

    assert search.tags == tags


@given(st.sets(TAGS, min_size=2, max_size=6), st.data())
def test_a_tag_lifted_in_the_middle_of_a_search_hides_no_other(tags: set[str], data: st.DataObject) -> None:
    search, left = Search(), set(tags)
    lifted = data.draw(st.sampled_from(sorted(tags)))
    after = data.draw(st.integers(0, len(tags)))
    for passes in range(MAX_PASSES):
        if passes == after:
            left.discard(lifted)
        search.take(_answer(left, search.request))
        if search.done:
            break

    assert left - {lifted} <= search.tags <= tags


@pytest.mark.parametrize("rom", [bytes(8), bytes.fromhex("013D2C1B0A000084"), bytes.fromhex("00000000000000"), b""])
def test_no_rom_without_a_family_or_with_a_wrong_crc_is_a_tag(rom: bytes) -> None:
    assert tag_of(rom) is None


@given(st.binary(max_size=20).filter(lambda answer: len(answer) != 17 or answer[0] != 0xF0))
def test_an_answer_of_another_size_or_without_its_f0_is_garbled(answer: bytes) -> None:
    with pytest.raises(Garbled, match="search pass"):
        Search().take(answer)


def test_no_answer_however_mutated_ends_in_anything_but_tags_or_garbled() -> None:
    chance = random.Random(2480)
    garbled = searched = 0
    while searched < 100_000:
        search = Search()
        try:
            while not search.done:
                searched += 1
                search.take(_mutated(ANSWER_ONE, chance))
        except Garbled:
            garbled += 1
        assert all(tag_of(bytes.fromhex(tag)) for tag in search.tags)
    assert garbled > 0


def test_a_search_without_an_end_is_given_up() -> None:
    with pytest.raises(Garbled, match="5 passes of one search with a wrong CRC"):
        _search_among_forks_only()


def _search_among_forks_only() -> None:
    search = Search()
    while not search.done:
        wanted = int.from_bytes(_directions(search.request), "little")
        search.take(b"\xf0" + (wanted | int("55" * 16, 16)).to_bytes(16, "little"))


def _tag(rom: bytes) -> str:
    return (rom + bytes([crc8(rom)])).hex().upper()


def _directions(request: bytes) -> bytes:
    assert request[:5] == PASS[:5]
    assert request[-2:] == PASS[-2:]
    return request[5:-2].replace(b"\xe3\xe3", b"\xe3")


def _answer(tags: set[str], request: bytes) -> bytes:
    """What a bus with these tags answers: wired AND, bit by bit."""
    wanted = int.from_bytes(_directions(request), "little")
    left = {int.from_bytes(bytes.fromhex(tag), "little") for tag in tags}
    pairs = 0
    for place in range(64):
        bits = {rom >> place & 1 for rom in left}
        fork = len(bits) != 1
        taken = (wanted >> (2 * place + 1) & 1 if bits else 1) if fork else min(bits)
        left = {rom for rom in left if rom >> place & 1 == taken}
        pairs |= fork << 2 * place | taken << (2 * place + 1)
    return b"\xf0" + pairs.to_bytes(16, "little")


def _mutated(answer: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(answer)
    for _ in range(chance.randint(0, 3)):
        mutated[chance.randrange(1, len(mutated))] = chance.randrange(256)
    if chance.random() < 0.02:
        del mutated[chance.randrange(len(mutated)) :]
    return bytes(mutated)
