"""The worker that compares PINs, off the deciding thread: one argon2id a question, whatever the answer."""

import queue
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future

from keycabinet.credentials import Credential, Hasher
from keycabinet.domain.effects import CheckCredential, HashPin
from keycabinet.domain.events import CredentialChecked, LoginAsked, PinHashed
from keycabinet.domain.people import Pin, Terms
from keycabinet.ports import Emit, Stopping

Lookup = Callable[[str], Credential | None]
"""The credential of the person with this user code, None if nobody has it. Called in the deciding thread."""


class PinChecker:
    """Takes questions and answers them one at a time."""

    def __init__(self, hasher: Hasher, lookup: Lookup, emit: Emit) -> None:
        self._hasher, self._lookup, self._emit = hasher, lookup, emit
        self._questions: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def check(self, command: CheckCredential) -> None:
        """Queue a question; the answer is a ``CredentialChecked``. Deciding thread only."""
        credential = self._lookup(command.code)

        def answer() -> None:
            verdict = self._hasher.check(credential, command.pin)
            person, terms = (credential.person, credential.terms) if credential is not None else (None, Terms())
            self._emit(CredentialChecked(command.attempt, verdict, person, terms))

        self._questions.put(answer)

    def hash(self, command: HashPin) -> None:
        """Queue a PIN that somebody has chosen; the answer is a ``PinHashed``. Deciding thread only."""
        credential = self._lookup(command.code)

        def answer() -> None:
            digest = self._hasher.change(credential, command.pin) if credential is not None else None
            self._emit(PinHashed(command.attempt, digest))

        self._questions.put(answer)

    def run(self, stopping: Stopping) -> None:
        """Answer questions until told to stop."""
        while not stopping.is_set():
            try:
                self._questions.get(timeout=0.5)()
            except queue.Empty:
                continue


class LoginDesk:
    """Log-ins at the control socket: handed in as events, so that each is counted before its PIN is compared (R4)."""

    def __init__(self, emit: Emit, via: str) -> None:
        self._emit, self._via = emit, via
        self._waiting: dict[str, Future[str | None]] = {}
        self._one_at_a_time = threading.Lock()

    def ask(self, code: str, pin: Pin, within_s: float) -> str | None:
        """The person with this code and PIN who counts now, else None. Raises TimeoutError. Any thread but the core's.

        One log-in at a time: who types at the keypad waits for one comparison at most.
        """
        attempt, future = secrets.token_hex(8), Future[str | None]()
        if not self._one_at_a_time.acquire(timeout=within_s):
            raise TimeoutError
        try:
            self._waiting[attempt] = future
            self._emit(LoginAsked(attempt, self._via, code, pin))
            return future.result(within_s)
        finally:
            self._waiting.pop(attempt, None)
            self._one_at_a_time.release()

    def answer(self, attempt: str, person: str | None) -> None:
        """Tell whoever waits. Deciding thread only."""
        if (future := self._waiting.get(attempt)) is not None:
            future.set_result(person)
