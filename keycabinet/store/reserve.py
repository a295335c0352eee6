"""Space that is kept on the disk for a bad day: returns and alarms are still recorded when the disk is full.

A file beside the store, given up when it is needed and made again when there is room. Whoever fills the disk may take
what was given up: keep the store on a partition of its own.
"""

import os
from pathlib import Path

ROOM = 2
"""The reserve is made again only where so many times its size is free: else it would be given up at once."""


class Reserve:
    """A ballast file of ``size`` bytes; for one thread."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self.is_held = path.exists() and path.stat().st_size >= size

    def hold(self) -> bool:
        """Make the file, if it is not there and there is room; whether it is there now."""
        if not self.is_held and self._free() >= ROOM * self._size:
            self.is_held = self._made()
        return self.is_held

    def give_up(self) -> bool:
        """Remove the file if the disk is full; whether that has made room."""
        if not self.is_held or self._free() >= self._size:
            return False
        self._path.unlink(missing_ok=True)
        self.is_held = False
        return True

    @property
    def state(self) -> str:
        """In words."""
        return f"{self._free() // 1024} KiB are free beside {self._path.name}"

    def _free(self) -> int:
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def _made(self) -> bool:
        try:
            file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(file, 0, self._size)
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        finally:
            os.close(file)
        return True
