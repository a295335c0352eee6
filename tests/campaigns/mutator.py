"""What a bad line makes of frames: bits flipped, bytes lost and found, frames cut, joined and told again."""

from collections.abc import Callable, Iterator
from random import Random

LONGEST_GARBAGE = 12


class Mutator:
    """Mutates frames with this chance; the same seed makes the same mutations."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._kinds: tuple[Callable[[bytes, bytes], bytes], ...] = (
            self.flipped,
            self.flipped,
            self.inserted,
            self.deleted,
            self.duplicated,
            self.reordered,
            self.truncated,
            self.spliced,
            self.garbage_before,
            self.garbage_behind,
        )

    def mutated(self, frame: bytes, other: bytes) -> bytes:
        """The frame after one to three mishaps, and not as it was; ``other`` is a frame that the same line carried."""
        random = self._random
        while True:
            found = frame
            for _ in range(1 if random.random() < 0.7 else random.randint(2, 3)):
                found = random.choice(self._kinds)(found, other)
            if found != frame:
                return found

    def portions(self, stream: bytes) -> Iterator[bytes]:
        """The stream in one piece, byte by byte, or cut somewhere."""
        way = self._random.random()
        if way < 0.5:
            yield stream
        elif way < 0.75:
            yield from (stream[place : place + 1] for place in range(len(stream)))
        else:
            place = self._place(stream)
            yield from (stream[:place], stream[place:])

    def flipped(self, frame: bytes, _other: bytes) -> bytes:
        """One to four bits are wrong."""
        if not frame:
            return frame
        wrong = 0
        for _ in range(self._random.randint(1, 4)):
            wrong |= 1 << self._random.randrange(8 * len(frame))
        return (int.from_bytes(frame, "big") ^ wrong).to_bytes(len(frame), "big")

    def inserted(self, frame: bytes, _other: bytes) -> bytes:
        """One byte too many."""
        place = self._place(frame)
        return frame[:place] + self._random.randbytes(1) + frame[place:]

    def deleted(self, frame: bytes, _other: bytes) -> bytes:
        """One byte too few."""
        place = self._place(frame)
        return frame[:place] + frame[place + 1 :]

    def duplicated(self, frame: bytes, _other: bytes) -> bytes:
        """The whole frame, or a part of it, twice."""
        place = self._random.choice((0, self._place(frame)))
        return frame + frame[place:]

    def reordered(self, frame: bytes, other: bytes) -> bytes:
        """Two parts have changed places, or another frame comes first."""
        place = self._place(frame)
        return self._random.choice((frame[place:] + frame[:place], other + frame))

    def truncated(self, frame: bytes, _other: bytes) -> bytes:
        """The end is missing."""
        return frame[: self._place(frame)]

    def spliced(self, frame: bytes, other: bytes) -> bytes:
        """The beginning of one frame and the end of another."""
        return frame[: self._place(frame)] + other[self._place(other) :]

    def garbage_before(self, frame: bytes, _other: bytes) -> bytes:
        """Noise, then the frame."""
        return self._garbage() + frame

    def garbage_behind(self, frame: bytes, _other: bytes) -> bytes:
        """The frame, then noise."""
        return frame + self._garbage()

    def _garbage(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, LONGEST_GARBAGE))

    def _place(self, frame: bytes) -> int:
        return self._random.randrange(len(frame)) if frame else 0
