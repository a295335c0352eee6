"""The simulator's own GPIO wire: messages of three bytes over a unix socket, both ways.

From the pins' user: ``I`` pin pull (becomes an input), ``O`` pin level (becomes an output; the level is there before
the direction; 2 keeps the level as found), ``W`` pin level (output level), ``R`` pin 0 (released: nobody's any more),
``P`` 0 token (answered when all before is done).
From the simulator: ``L`` pin level (once after ``I`` and ``O``, then on each change of an input), ``B`` pin 0 (busy:
somebody else has this line), ``P`` 0 token.
"""

SIZE = 3
INPUT, OUTPUT, WRITE, RELEASE, PING, LEVEL, BUSY = b"IOWRPLB"
LOW, HIGH, AS_FOUND = 0, 1, 2
PULLS = {"floating": 0, "up": 1, "down": 2}
"""Values of ``I``; an unwired input reads as it is pulled."""


def message(kind: int, pin: int, value: int) -> bytes:
    """One message."""
    return bytes((kind, pin, value))


def split(stream: bytes) -> tuple[list[tuple[int, int, int]], bytes]:
    """The whole messages of a stream, and the beginning of the next one."""
    end = len(stream) - len(stream) % SIZE
    return [(stream[i], stream[i + 1], stream[i + 2]) for i in range(0, end, SIZE)], stream[end:]
