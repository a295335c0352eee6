"""Every form in which a PIN could have leaked into something that was written, and where it was found."""

import base64
import re
from collections.abc import Iterator, Mapping

DIGIT = re.compile(rb"(?<![\w.])[\"']?(\d)[\"']?(?![\w.])")
"""A digit that stands alone, as one in a record of its own would."""


def traces(pins: Mapping[str, str], written: Mapping[str, bytes]) -> list[str]:
    """What was found, as ``the mistyped one in core.log as base64``; the PINs themselves are not in it."""
    return [
        f"the {name} one in {place} as {form}"
        for place, content in written.items()
        for name, pin in pins.items()
        for form in forms_in(content, pin)
    ]


def forms_in(content: bytes, pin: str) -> Iterator[str]:
    """The forms of this PIN that are in there."""
    raw = pin.encode()
    lower = content.lower()
    if raw in content or "\0".join(pin).encode() in content:
        yield "text"
    if raw.hex().encode() in lower or f"{int(pin):x}".encode() in lower:
        yield "hex"
    if any(gap.join(f"{byte:02x}" for byte in raw).encode() in lower for gap in (" ", ":", ", ", "\\x", ", 0x", " 0x")):
        yield "spaced hex"
    if any(part in content for part in base64_parts(raw)):
        yield "base64"
    if digit_by_digit(content, pin):
        yield "digits of consecutive records"


def base64_parts(raw: bytes) -> Iterator[bytes]:
    """What stands in any base64 text that has these bytes somewhere: without the ends that depend on neighbours."""
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        start, end = (0, 2, 3)[shift], (len(raw) + shift) // 3 * 4
        yield whole[start:end]


def digit_by_digit(content: bytes, pin: str) -> bool:
    """Whether consecutive lines, or consecutive lines that have a lone digit at all, spell the PIN."""
    every = [set(DIGIT.findall(line)) for line in content.splitlines()]
    for lines in (every, [digits for digits in every if digits]):
        for start in range(len(lines) - len(pin) + 1):
            if all(digit.encode() in lines[start + at] for at, digit in enumerate(pin)):
                return True
    return False
