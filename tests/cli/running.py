"""The command line, run as people run it."""

import subprocess
import sys
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
