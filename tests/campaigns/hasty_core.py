"""A core that breaks law 2, so that the campaigns can show that they would notice: it acts, and records afterwards."""

from pathlib import Path

from keycabinet import app
from keycabinet.controller import Controller


class HastyController(Controller):
    """Energises first and records afterwards."""

    def _finish(self, cabinet, effects, facts):
        for command in effects.commands:
            self._act(command)
        self._record(cabinet, effects, facts)
        self._cabinet = cabinet
        self._show(facts)


def main(folder: Path) -> int:
    """Run it in place of the core of this folder."""
    return app.main(folder / "cabinet.toml", controller=HastyController)
