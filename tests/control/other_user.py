"""A client in a process of its own, as another user: gives its user and groups up, connects, asks, and ends."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CLIENT = """
import json, os, socket, sys
path, uid, gid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if uid != os.getuid():
    os.setgroups([gid]), os.setgid(uid), os.setuid(uid)
link = socket.socket(socket.AF_UNIX)
link.connect(path)
lines = link.makefile("rwb")
for request in sys.stdin.buffer:
    lines.write(request)
    lines.flush()
    answer = lines.readline()
    while b'"id"' not in answer.partition(b'"params"')[0]:
        answer = lines.readline()
    sys.stdout.buffer.write(answer)
"""


def ask_as(uid: int, gid: int, socket: Path, calls: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """The faults that this user (with this one more group) is answered with, ``""`` for a result; in order."""
    requests = [
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        for number, (method, params) in enumerate(calls)
    ]
    command = [sys.executable, "-S", "-c", CLIENT, str(socket), str(uid), str(gid)]
    done = subprocess.run(command, input="\n".join(requests) + "\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = list(map(json.loads, done.stdout.splitlines()))
    assert len(answers) == len(requests)
    return [answer["error"]["data"]["fault"] if "error" in answer else "" for answer in answers]
