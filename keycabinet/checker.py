"""The worker that compares PINs, off the deciding thread: one argon2id a question, whatever the answer."""

import queue
from collections.abc import Callable
from concurrent.futures import Future

from keycabinet.credentials import Credential, Hasher
from keycabinet.domain.effects import CheckCredential
from keycabinet.domain.events import CredentialChecked, Verdict
from keycabinet.domain.people import Pin
from keycabinet.ports import Emit, Stopping

Lookup = Callable[[str], Credential | None]
"""The credential of the person with this user code, None if nobody has it. Called in the deciding thread."""


class PinChecker:
    """Takes questions from the keypad and from the control socket, and answers them one at a time."""

    def __init__(self, hasher: Hasher, lookup: Lookup, emit: Emit) -> None:
        self._hasher, self._lookup, self._emit = hasher, lookup, emit
        self._questions: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def check(self, command: CheckCredential) -> None:
        """Queue a question of the keypad; the answer is a ``CredentialChecked``. Deciding thread only."""
        credential = self._lookup(command.code)

        def answer() -> None:
            verdict = self._hasher.check(credential, command.pin)
            person = credential.person if credential is not None else None
            self._emit(CredentialChecked(command.attempt, verdict, person))

        self._questions.put(answer)

    def ask(self, code: str, pin: Pin) -> "Future[tuple[Verdict, str | None]]":
        """Queue a question of the control socket; the answer is as in ``CredentialChecked``. Deciding thread only."""
        credential, future = self._lookup(code), Future[tuple[Verdict, str | None]]()

        def answer() -> None:
            verdict = self._hasher.check(credential, pin)
            future.set_result((verdict, credential.person if credential is not None else None))

        self._questions.put(answer)
        return future

    def run(self, stopping: Stopping) -> None:
        """Answer questions until told to stop."""
        while not stopping.is_set():
            try:
                self._questions.get(timeout=0.5)()
            except queue.Empty:
                continue
