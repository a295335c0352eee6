"""Asks the core through its control socket, as anybody can: JSON-RPC 2.0, one object a line."""

import json
import socket
from pathlib import Path
from typing import Any

from firmware_sim.client import connect_short

SOCKET = "control.sock"
LIMIT = 500


class CoreSilent(ConnectionError):  # noqa: N818 - the state of the core
    """The core does not answer."""


def ask(folder: Path, method: str, **params: object) -> dict[str, Any]:
    """The result of one method. Raises CoreSilent."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            connect_short(link, folder / SOCKET)
            with link.makefile("rwb") as lines:
                lines.write(json.dumps(request).encode() + b"\n")
                lines.flush()
                result: dict[str, Any] = json.loads(lines.readline())["result"]
                return result
    except (OSError, ValueError, KeyError) as error:
        raise CoreSilent(f"the core does not answer at {folder / SOCKET}: {error}") from error


def read_ledger(folder: Path, from_seq: int) -> list[dict[str, Any]]:
    """All rows of the ledger from this number on. Raises CoreSilent."""
    rows: list[dict[str, Any]] = []
    while page := ask(folder, "ledger.read", from_seq=rows[-1]["seq"] + 1 if rows else from_seq, limit=LIMIT)["rows"]:
        rows += page
    return rows
