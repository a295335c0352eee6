"""Frames of the panel, written from docs/devices/panel_serial.md: bytes in any portions in, frames out."""

import binascii
from dataclasses import dataclass

from firmware_sim.facts import MS

SOF = 0x7E
LONGEST = 96
OVERHEAD = 6
"""SOF, LEN, SEQ, TYPE and two bytes of CRC."""
GAP_NS = 100 * MS
"""A frame that has not come to its end this long after its last byte is none."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame with a right CRC."""

    seq: int
    type: int
    payload: bytes


def encode(frame: Frame) -> bytes:
    """The bytes of a frame."""
    covered = bytes((len(frame.payload), frame.seq, frame.type)) + frame.payload
    return bytes((SOF,)) + covered + _crc(covered)


def _crc(covered: bytes) -> bytes:
    """CRC-16/CCITT-FALSE, high byte first."""
    return binascii.crc_hqx(covered, 0xFFFF).to_bytes(2)


class FrameReader:
    """Finds frames among whatever comes; what is no frame costs its SOF only."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._latest = 0

    def feed(self, byte: int, now: int) -> list[Frame]:
        """One more byte at this moment (ns); the frames that it completes."""
        frames = []
        if now - self._latest > GAP_NS:
            frames = self._give_up()
        self._latest = now
        self._heard.append(byte)
        return frames + self._frames()

    def _give_up(self) -> list[Frame]:
        """Nothing more comes of what was begun: look for frames behind each SOF in it."""
        frames = []
        while self._heard:
            del self._heard[0]
            frames += self._frames()
        return frames

    def _frames(self) -> list[Frame]:
        frames = []
        while self._seek() and (length := self._length()) is not None:
            if len(self._heard) < length:
                break
            covered, crc = bytes(self._heard[1 : length - 2]), self._heard[length - 2 : length]
            if _crc(covered) == crc:
                frames.append(Frame(covered[1], covered[2], covered[3:]))
                del self._heard[:length]
            else:
                del self._heard[0]
        return frames

    def _seek(self) -> bool:
        """Drop what stands before the next SOF that can begin a frame."""
        while self._heard and (self._heard[0] != SOF or (len(self._heard) > 1 and self._heard[1] > LONGEST)):
            del self._heard[0]
        return bool(self._heard)

    def _length(self) -> int | None:
        return self._heard[1] + OVERHEAD if len(self._heard) > 1 else None
