"""Which process is at the other end of a unix socket, as the kernel knows it."""

import socket
import struct
from dataclasses import dataclass

_UCRED = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Peer:
    """A process at the time when it connected."""

    pid: int
    uid: int
    gid: int


def peer_of(link: socket.socket) -> Peer:
    """Who connected. Raises OSError if the socket is gone."""
    return Peer(*_UCRED.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)))
