"""``sim.sock``: one JSON object a line in, one out; ``watch`` streams the journal. Nobody is ever waited for."""

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_sim.client import SOCKET
from firmware_sim.journal import Journal, Row
from firmware_sim.latch import WorldRefuses
from firmware_sim.loop import Loop
from firmware_sim.sockets import listen

Command = Callable[[dict[str, Any], int], Row]
PATIENCE = 8_000_000
"""Bytes that may wait for a client that does not read; then it is dropped."""


LONGEST = 1_000_000
"""Bytes of one line; whoever sends more without an end is dropped."""


@dataclass
class _Client:
    """One connection."""

    link: socket.socket
    heard: bytes = b""
    unsent: bytes = b""
    watching: bool = False


class ControlServer:
    """Serves commands from a table of names; an unknown one is refused with the known names."""

    def __init__(self, commands: Mapping[str, Command], journal: Journal) -> None:
        self._commands = commands
        self._journal = journal
        self._clients: list[_Client] = []

    def open(self, loop: Loop) -> None:
        """Listen, and have the loop serve what comes."""
        self._loop = loop
        self._listener = listen(SOCKET)
        loop.watch(self._listener.fileno(), self._accept)
        self._journal.listeners.append(self._stream)

    def close(self) -> None:
        """Hang up and remove the socket."""
        for client in self._clients:
            client.link.close()
        self._listener.close()
        Path(SOCKET).unlink(missing_ok=True)

    def _accept(self, _now: int) -> None:
        link, _ = self._listener.accept()
        link.settimeout(0)
        client = _Client(link)
        self._clients.append(client)
        self._loop.watch(link.fileno(), lambda now: self._read(client, now))

    def _read(self, client: _Client, now: int) -> None:
        try:
            stream = client.link.recv(65536)
        except OSError:
            stream = b""
        if not stream:
            self._drop(client)
            return
        *lines, client.heard = (client.heard + stream).split(b"\n")
        for line in lines:
            self._answer(client, line, now)
        if len(client.heard) > LONGEST and client in self._clients:
            self._drop(client)

    def _answer(self, client: _Client, line: bytes, now: int) -> None:
        try:
            asked = _object(line)
            name = asked.pop("command", "")
            if name == "watch":
                self._watch(client, asked)
            else:
                self._send(client, self._command(name)(asked, now))
        except (WorldRefuses, ValueError, RecursionError) as refusal:
            self._send(client, {"refused": str(refusal)})

    def _command(self, name: object) -> Command:
        if not isinstance(name, str) or name not in self._commands:
            raise WorldRefuses(f"there is no command {name!r}; known are watch, {', '.join(sorted(self._commands))}")
        return self._commands[name]

    def _watch(self, client: _Client, asked: dict[str, Any]) -> None:
        from_seq = asked.get("from_seq", 0)
        if not isinstance(from_seq, int):
            raise WorldRefuses(f"from_seq must be a whole number, and is {from_seq!r}")
        client.watching = True
        for row in self._journal.rows(from_seq):
            self._send(client, row)

    def _stream(self, row: Row) -> None:
        for client in [client for client in self._clients if client.watching]:
            self._send(client, row)

    def _send(self, client: _Client, answer: Row) -> None:
        if client not in self._clients:
            return
        waiting = bool(client.unsent)
        # half a surrogate pair, which JSON can name and UTF-8 cannot write, goes back as it came: escaped
        client.unsent += json.dumps(answer, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        if len(client.unsent) > PATIENCE:
            self._drop(client)
        elif not waiting:
            self._flush(client)

    def _flush(self, client: _Client) -> None:
        with suppress(BlockingIOError):
            try:
                client.unsent = client.unsent[client.link.send(client.unsent) :]
            except (BrokenPipeError, ConnectionResetError):
                self._drop(client)
                return
        self._loop.watch_room(client.link.fileno(), (lambda _now: self._flush(client)) if client.unsent else None)

    def _drop(self, client: _Client) -> None:
        self._loop.unwatch(client.link.fileno())
        client.link.close()
        self._clients.remove(client)


def _object(line: bytes) -> dict[str, Any]:
    asked = json.loads(line)
    if not isinstance(asked, dict):
        raise WorldRefuses("a command is one JSON object a line")
    return asked
