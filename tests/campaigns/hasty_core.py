"""The core with a controller that acts before it records, for the campaigns to find."""

from pathlib import Path

from keycabinet import app
from tests.hasty import HastyController


def main(folder: Path) -> int:
    """Run it in place of the core of this folder."""
    return app.main(folder / "cabinet.toml", controller=HastyController)
