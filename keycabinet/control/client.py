"""Asks a running core through its control socket. Light on purpose: the standard library and no model."""

import json
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from keycabinet.control.address import address
from keycabinet.control.lines import Lines
from keycabinet.errors import KeycabinetError

TIMEOUT_S = 35.0
"""Longer than the core takes at most to say that it has no time."""
LOOK_UP_S = 1.0
"""Who waits for a row is asked so often whether anything else is to be done."""
LONGEST_ANSWER = 256 * 1024 * 1024


class CoreUnreachable(KeycabinetError, ConnectionError):  # noqa: N818 - what the core is
    """Nobody answers at the control socket, or not any more; the message says where, and how to start the core."""


class CallRefused(KeycabinetError):  # noqa: N818 - what the core did
    """The core refused a call. ``fault`` is its short name, ``code`` its number, ``details`` e.g. the ``field``."""

    def __init__(self, code: int, fault: str, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.code, self.fault, self.details = code, fault, details


class Client:
    """One connection to a core, for one thread; only ``close`` may be called from another one."""

    def __init__(self, path: Path, timeout_s: float = TIMEOUT_S) -> None:
        """``timeout_s``: how long to wait for each answer; rows of a stream are waited for without end."""
        self._path, self._timeout_s = path, timeout_s
        self._link: socket.socket | None = None
        self._lines = Lines(LONGEST_ANSWER)
        self._waiting: deque[bytes] = deque()
        self._asked = 0
        self._closed = False

    @property
    def path(self) -> Path:
        """The control socket."""
        return self._path

    def __enter__(self) -> Self:
        """Connect. Raises CoreUnreachable."""
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def connect(self) -> None:
        """Connect, once. Raises CoreUnreachable that says at which socket and what to do."""
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(self._timeout_s)
        try:
            with address(self._path) as where:
                link.connect(where)
        except OSError as error:
            link.close()
            raise CoreUnreachable(_advice(self._path, error)) from error
        self._link = link

    def close(self) -> None:
        """Hang up; a stream ends. May be called again."""
        self._closed = True
        if self._link is not None:
            with suppress(OSError):  # the core may have hung up before
                self._link.shutdown(socket.SHUT_RDWR)
            self._link.close()

    def call(self, method: str, /, **params: object) -> dict[str, Any]:
        """The result of a method. Raises CallRefused with the words of the core, and CoreUnreachable."""
        self._asked += 1
        self._send({"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params})
        answer = self._receive()
        if "error" in answer:
            raise _refused(answer["error"])
        if answer.get("id") != self._asked:
            raise self._lost("it answered something that was not asked")
        result: dict[str, Any] = answer["result"]
        return result

    def stream(
        self, from_seq: int, while_waiting: Callable[[], object] | None = None, **params: object
    ) -> Iterator[dict[str, Any]]:
        """Subscribe; then every row from this one on as it is committed, until ``close``. Nothing else can be called.

        ``while_waiting`` is called once a second as long as no row comes: a sign that this thread is alive. ``params``:
        as the method takes them.
        Raises CallRefused, and CoreUnreachable when the core goes: connect anew and go on after the last row.
        """
        self.call("subscribe", from_seq=from_seq, **params)
        return self._rows(while_waiting)

    def _rows(self, while_waiting: Callable[[], object] | None) -> Iterator[dict[str, Any]]:
        if self._closed:
            return
        self._connected().settimeout(None if while_waiting is None else LOOK_UP_S)
        while True:
            try:
                notification = self._receive(while_waiting)
            except CoreUnreachable:
                if self._closed:
                    return
                raise
            if notification.get("method") == "row":
                yield notification["params"]

    def _send(self, request: dict[str, Any]) -> None:
        try:
            self._connected().sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            return  # a core that has no room says so and hangs up: what it said is still there to be read
        except TimeoutError as error:
            raise self._lost(f"it does not read, for {self._timeout_s:g} s") from error
        except OSError as error:
            raise self._lost(error.strerror or str(error)) from error

    def _receive(self, while_waiting: Callable[[], object] | None = None) -> dict[str, Any]:
        while not self._waiting:
            try:
                portion = self._connected().recv(65536)
            except TimeoutError as error:
                if while_waiting is not None:
                    while_waiting()
                    continue
                raise self._lost(f"no answer within {self._timeout_s:g} s") from error
            except OSError as error:
                raise self._lost(error.strerror or str(error)) from error
            if not portion:
                raise self._lost("it hung up")
            self._waiting.extend(self._lines.feed(portion))
        message: dict[str, Any] = json.loads(self._waiting.popleft())
        return message

    def _connected(self) -> socket.socket:
        if self._link is None:
            raise CoreUnreachable(f"not connected to {self._path}: call connect() first")
        return self._link

    def _lost(self, why: str) -> CoreUnreachable:
        if self._link is not None:
            self._link.close()
        return CoreUnreachable(f"the core at {self._path} is lost: {why}")


def _refused(error: dict[str, Any]) -> CallRefused:
    details = dict(error.get("data") or {})
    return CallRefused(error["code"], details.pop("fault", "unknown"), error["message"], details)


def _advice(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"the control socket {path} is not for you: log in as a member of its group"
    return f"no core answers at {path} ({error.strerror or error}): start it with `keycabinet core`"
