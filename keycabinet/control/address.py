"""The address of a unix socket by its path, however long the path is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST = 107
"""Bytes that the kernel has for the path of a unix socket; a folder's path may be longer."""


@contextmanager
def address(path: Path) -> Iterator[str]:
    """What to bind or connect to, valid inside the block. Raises OSError if the folder of a long path is not there."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
