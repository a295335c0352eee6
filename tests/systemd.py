"""The part of systemd that a service with ``Type=notify`` talks to: a socket, and what was said to it."""

import os
import select
import socket
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.waiting import Late


class Systemd:
    """A context manager; while it is open, processes that are started, and ``to_systemd``, find it (NOTIFY_SOCKET)."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="kc-notify-")
        path = str(Path(self._folder.name) / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.environ["NOTIFY_SOCKET"] = path
        return self

    def __exit__(self, *exc: object) -> None:
        del os.environ["NOTIFY_SOCKET"]
        self._socket.close()
        self._folder.cleanup()

    def next(self, within: float = 10.0) -> str:
        """The next message; Late if none comes."""
        if not select.select([self._socket], [], [], within)[0]:
            raise Late(f"nothing was said to systemd for {within:.1f} s")
        return self._socket.recv(4096).decode()

    def wait_for(self, line: str, within: float = 10.0) -> None:
        """Pass over what is said until a message with this line."""
        deadline, heard = time.monotonic() + within, []
        while not heard or line not in heard[-1].splitlines():
            heard.append(self.next(max(0.0, deadline - time.monotonic())))

    def forget(self) -> None:
        """Pass over everything that was said until now."""
        while select.select([self._socket], [], [], 0)[0]:
            self._socket.recv(4096)

    def is_silent(self, line: str, for_s: float) -> bool:
        """Whether no message with this line comes for so long."""
        deadline = time.monotonic() + for_s
        while select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if line in self._socket.recv(4096).decode().splitlines():
                return False
        return True
