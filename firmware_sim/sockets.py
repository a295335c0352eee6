"""Unix sockets that listen in the simulator's folder."""

import socket
from pathlib import Path


class AddressInUse(OSError):  # noqa: N818 - as the builtin names it
    """Another simulator listens there."""


def listen(path: str) -> socket.socket:
    """A socket that listens at this path, for its owner only; one that a dead simulator left there is replaced."""
    listener = socket.socket(socket.AF_UNIX)
    listener.settimeout(0)
    _remove_stale(path)
    try:
        listener.bind(path)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen at {path}: {error.strerror}") from error
    Path(path).chmod(0o600)
    listener.listen()
    return listener


def _remove_stale(path: str) -> None:
    if not Path(path).is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink()
        else:
            raise AddressInUse(f"another simulator listens at {Path(path).resolve()}: stop it first")
