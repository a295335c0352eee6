"""The control socket: accepts clients, and leaves neither thread nor file when it stops."""

import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from keycabinet.control.connection import Connection, Limits, Service
from keycabinet.control.core import Core
from keycabinet.control.methods import METHODS, Method
from keycabinet.control.peers import Peer, Peers
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.rpc import refusal_line
from keycabinet.control.sessions import Sessions
from keycabinet.control.sockets import listen

log = structlog.get_logger(__name__)

PAUSE_S = 0.5
STOP_WITHIN_S = 5.0


class Server:
    """Serves a core at a path, with one thread for each client."""

    def __init__(
        self,
        path: Path,
        core: Core,
        methods: Mapping[str, Method[Any, Any]] = METHODS,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        peers: Peers = Peers(),  # noqa: B008 - a frozen value
    ) -> None:
        self._path = path
        self._service = Service(core, Sessions(), methods, limits, peers.sealed)
        self._peers = peers
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._clients: dict[Connection, threading.Thread] = {}
        self._listener: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._served = 0

    def __enter__(self) -> Self:
        """Start. Raises SocketTaken."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Listen, and serve whoever comes. Raises SocketTaken."""
        self._listener = listen(self._path, self._service.limits.clients)
        self._accepting = threading.Thread(target=self._accept, args=(self._listener,), name="control", daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Remove the socket, hang up on everyone and wait for their threads; does nothing where it was not started."""
        if self._listener is None or self._accepting is None:
            return
        self._stopping.set()
        self._path.unlink(missing_ok=True)
        self._listener.shutdown(socket.SHUT_RDWR)
        self._join(self._accepting)
        self._listener.close()
        with self._lock:
            clients = dict(self._clients)
        for connection in clients:
            connection.close()
        for thread in clients.values():
            self._join(thread)
        self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                link, _ = listener.accept()
            except OSError as error:
                if not self._stopping.is_set():
                    log.warning("no client can be accepted", error=str(error))
                    self._stopping.wait(PAUSE_S)
            else:
                self._welcome(link, self._peers.peer_of(link))

    def _welcome(self, link: socket.socket, peer: Peer) -> None:
        with self._lock:
            if self._stopping.is_set() or len(self._clients) >= self._service.limits.clients:
                log.warning("client refused", pid=peer.pid, uid=peer.uid, clients=len(self._clients))
                _turn_away(link, self._service.limits.clients)
                return
            self._served += 1
            connection = Connection(link, peer, self._service)
            name = f"control-{self._served}"
            thread = threading.Thread(target=self._serve, args=(connection,), name=name, daemon=True)
            self._clients[connection] = thread
        thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                del self._clients[connection]

    def _join(self, thread: threading.Thread) -> None:
        thread.join(STOP_WITHIN_S)
        if thread.is_alive():
            log.error("thread does not stop", thread=thread.name)


def _turn_away(link: socket.socket, most: int) -> None:
    with link:
        link.settimeout(0)
        try:
            link.send(refusal_line(None, Refused(Fault.BUSY, f"{most} clients are connected, there is no room")))
        except OSError:
            log.debug("client left before it was told")
