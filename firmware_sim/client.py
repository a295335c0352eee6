"""Talks to a running simulator through ``sim.sock`` in its folder: JSON, one object a line."""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SOCKET = "sim.sock"
Row = dict[str, Any]


class Refused(Exception):  # noqa: N818 - what the world answers, not what broke
    """The simulated world, or its control, does not do that; the message says why, in words."""


class NotRunning(ConnectionError):  # noqa: N818 - the state of the simulator
    """No simulator answers in this folder."""


class Client:
    """One connection to the simulator of a folder; used by one thread."""

    def __init__(self, folder: Path, timeout: float = 5.0) -> None:
        self._socket = _connect(folder, timeout)
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave; the simulator stays."""
        self._lines.close()
        self._socket.close()

    def ask(self, command: str, **fields: object) -> Row:
        """The answer to one command. Raises Refused with the simulator's words."""
        self._send(command, fields)
        answer = self._receive()
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer

    def watch(self, from_seq: int, within: float | None = None) -> Iterator[Row]:
        """Every row of the journal from this one on, as it happens; TimeoutError after ``within`` seconds in all."""
        deadline = None if within is None else time.monotonic() + within
        self._send("watch", {"from_seq": from_seq})
        while True:
            if deadline is None:
                self._socket.settimeout(None)
            else:
                self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            answer = self._receive()
            if "refused" in answer:
                raise Refused(answer["refused"])
            yield answer

    def _send(self, command: str, fields: dict[str, object]) -> None:
        self._socket.sendall(json.dumps({"command": command, **fields}).encode() + b"\n")

    def _receive(self) -> Row:
        line = self._lines.readline()
        if not line:
            raise NotRunning("the simulator hung up")
        answer: Row = json.loads(line)
        return answer


def _connect(folder: Path, timeout: float) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(timeout)
    try:
        connect_short(link, folder / SOCKET)
    except OSError as error:
        link.close()
        raise NotRunning(
            f"no simulator runs in {folder}: start one with `keycabinet-sim run --config {folder}/cabinet.toml`, "
            f"or name the folder with -d ({error.strerror})"
        ) from error
    return link


def connect_short(link: socket.socket, path: Path) -> None:
    """Connect by way of the folder's descriptor: a unix socket's path may have 107 bytes only, a folder's more."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        link.connect(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
