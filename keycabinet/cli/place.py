"""Where the core answers: a client needs to know no more of the configuration."""

from pathlib import Path

from keycabinet.config import FaultsFound, locate
from keycabinet.config.source import Source

_FIELD = ("control", "socket")


def socket_path(option: Path | None) -> Path:
    """The control socket that the configuration names. Raises FaultsFound if there is no such file or setting."""
    file = locate(option)
    source = Source.read(file)
    written = source.value(_FIELD)
    if not isinstance(written, str):
        raise FaultsFound([source.fault(_FIELD, "missing", "a path")])
    return file.parent / written
