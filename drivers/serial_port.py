"""Open a serial line so that nothing on it can hang or be shared, and name what is wrong when it is lost.

Traps (hardware notes B4): output is never flushed away (it takes bytes that the other end has not read yet),
`exclusive` keeps out only those who ask for it too, and `termios.error` is not an OSError.
"""

import errno
import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from serial import Serial

from keycabinet.ports import DeviceFault

WRITE_TIMEOUT_MS: Final = 500
"""Without it a write can block for ever."""

_PTYS: Final = "/dev/pts/"
_FAULT_OF: Final = {
    errno.ENOENT: "line_missing",
    errno.ENODEV: "line_missing",
    errno.ENXIO: "line_missing",
    errno.EACCES: "line_forbidden",
    errno.EPERM: "line_forbidden",
    errno.EAGAIN: "line_busy",
    errno.EBUSY: "line_busy",
}


@contextmanager
def open_line(device: str, path: str, baud: int, *, read_timeout_ms: int = 0) -> Iterator[Serial]:
    """The line at this path, 8N1, for this device alone; every loss of it becomes a DeviceFault."""
    port = _opened(device, path, baud, read_timeout_ms)
    try:
        yield port
    except (OSError, termios.error) as error:  # SerialException is an OSError
        raise DeviceFault("line_lost", f"{device}: lost the serial line {path}: {error}") from error
    finally:
        port.close()


def is_hardware(path: str) -> bool:
    """Whether a real device may be at this path: everything but a pseudo-terminal, a missing device too."""
    return not os.path.realpath(path).startswith(_PTYS)


def _opened(device: str, path: str, baud: int, read_timeout_ms: int) -> Serial:
    try:
        port = Serial(path, baud, timeout=read_timeout_ms / 1000, write_timeout=WRITE_TIMEOUT_MS / 1000, exclusive=True)
    except (OSError, termios.error) as error:
        fault = _FAULT_OF.get(getattr(error, "errno", 0) or 0, "line_refused")
        raise DeviceFault(fault, f"{device}: cannot open the serial line {path} at {baud} baud: {error}") from error
    with suppress(OSError, ValueError):  # a pty and many UARTs have no latency timer
        port.set_low_latency_mode(True)
    return port
