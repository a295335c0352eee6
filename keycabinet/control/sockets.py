"""The socket file: made for the core's group, taken over from a dead core, never from a living one."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keycabinet.control.address import address
from keycabinet.errors import KeycabinetError

MODE = 0o660


class SocketTaken(KeycabinetError, OSError):  # noqa: N818 - what the path is
    """The control socket cannot be made at its path; the message says who or what is in the way."""


def listen(path: Path, backlog: int) -> socket.socket:
    """A socket that listens at this path with mode 0660. Raises SocketTaken."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        with _alone_in(path.parent):
            _clear(path)
            with address(path) as where:
                listener.bind(where)
            path.chmod(MODE)  # in time: nobody can connect before listen()
            listener.listen(backlog)
    except SocketTaken:
        listener.close()
        raise
    except OSError as error:
        listener.close()
        raise SocketTaken(f"the control socket {path} cannot be made: {error.strerror or error}") from error
    return listener


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two cores that start at once look at the socket one after the other."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _clear(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_socket():
        raise SocketTaken(f"{path} is in the way of the control socket: it is not a socket")
    with socket.socket(socket.AF_UNIX) as probe, address(path) as where:
        try:
            probe.connect(where)
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise SocketTaken(f"another core answers at {path}: stop it first")
