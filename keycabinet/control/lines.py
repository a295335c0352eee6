"""Bytes in, whole lines out; fed in any portions."""


class LineTooLong(ValueError):  # noqa: N818 - what the peer did
    """A line is longer than it may be; nothing that follows can be trusted to be a line."""


class Lines:
    """Cuts a stream of bytes at its newlines and keeps what has no newline yet."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, portion: bytes) -> list[bytes]:
        """The lines that this portion completes, without newlines and without empty ones. Raises LineTooLong."""
        head, *rest = portion.split(b"\n")
        self._hold(head)
        lines = []
        for part in rest:
            lines.append(self._take())
            self._hold(part)
        return [line for line in lines if line.strip()]

    def _hold(self, part: bytes) -> None:
        self._held += len(part)
        if self._held > self._longest:
            raise LineTooLong(f"a line has more than {self._longest} bytes")
        if part:
            self._parts.append(part)

    def _take(self) -> bytes:
        line = b"".join(self._parts)
        self._parts, self._held = [], 0
        return line
