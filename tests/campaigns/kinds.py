"""What a nursery can start."""

from collections.abc import Callable, Mapping
from pathlib import Path

from keycabinet import app, publisher
from tests.campaigns import hasty_core, odd_cores, workday


def _core(folder: Path) -> int:
    return app.main(folder / "cabinet.toml")


def _mqtt(folder: Path) -> int:
    return publisher.main(folder / "cabinet.toml")


KINDS: Mapping[str, Callable[[Path], int]] = {
    "core": _core,
    "hasty": hasty_core.main,
    "telling": odd_cores.telling,
    "forgetting": odd_cores.forgetting,
    "patient": odd_cores.patient,
    "telltale": odd_cores.telltale,
    "mqtt": _mqtt,
    "workday": workday.main,
}
