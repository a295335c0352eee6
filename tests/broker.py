"""A real Mosquitto beside a test, on a free port of the loopback, in a folder of its own.

with Broker() as broker:
    connect("127.0.0.1", broker.port)
    broker.kill()   # as a pulled plug
    broker.start()  # the same port, the same folder
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.waiting import wait_until

HOST = "127.0.0.1"
ANYBODY = "allow_anonymous true"
WITHIN_S = 10.0


class Broker:
    """A Mosquitto process; a context manager that leaves nothing running and no folder.

    ``config`` is added to the listener's lines; ``{folder}`` in it is the folder, where ``files`` are.
    With ``remembers``, what is retained or queued outlives ``kill`` once ``save`` was called.
    """

    def __init__(self, config: str = ANYBODY, *, remembers: bool = False, files: dict[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kc-broker-"))
        self.port = _free_port()
        for name, text in (files or {}).items():
            self.write(name, text)
        lines = [f"listener {self.port} {HOST}", f"user {pwd.getpwuid(os.getuid()).pw_name}", "log_type all"]
        lines += ["max_queued_messages 1000000"]  # a test that is slow to listen has to hear everything all the same
        lines += [f"persistence {str(remembers).lower()}", f"persistence_location {self.folder}/"]
        self.write("mosquitto.conf", "\n".join([*lines, config.format(folder=self.folder)]) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, name: str, text: str) -> None:
        """Put a file into the folder; one that Mosquitto has read counts again after ``reload``."""
        file = self.folder / name
        file.write_text(text)
        file.chmod(0o600)

    def start(self) -> None:
        """Start the process and wait until it accepts connections."""
        command = _mosquitto()
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [command, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log, cwd=self.folder
            )
        wait_until(self._accepts, WITHIN_S, "Mosquitto's accepting connections")

    def stop(self) -> None:
        """End the process in order (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process without a word (SIGKILL): no last wills, nothing saved."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop the process in the middle of whatever it does (SIGSTOP): a line that is open and dead."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self._signal(signal.SIGCONT)

    def reload(self) -> None:
        """Have the access rules read again (SIGHUP), and wait until they are."""
        before = self.log().count("Reloading config")
        self._signal(signal.SIGHUP)
        wait_until(
            lambda: self.log().count("Reloading config") > before, WITHIN_S, "the broker's reading its files again"
        )

    def save(self) -> None:
        """Have everything that is to be remembered written now (SIGUSR1), and wait until it is."""
        stored = self.folder / "mosquitto.db"
        stored.unlink(missing_ok=True)
        self._signal(signal.SIGUSR1)
        wait_until(stored.exists, WITHIN_S, "the broker's saving")

    def log(self) -> str:
        """What Mosquitto has written."""
        return (self.folder / "broker.log").read_text()

    def close(self) -> None:
        """End the process, whatever its state, and remove the folder."""
        try:
            if self._process is not None:
                self.kill()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: int) -> None:
        assert self._process is not None, "the broker does not run"
        self._process.send_signal(number)

    def _end(self, number: int) -> None:
        assert self._process is not None, "the broker does not run"
        self._process.send_signal(number)
        self._process.wait(WITHIN_S)
        self._process = None

    def _accepts(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"Mosquitto ended: {self.log()}")
        try:
            socket.create_connection((HOST, self.port), WITHIN_S).close()
        except ConnectionRefusedError:
            return False
        return True


def _mosquitto() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    assert found is not None, "Mosquitto is not installed, and these tests need it: sudo apt install mosquitto"
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
