"""iButton tags as they are written: 16 hex digits, family first, checksum last (hardware notes A7)."""

import re
from functools import reduce

STRANGER = "01AAAAAA00000092"
"""The tag of nobody that the fault ``second_tag`` puts on a bus."""
FORM = re.compile(r"[0-9A-F]{16}")


def crc8(data: bytes) -> int:
    """x^8+x^5+x^4+1, start 0, LSB first."""
    return reduce(lambda crc, byte: _eight_bits(crc ^ byte), data, 0)


def _eight_bits(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc


def wrong_with(tag: str) -> str:
    """What keeps this text from being a tag that can be read; empty when nothing does."""
    if not FORM.fullmatch(tag):
        return "must be 16 hex digits in upper case, as 013D2C1B0A000085"
    rom = bytes.fromhex(tag)
    if rom[0] == 0:
        return "must not have the family code 00"
    if crc8(rom):
        return f"must end in its checksum, {crc8(rom[:7]):02X}"
    return ""
