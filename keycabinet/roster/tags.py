"""Serial numbers of iButtons (1-Wire ROM): family, six bytes, and a check byte over the seven before it."""

from typing import Final

FAMILY: Final = 0x01
"""DS1990A and its successors: a serial number and nothing else."""


def check_byte(body: bytes) -> int:
    """The 1-Wire CRC (x^8 + x^5 + x^4 + 1, reflected, from 0)."""
    crc = 0
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc


def complaint(tag: str) -> tuple[str, str]:
    """What is wrong with 16 upper-case hex digits as a tag, and which tag was meant; both empty if it is right."""
    rom = bytes.fromhex(tag)
    if _is_whole(rom):
        return "", ""
    if _is_whole(rom[::-1]):
        return f"{tag} has its bytes in reverse order", rom[::-1].hex().upper()
    if rom[0] != FAMILY:
        return f"{tag} is of family {rom[0]:02X}, and iButtons with a serial number are of family 01", ""
    expected = check_byte(rom[:7])
    return f"{tag} ends with {rom[7]:02X}, and the check byte of the rest is {expected:02X}: a digit is misread", ""


def _is_whole(rom: bytes) -> bool:
    return rom[0] == FAMILY and check_byte(rom[:7]) == rom[7]
