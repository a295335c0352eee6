"""A client of the control socket that remembers every row that it was ever shown: what it saw must never go away."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from keycabinet.control.client import CallRefused, Client, CoreUnreachable

RETRY_S = 0.02


@dataclass(frozen=True)
class Shown:
    """A row, and when (ns) it was shown."""

    row: dict[str, Any]
    at: int


class Witness:
    """Follows the stream of rows over every death of the core, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "control.sock"
        self.shown: list[Shown] = []
        self.contradictions: list[str] = []
        self._ending = threading.Event()
        self._client: Client | None = None
        self._thread = threading.Thread(target=self._run, name="witness", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        while self._thread.is_alive():
            if self._client is not None:
                self._client.close()
            self._thread.join(RETRY_S)

    def find(self, after: int, kind: str, **body: object) -> dict[str, Any] | None:
        """The first row after row ``after`` of this type with these words in its body, if it was shown."""
        rows = (it.row for it in self.shown[max(after - 1, 0) :])
        return next((row for row in rows if row["seq"] > after and _is(row, kind, body)), None)

    @property
    def last(self) -> int:
        """The number of the last row that was shown."""
        return int(self.shown[-1].row["seq"]) if self.shown else 0

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                with Client(self._socket, 5.0) as self._client:
                    for row in self._client.stream(self.last + 1, peer="mqtt"):
                        self._note(row)
            except (CoreUnreachable, CallRefused):
                self._ending.wait(RETRY_S)

    def _note(self, row: dict[str, Any]) -> None:
        if row["seq"] != self.last + 1:
            self.contradictions.append(f"row {row['seq']} was shown after row {self.last}")
        self.shown.append(Shown(row, time.monotonic_ns()))


def _is(row: dict[str, Any], kind: str, body: dict[str, object]) -> bool:
    return bool(row["type"] == kind and body.items() <= row["body"].items())
