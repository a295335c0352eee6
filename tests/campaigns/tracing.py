"""strace on one thread of a running process: to kill it at its N-th system call of a kind, or to make calls slow."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import Late

ATTACH_S = 5.0


@contextmanager
def traced(pid: int, thread: int, *injects: str) -> Iterator[None]:
    """Inject these into the process's thread of this number (in the order of their start) until the block ends."""
    task = sorted(int(each.name) for each in Path(f"/proc/{pid}/task").iterdir())[thread]
    calls = ",".join(each.split(":", maxsplit=1)[0] for each in injects)
    options = [option for each in injects for option in ("-e", f"inject={each}")]
    command = ["strace", "-qq", "-p", str(task), "-e", f"trace={calls}", *options, "-o", "/dev/null"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as tracer:
        try:
            _wait_until_attached(tracer, Path(f"/proc/{pid}/task/{task}/status"))
            yield
        finally:
            tracer.terminate()


def _wait_until_attached(tracer: "subprocess.Popen[bytes]", status: Path) -> None:
    deadline = time.monotonic() + ATTACH_S
    while f"TracerPid:\t{tracer.pid}\n" not in _read(status):
        assert tracer.poll() is None or not _read(status), "strace cannot attach: is ptrace forbidden here?"
        if time.monotonic() >= deadline:
            raise Late(f"strace did not attach within {ATTACH_S} s")
        if not _read(status):
            return
        time.sleep(0.002)


def _read(status: Path) -> str:
    try:
        return status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
