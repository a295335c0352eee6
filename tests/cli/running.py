"""The command line, run as people run it."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from keycabinet.cli.main import app
from tests.control.house import House

PROGRAM = Path(sys.executable).with_name("keycabinet")


def config_of(house: House) -> str:
    """The configuration that names the socket of this house."""
    return str(house.socket.with_name("cabinet.toml"))


def keycabinet(house: House, *words: str, typed: str | None = None, **environment: str) -> Result:
    """Run a command against the core of this house; standard output is no terminal unless FORCE_COLOR says so."""
    return CliRunner().invoke(app, [*words, "--config", config_of(house)], input=typed, env=environment)


def process(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own."""
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False)


def at_a_terminal(house: House, *words: str, answers: Mapping[str, str], **environment: str) -> str:
    """Run a command at a terminal of its own, and answer what it asks; all that the terminal showed."""
    ours, its = pty.openpty()
    opening = (
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-c", opening, str(PROGRAM), *words, "--config", config_of(house)]
    running = subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, start_new_session=True, env={**os.environ, **environment}
    )
    os.close(its)
    shown = ""
    try:
        for question, answer in answers.items():
            shown += _until(ours, question)
            os.write(ours, f"{answer}\n".encode())
        return shown + _until(ours, None)
    finally:
        running.wait(30)
        os.close(ours)


def _until(terminal: int, question: str | None) -> str:
    """What a terminal shows until it asks this; without a question, until the end."""
    shown = ""
    while question is None or f"{question}: " not in shown:
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # the command has ended
            assert question is None, shown
            return shown
    return shown
