"""One core for a store: a second one is refused before it writes a row or moves a device (law 3)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keycabinet.errors import StoreError


@contextmanager
def sole_owner(store: Path) -> Iterator[None]:
    """Own this store while the block lasts; the kernel lets go of it when the process dies.

    The lock is a file beside the store: the database itself is opened by SQLite alone. Raises StoreError if another
    process owns the store, or if the lock cannot be made.
    """
    lock = store.with_name(f"{store.name}.lock")
    try:
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"the lock of the store, {lock}, cannot be made: {error.strerror}") from error
    try:
        _take(descriptor, store)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, store: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"another core works with {store}: stop it first; two would write over each other") from None
