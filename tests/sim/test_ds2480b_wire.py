"""The DS2480B byte by byte: the worked exchanges of the hardware notes A7, and the bus behind it."""

import pytest

from firmware_sim.ds2480b_wire import Ds2480b
from firmware_sim.facts import Fact
from firmware_sim.one_wire import OneWireBus
from firmware_sim.tags import crc8
from tests.sim.cabinets import TAG_3, TAG_4

WITH_E3 = "01E3563412000007"


class ABus:
    """A chip that has been calibrated, its bus, and the tags that touch it."""

    def __init__(self, *tags: str, shorted: bool = False) -> None:
        self.tags = set(tags)
        self.shorted = shorted
        self.told: list[Fact] = []
        bus = OneWireBus(tags=lambda: frozenset(self.tags), shorted=lambda: self.shorted)
        self.chip = Ds2480b("bank1", bus, self.told.append)
        self.send("C1")

    def send(self, sent: str) -> str:
        return b"".join(self.chip.receive(byte, 0) for byte in bytes.fromhex(sent)).hex(" ").upper()


def test_the_first_byte_after_power_up_only_calibrates():
    chip = ABus().chip
    fresh = Ds2480b("bank1", chip._bus, print)

    assert fresh.receive(0xC1, 0) == b""
    assert fresh.receive(0xC1, 0) == b"\xcf"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [("45", "44"), ("5B", "5A"), ("3F", "3E"), ("29", "28"), ("95", "97"), ("C5", "CD"), ("0F", "00")],
)
def test_it_is_configured_as_owfs_does(sent, answer):
    bus = ABus(TAG_3)
    if sent == "95":  # a single bit 1 reads 1 where nobody pulls the bus down
        bus.tags.clear()

    assert bus.send(sent) == answer


@pytest.mark.parametrize(
    ("bus", "answer"),
    [(ABus(TAG_3), "CD"), (ABus(TAG_3, TAG_4), "CD"), (ABus(), "CF"), (ABus(TAG_3, shorted=True), "CC")],
)
@pytest.mark.parametrize("reset", ["C1", "C5", "C9"])
def test_a_reset_tells_presence_none_or_short(bus, answer, reset):
    assert bus.send(reset) == answer


@pytest.mark.parametrize(("sent", "shorted", "answer"), [("91", False, "93"), ("91", True, "90"), ("81", False, "80")])
def test_single_bits(sent, shorted, answer):
    assert ABus(shorted=shorted).send(sent) == answer


def test_read_rom_of_a_single_button():
    bus = ABus(TAG_3)
    bus.send("C1")

    assert bus.send("E1 33" + "FF" * 8) == "33 01 3D 2C 1B 0A 00 00 85"


def test_two_buttons_answer_read_rom_at_once_with_their_wired_and():
    bus = ABus(TAG_3, TAG_4)
    bus.send("C1")

    rom = bytes.fromhex(bus.send("E1 33" + "FF" * 8))[1:]

    assert rom == bytes(a & b for a, b in zip(bytes.fromhex(TAG_3), bytes.fromhex(TAG_4), strict=True))
    assert crc8(rom) != 0


def test_the_search_accelerator_finds_one_button():
    bus = ABus(TAG_3)
    bus.send("C1")

    found = bus.send("E1 F0 E3 B5 E1" + "00" * 16 + "E3 A5")

    assert found == "F0 02 00 A2 0A A0 08 8A 02 88 00 00 00 00 00 22 80"


def test_the_search_accelerator_flags_the_first_discrepancy_of_two_buttons():
    bus = ABus(TAG_3, TAG_4)
    bus.send("C1")

    found = bus.send("E1 F0 E3 B5 E1" + "00" * 16 + "E3 A5")

    assert found.startswith("F0 02 00 A6 0A")


def search_all(bus: ABus) -> set[str]:
    """Every ROM on the bus, by the rule of the hardware notes: 1 at the last discrepancy, 0 above."""
    found: set[str] = set()
    chosen, last = [0] * 64, 64
    while last >= 0:
        if bus.send("C1") != "CD":
            return found
        wanted = [*chosen[:last], *([1] if last < 64 else []), *([0] * 64)][:64]
        sent = bytes(sum(wanted[byte * 4 + pair] << (2 * pair + 1) for pair in range(4)) for byte in range(16))
        got = bytes.fromhex(bus.send("E1 F0 E3 B5 E1" + sent.hex().replace("e3", "e3e3") + "E3 A5"))[1:]
        pairs = [(byte >> 2 * pair & 1, byte >> (2 * pair + 1) & 1) for byte in got for pair in range(4)]
        chosen = [bit for _, bit in pairs]
        rom = bytes(sum(chosen[byte * 8 + bit] << bit for bit in range(8)) for byte in range(8))
        found.add(rom.hex().upper())
        last = max((index for index, (flag, bit) in enumerate(pairs) if flag and not bit), default=-1)
    return found


def a_tag(serial: int) -> str:
    rom = b"\x01" + serial.to_bytes(6, "little")
    return (rom + bytes((crc8(rom),))).hex().upper()


@pytest.mark.parametrize("count", [1, 2, 3, 8, 40])
def test_a_search_finds_every_button_on_the_bus(count):
    tags = {a_tag(index * 0x01E3_0F55_AA37 % 2**48) for index in range(1, count + 1)}

    assert search_all(ABus(*tags)) == tags


def test_match_rom_addresses_one_and_silences_the_others():
    bus = ABus(TAG_3, TAG_4)
    bus.send("C1")

    answer = bus.send("E1 55" + TAG_3)

    assert answer.replace(" ", "") == "55" + TAG_3


def test_an_e3_in_the_data_is_doubled():
    bus = ABus()
    bus.send("C1")

    assert bus.send("E1 E3 E3 12") == "E3 12"
    assert bus.send("E3 C1") == "CF"


def test_in_command_mode_an_e3_does_nothing():
    assert ABus().send("E3 C1") == "CF"


def test_a_button_that_comes_during_a_search_waits_for_the_next_reset():
    bus = ABus(TAG_3)
    bus.send("C1")
    begun = bus.send("E1 F0 E3 B5 E1" + "00" * 4)
    bus.tags.add(TAG_4)

    ended = bus.send("00" * 12)

    assert begun + " " + ended == "F0 02 00 A2 0A A0 08 8A 02 88 00 00 00 00 00 22 80"


def test_an_empty_bus_reads_as_ones():
    bus = ABus()
    bus.send("C1")

    assert bus.send("E1 33" + "FF" * 8) == "33" + " FF" * 8


def test_it_talks_at_the_rate_of_its_parameter_from_the_answer_on():
    bus = ABus()
    assert bus.chip.baud == 9600

    assert bus.send("77") == "76"

    assert bus.chip.baud == 115200
    assert bus.send("0F") == "06"


def test_a_command_that_it_does_not_know_is_told():
    bus = ABus()

    assert bus.send("FD") == ""
    assert bus.told == [Fact(0, "frame_unknown", {"wire": "bank1", "bytes": "fd"})]


@pytest.mark.parametrize("rom", ["021CB801000000A2", TAG_3, TAG_4])
def test_the_checksum_of_a_rom_is_that_of_the_textbook(rom):
    assert crc8(bytes.fromhex(rom)) == 0
