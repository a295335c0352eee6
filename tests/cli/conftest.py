"""A core with its control socket, and a configuration that names it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.control.house import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A core that has started and waits for its devices; ``cabinet.toml`` is beside its socket."""
    (tmp_path / "cabinet.toml").write_text('[control]\nsocket = "control.sock"\n', encoding="utf-8")
    with capture_logs(), open_house(tmp_path) as opened:  # the log of the core is not what the command prints
        yield opened
