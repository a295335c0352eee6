"""One client: a thread that answers its requests, and one more that sends rows once it has subscribed."""

import socket
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel

from keycabinet.control.call import Call
from keycabinet.control.core import Core
from keycabinet.control.lines import Lines, LineTooLong
from keycabinet.control.methods import Method, answer
from keycabinet.control.peers import Peer, Sealed
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.results import Subscribed
from keycabinet.control.rows import streamed_out
from keycabinet.control.rpc import (
    Request,
    id_in,
    notification_line,
    read_json,
    read_request,
    refusal_line,
    result_line,
)
from keycabinet.control.sessions import Sessions
from keycabinet.control.streams import rows_as_they_come
from keycabinet.errors import KeycabinetError, StoreError
from keycabinet.supervision import fulfil

log = structlog.get_logger(__name__)
_PORTION = 65536


@dataclass(frozen=True)
class Limits:
    """What clients may cost."""

    clients: int = 64
    line_bytes: int = 16 * 1024 * 1024
    send_s: float = 5.0
    """A client that takes longer to accept what it is sent is dropped."""


@dataclass(frozen=True)
class Service:
    """What all connections share."""

    core: Core
    sessions: Sessions
    methods: Mapping[str, Method[Any, Any]]
    limits: Limits
    sealed: Sealed = Sealed.DURESS


class Connection:
    """Serves one client until it hangs up, breaks a limit or is closed."""

    def __init__(self, link: socket.socket, peer: Peer, service: Service) -> None:
        self._link, self._service = link, service
        self._call = Call(service.core, service.sessions, peer, service.sealed)
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._stream: threading.Thread | None = None
        self._log = log.bind(pid=peer.pid, uid=peer.uid)

    def run(self) -> None:
        """Answer requests, one after the other, until the connection is closed; leaves no thread and no socket."""
        self._link.settimeout(self._service.limits.send_s)
        self._log.info("client connected")
        try:
            self._serve()
        except (LineTooLong, OSError) as error:
            self._log.warning("client dropped", why=str(error))
        finally:
            self.close()
            if self._stream is not None:
                self._stream.join()
            self._link.close()
            self._log.info("client gone")

    def close(self) -> None:
        """Hang up; ``run`` returns soon. From any thread, more than once."""
        self._closed.set()
        with suppress(OSError):  # it may have hung up itself
            self._link.shutdown(socket.SHUT_RDWR)
        self._service.core.head.wake()

    def _serve(self) -> None:
        lines = Lines(self._service.limits.line_bytes)
        while portion := self._receive():
            for line in lines.feed(portion):
                self._respond(line)

    def _receive(self) -> bytes:
        while not self._closed.is_set():
            with suppress(TimeoutError):  # a client may be silent as long as it likes
                return self._link.recv(_PORTION)
        return b""

    def _respond(self, line: bytes) -> None:
        request_id = None
        try:
            value = read_json(line)
            request_id = id_in(value)
            request = read_request(value)
            result = self._result(request)
        except Refused as refused:
            self._send(refusal_line(request_id, refused))
            return
        self._send(result_line(request.id, result))
        if isinstance(result, Subscribed):
            self._start_stream(result)

    def _result(self, request: Request) -> BaseModel:
        future: Future[BaseModel] = Future()
        fulfil(future, lambda: answer(self._service.methods, request, self._call))
        error = future.exception()
        if error is not None:
            raise self._told(request.method, error) from error
        result = future.result()
        if isinstance(result, Subscribed) and self._stream is not None:
            raise Refused(Fault.NOT_POSSIBLE, "this connection has subscribed already")
        return result

    def _told(self, method: str, error: BaseException) -> Refused:
        match error:
            case Refused():
                return error
            case StoreError():
                self._log.error("store failed", method=method, error=str(error))
                return Refused(Fault.STORE, str(error))
            case KeycabinetError():
                return Refused(Fault.NOT_POSSIBLE, str(error))
            case _:
                # not its text: nobody knows what of the request an unforeseen error quotes
                self._log.error("method failed", method=method, kind=type(error).__name__, at=_place(error))
                return Refused(Fault.INTERNAL, f"{method} failed inside the core; the core's log says where")

    def _start_stream(self, promised: Subscribed) -> None:
        name = f"{threading.current_thread().name}-rows"
        self._stream = threading.Thread(target=self._send_rows, args=(promised,), name=name, daemon=True)
        self._stream.start()

    def _send_rows(self, promised: Subscribed) -> None:
        core = self._service.core
        try:
            for rows in rows_as_they_come(core, promised.from_seq, promised.sight, self._closed.is_set):
                directory = core.controller.directory
                self._send(
                    b"".join(notification_line("row", streamed_out(row, previous, directory)) for row, previous in rows)
                )
        except (OSError, Refused) as error:  # a StoreError is one; refused: the session is over
            self._log.warning("stream ended", why=str(error))
        finally:
            self.close()

    def _send(self, lines: bytes) -> None:
        with self._sending:
            self._link.sendall(lines)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
