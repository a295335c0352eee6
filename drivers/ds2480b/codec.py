"""DS2480B serial bridge: commands out, answers in, and the search for every tag on a 1-Wire bus. No I/O.

The bridge is in *command mode* or in *data mode*, where every byte goes to the bus; ``E1`` and ``E3`` switch, and a
data byte ``E3`` is sent twice. A search pass sends for each of the 64 ROM bits the direction wanted at a fork, and is
answered with (fork, direction taken): see hardware notes A7.
"""

from enum import Enum, unique
from typing import Final

from keycabinet.domain.events import Tag

CALIBRATE: Final = bytes.fromhex("C1")
TO_COMMAND_MODE: Final = bytes.fromhex("E3")
RESET: Final = bytes.fromhex("C5")
PARAMETERS: Final = ((bytes.fromhex("45"), bytes.fromhex("44")), (bytes.fromhex("5B"), bytes.fromhex("5A")))
"""Request and answer: how long a written 1 is low, and when a bit is sampled, as for a long bus."""
READ_BAUD: Final = (bytes.fromhex("0F"), bytes.fromhex("00"))

RESET_ANSWER_BYTES: Final = 1
SEARCH_ANSWER_BYTES: Final = 17
MAX_PASSES: Final = 64
MAX_BAD_PASSES: Final = 4
"""In one round: two broken tags. More than that is a line that garbles, and says nothing about any tag."""

_TO_DATA_MODE: Final = bytes.fromhex("E1")
_SEARCH_ROM: Final = bytes.fromhex("F0")
_ACCELERATOR_ON: Final = bytes.fromhex("E3 B5 E1")
_ACCELERATOR_OFF: Final = bytes.fromhex("E3 A5")
_ROM_BITS: Final = 64


class Garbled(ValueError):  # noqa: N818 - says what broke
    """The bridge answered with something that it cannot have meant."""


@unique
class Bus(Enum):
    """What the bridge found when it reset the bus."""

    SHORTED = "shorted"
    TAGS = "tags"
    EMPTY = "empty"


_BUS_OF: Final = {0: Bus.SHORTED, 1: Bus.TAGS, 2: Bus.TAGS, 3: Bus.EMPTY}


def bus_of(answer: bytes) -> Bus:
    """Decode the answer to RESET: ``11?011rr`` from a DS2480B."""
    if len(answer) != RESET_ANSWER_BYTES or answer[0] & 0xDC != 0xCC:
        raise Garbled(f"answer to a reset of the bus: {answer.hex(' ') or 'nothing'}, expected CC to CF")
    return _BUS_OF[answer[0] & 3]


def crc8(message: bytes) -> int:
    """The CRC of the 1-Wire bus (x8+x5+x4+1, reflected): 0 over a ROM with its CRC."""
    crc = 0
    for byte in message:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8C if crc & 1 else crc >> 1
    return crc


def tag_of(rom: bytes) -> Tag | None:
    """The tag with this ROM; None where the CRC is wrong or the family is 00 (all zero bytes have a right CRC, too)."""
    if len(rom) != _ROM_BITS // 8 or rom[0] == 0 or crc8(rom) != 0:
        return None
    return rom.hex().upper()


def doubled(data: bytes) -> bytes:
    """As it is sent in data mode: a byte that would switch the mode is sent twice."""
    return data.replace(TO_COMMAND_MODE, TO_COMMAND_MODE * 2)


class Search:
    """One round over the bus: reset it, send ``request``, give the answer to ``take``, until ``done``.

    A pass that yields no tag (a tag was lifted, or its CRC is wrong) is repeated once. Then its branch is left
    out, so that one unreadable tag does not hide the others.
    """

    def __init__(self) -> None:
        self.tags: set[Tag] = set()
        self.done = False
        self._wanted = 0
        self._passes = 0
        self._bad = 0
        self._repeated = False

    @property
    def request(self) -> bytes:
        """The bytes of the next pass, in command mode before and after."""
        directions = _spread(self._wanted).to_bytes(16, "little")
        return _TO_DATA_MODE + _SEARCH_ROM + _ACCELERATOR_ON + doubled(directions) + _ACCELERATOR_OFF

    def take(self, answer: bytes) -> None:
        """Take the answer to ``request``."""
        if len(answer) != SEARCH_ANSWER_BYTES or answer[:1] != _SEARCH_ROM:
            raise Garbled(f"answer to a search pass: {answer.hex(' ') or 'nothing'}, expected F0 and 16 bytes")
        self._passes += 1
        if self._passes > MAX_PASSES:
            raise Garbled(f"the search finds no end in {MAX_PASSES} passes")
        bits = int.from_bytes(answer[1:], "little")
        forks, taken = _gathered(bits), _gathered(bits >> 1)
        tag = None if forks & (taken ^ self._wanted) else tag_of(taken.to_bytes(8, "little"))
        self._count_bad(tag)
        if tag is None and not self._repeated:
            self._repeated = True
            return
        self._repeated = False
        if tag is not None:
            self.tags.add(tag)
        self._turn(forks, taken)

    def _count_bad(self, tag: Tag | None) -> None:
        self._bad += tag is None
        if self._bad > MAX_BAD_PASSES:
            raise Garbled(f"{self._bad} passes of one search with a wrong CRC")

    def _turn(self, forks: int, taken: int) -> None:
        """Go on at the last fork where this pass went to 0 and another tag is at 1."""
        astray = forks & (taken ^ self._wanted)
        trusted = (astray & -astray) - 1 if astray else (1 << _ROM_BITS) - 1
        open_forks = forks & ~taken & trusted
        self.done = open_forks == 0
        if not self.done:
            last = 1 << (open_forks.bit_length() - 1)
            self._wanted = (taken & (last - 1)) | last


def _spread(bits: int) -> int:
    """Put bit i at 2i+1: the place of a direction."""
    return int(f"{bits:b}".replace("0", "00").replace("1", "10"), 2)


def _gathered(pairs: int) -> int:
    """Put bit 2i at i."""
    return int(f"{pairs:0{2 * _ROM_BITS}b}"[1::2], 2)
