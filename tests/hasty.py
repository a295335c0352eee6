"""A controller that breaks law 2, so that the tests can show that they would notice."""

from keycabinet.controller import Controller


class HastyController(Controller):
    """Energises first and records afterwards."""

    def _finish(self, cabinet, effects, facts):
        for command in effects.commands:
            self._act(command)
        self._record(cabinet, effects, facts)
        self._cabinet = cabinet
        self._show(facts)
