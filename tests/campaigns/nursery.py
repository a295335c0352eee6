"""Processes of the product without the second that their imports take: forked from one that has imported everything.

with Nursery() as nursery:
    core = nursery.start("core", folder)
    core.send_signal(signal.SIGKILL)
    core.wait(5)

Whatever was started ends with the nursery, however that ends.
"""

import ctypes
import gc
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
PR_SET_PDEATHSIG, PR_SET_PTRACER, ANYBODY = 1, 0x59616D61, -1


class Child:
    """A process of the nursery, with what a ``subprocess.Popen`` has."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._handle = os.pidfd_open(pid)
        self._status: int | None = None

    def is_dead(self, within: float = 0.0) -> bool:
        """Whether it has come to its end, waiting so long for it."""
        return self._status is not None or bool(select.select([self._handle], [], [], within)[0])

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self.wait(0) if self.is_dead() else None

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it is dead."""
        if not self.is_dead():
            signal.pidfd_send_signal(self._handle, number)

    def wait(self, within: float) -> int:
        """How it ended: a code, or a signal as a negative number."""
        if self._status is None:
            assert self.is_dead(within), f"process {self.pid} did not end within {within} s"
            self._status = os.waitstatus_to_exitcode(self._nursery.ask(reap=self.pid)["status"])
            os.close(self._handle)
        return self._status


class Nursery:
    """The process that others are forked from; used by one thread at a time."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = {**os.environ, **(environment or {})}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.campaigns.nursery"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def start(self, kind: str, folder: Path, log: str = "", **environment: str) -> Child:
        """Start one of ``KINDS`` in this folder; what it writes goes into ``<log>.log``."""
        (folder / f"{log or kind}.log").touch()
        asked = {"start": kind, "folder": str(folder), "log": log or kind, "environment": environment}
        return Child(self, self.ask(**asked)["pid"])

    def ask(self, **asked: object) -> dict[str, Any]:
        """One question to the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


# ---- inside the process


def serve(kinds: Mapping[str, Callable[[Path], int]]) -> None:
    """Fork and reap as asked, until nobody asks any more."""
    children: set[int] = set()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            pid = os.fork() or _be(kinds[asked["start"]], asked)
            children.add(pid)
            answer = {"pid": pid}
        else:
            answer = {"status": os.waitpid(asked["reap"], 0)[1]}
            children.discard(asked["reap"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _be(work: Callable[[Path], int], asked: dict[str, Any]) -> int:
    """What the child does; never returns."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(PR_SET_PTRACER, ANYBODY)  # so that strace may attach where only a parent may trace
    folder, status = Path(asked["folder"]), 70
    try:
        log = os.open(folder / f"{asked['log']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.chdir(folder)
        os.environ.update(asked["environment"])
        status = work(folder)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 - told, and the end of this process
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    from tests.campaigns.kinds import KINDS

    serve(KINDS)
