"""Where the token of a session is kept between two commands: one file for each cabinet, for nobody else to read."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from keycabinet.errors import ConfigError

_PRIVATE = 0o077
"""What nobody else may have of folder and file."""
_LONGEST = 200


class TokenFile:
    """The token for the cabinet that answers at a socket. It is as good as a PIN, for as long as the session lasts."""

    def __init__(self, socket: Path, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._name = f"session-{hashlib.sha256(os.fsencode(socket.absolute())).hexdigest()[:16]}"

    def read(self) -> str | None:
        """The token; None if there is none, or none that only we could have put there."""
        try:
            descriptor = os.open(self._folder() / self._name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (OSError, ConfigError):
            return None
        with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
            ours = _is_ours(os.fstat(file.fileno()))
            return file.read(_LONGEST).strip() or None if ours else None

    def write(self, token: str) -> None:
        """Keep this token instead of the one before. Raises ConfigError if there is no folder that is ours alone."""
        folder = self._folder()
        try:
            descriptor, unfinished = tempfile.mkstemp(prefix=".session-", dir=folder)  # mode 0600
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(token + "\n")
            os.replace(unfinished, folder / self._name)  # noqa: PTH105 - a name, not a Path
        except OSError as error:
            raise ConfigError(f"the session cannot be kept in {folder}: {error.strerror}") from error

    def forget(self) -> None:
        """Remove the token, if there is one."""
        with suppress(OSError, ConfigError):
            (self._folder() / self._name).unlink()

    def _folder(self) -> Path:
        """The folder ``keycabinet`` of the runtime directory, else one of our own among the temporary files."""
        return _ours(self._runtime_directory())

    def _runtime_directory(self) -> Path:
        if named := self._environment.get("XDG_RUNTIME_DIR"):
            return _existing(Path(named)) / "keycabinet"
        usual = Path(f"/run/user/{os.geteuid()}")
        if usual.is_dir():
            return _existing(usual) / "keycabinet"
        return Path(tempfile.gettempdir()) / f"keycabinet-{os.geteuid()}"


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigError(f"XDG_RUNTIME_DIR names {folder}, which is no folder")
    return _ours(folder)


def _ours(folder: Path) -> Path:
    """This folder, made if need be. Raises ConfigError unless it is ours and closed to everybody else."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
    except OSError as error:
        raise ConfigError(f"no session can be kept in {folder}: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode) or not _is_ours(found):
        raise ConfigError(f"no session is kept in {folder}: it must be a folder of yours with mode 0700")
    return folder


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & _PRIVATE
