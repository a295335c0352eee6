"""The publisher beside a test: as a process of its own, or in threads of the test."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from keycabinet.publisher.app import Running
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.receipts import Consumer
from keycabinet.publisher.settings import BrokerSettings, PublisherSettings
from tests.broker import HOST, Broker
from tests.publisher.fake_core import FakeCore

PROGRAM = "import sys, pathlib, keycabinet.publisher as p; sys.exit(p.main(pathlib.Path(sys.argv[1])))"
CONFIG = """\
[cabinet]
id = "mc-1"
title = "Sallyport"
timezone = "America/Chicago"
slots = 2
[store]
path = "cabinet.db"
pepper = "pepper"
[control]
socket = "{socket}"
[mqtt]
host = "127.0.0.1"
port = {port}
{mqtt}
[devices]
"""


class PublisherProcess:
    """``keycabinet mqtt`` between a core and a broker; a context manager that leaves nothing running."""

    def __init__(self, folder: Path, core: FakeCore, broker: Broker, mqtt: str = "") -> None:
        self._folder = folder
        self._config = folder / "cabinet.toml"
        self._config.write_text(CONFIG.format(socket=core.socket, port=broker.port, mqtt=mqtt))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._process is not None:
            self.kill()
        print(self.log())  # noqa: T201 - pytest shows it when the test fails

    def start(self) -> None:
        """Start the process; does not wait."""
        with (self._folder / "publisher.log").open("ab") as log:
            command = [sys.executable, "-W", "error", "-c", PROGRAM, str(self._config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self) -> float:
        """End it in order (SIGTERM); how many seconds it took."""
        began = time.monotonic()
        assert self._process is not None
        self._process.terminate()
        assert self.wait() == 0, self.log()
        return time.monotonic() - began

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        assert self._process is not None
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for its end, 10 s at most; its exit status."""
        assert self._process is not None
        status = self._process.wait(10)
        self._process = None
        return status

    def log(self) -> str:
        """What it has written."""
        return (self._folder / "publisher.log").read_text()


@contextmanager
def a_publisher(core: FakeCore, broker: Broker, limits: Limits, consumers: tuple[Consumer, ...] = ()) -> Iterator[None]:
    """The publisher in threads of the test itself; at its end, nothing of it may have failed."""
    failures: list[Exception] = []
    settings = PublisherSettings("mc-1", core.socket, BrokerSettings(HOST, broker.port, "keycabinet-mc-1"), consumers)
    running = Running(settings, limits, failures.append)
    running.start()
    try:
        yield
    finally:
        running.stop()
    assert failures == []
