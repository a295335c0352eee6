"""Cores for the campaigns about PINs: one that tells when it compares, one that forgets its counts, a patient one."""

import time
from dataclasses import replace
from pathlib import Path

from keycabinet import app
from keycabinet.controller import Controller
from keycabinet.domain.effects import CheckCredential
from keycabinet.domain.events import CredentialChecked, Verdict
from keycabinet.domain.guard import Limits

COMPARED = Path("compared")
"""A byte for each PIN that was handed to the worker, whoever was killed afterwards; of the patient one, a line with how
long the answer took (ns)."""


class TellingController(Controller):
    """Notes each PIN that it hands to the worker, as a thief with a probe would."""

    def _act(self, command):
        if isinstance(command, CheckCredential):
            with COMPARED.open("ab") as file:
                file.write(b"x")
        super()._act(command)


class ForgettingController(TellingController):
    """Counts in memory only."""

    def _record(self, cabinet, effects, facts):
        super()._record(replace(cabinet, guard=self._cabinet.guard), effects, facts)


class PatientController(Controller):
    """Never pauses and never disables, so that paths can be measured; notes how long each comparison took."""

    _asked_ns = 0

    def __init__(self, cabinet, *others):
        patient = Limits(alarm_at=1_000_000, disable_at=1_000_000, pause_at=1_000_000)
        super().__init__(replace(cabinet, limits=patient), *others)

    def handle(self, event):
        if isinstance(event, CredentialChecked):
            with COMPARED.open("a") as file:
                file.write(f"{time.monotonic_ns() - self._asked_ns}\n")
        super().handle(event)

    def _act(self, command):
        if isinstance(command, CheckCredential):
            self._asked_ns = time.monotonic_ns()
        super()._act(command)


class TelltaleController(PatientController):
    """Does not ask the worker about a code that is nobody's."""

    def _act(self, command):
        if isinstance(command, CheckCredential) and command.code not in self.directory.person_of_code:
            self._asked_ns = time.monotonic_ns()
            self._inbox.emit(CredentialChecked(command.attempt, Verdict.UNKNOWN_CODE, None))
            return
        super()._act(command)


def telling(folder: Path) -> int:
    """Run the core of this folder, and have it tell."""
    return app.main(folder / "cabinet.toml", controller=TellingController)


def forgetting(folder: Path) -> int:
    """Run one that a SIGKILL makes forget."""
    return app.main(folder / "cabinet.toml", controller=ForgettingController)


def patient(folder: Path) -> int:
    """Run one that bears any number of wrong PINs."""
    return app.main(folder / "cabinet.toml", controller=PatientController)


def telltale(folder: Path) -> int:
    """Run one that answers quickly about codes that are nobody's."""
    return app.main(folder / "cabinet.toml", controller=TelltaleController)


def compared(folder: Path) -> int:
    """How many PINs were handed to the worker of this folder's core, in all its lives."""
    file = folder / COMPARED
    return file.stat().st_size if file.exists() else 0
