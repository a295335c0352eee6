"""PINs: drawn at random, hashed with a secret kept apart from the database, compared in one time whatever is found."""

import hmac
import os
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Pin, Terms
from keycabinet.domain.pins import is_trivial
from keycabinet.errors import ConfigError

DIGEST_BYTES = 32
SALT_BYTES = 16
PEPPER_BYTES = 32
LEAST_PEPPER_BYTES = 16


@dataclass(frozen=True, slots=True)
class Params:
    """The cost of one hash; as text ``m=19456,t=2,p=1``."""

    memory_kib: int
    passes: int
    lanes: int

    def __str__(self) -> str:
        """The text that ``parse`` reads."""
        return f"m={self.memory_kib},t={self.passes},p={self.lanes}"

    @classmethod
    def parse(cls, text: str) -> "Params":
        """The cost that this text names. Raises ConfigError."""
        found = re.fullmatch(r"m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,3})", text)
        if found is None:
            raise ConfigError(f"a hash cannot cost {text!r}, expected it as {FLOOR}")
        return cls(*map(int, found.groups()))

    @property
    def in_words(self) -> str:
        """For people."""
        return f"argon2id with {self.memory_kib / 1024:.0f} MiB, {self.passes} passes"


FLOOR = Params(memory_kib=19 * 1024, passes=2, lanes=1)
"""The least that a site may choose, and what it gets unless it chooses more."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a PIN is compared with. Without a duress PIN, ``duress_digest`` is random and matches nothing."""

    person: str
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    duress_digest: bytes = field(repr=False)
    memory_kib: int
    passes: int
    lanes: int
    terms: Terms = Terms()
    issued_at: datetime | None = None

    @property
    def cost(self) -> Params:
        """What one hash with it costs."""
        return Params(self.memory_kib, self.passes, self.lanes)

    @classmethod
    def absent(cls, person: str) -> "Credential":
        """Stands for a person who has a code and was given no PIN: nothing to compare."""
        return cls(person, b"", b"", b"", FLOOR.memory_kib, FLOOR.passes, FLOOR.lanes)


class Derive(Protocol):
    """A slow hash: 32 bytes from a secret, a salt and a cost."""

    def __call__(self, secret: bytes, salt: bytes, params: Params) -> bytes:
        """The digest."""
        ...


def argon2id(secret: bytes, salt: bytes, params: Params) -> bytes:
    """Argon2id, version 1.3."""
    return hash_secret_raw(
        secret, salt, params.passes, params.memory_kib, params.lanes, DIGEST_BYTES, Type.ID, ARGON2_VERSION
    )


class Hasher:
    """Issues credentials and checks PINs against them. Stateless between calls; a check takes tens of milliseconds."""

    def __init__(self, pepper: bytes, params: Params = FLOOR, derive: Derive = argon2id) -> None:
        if len(pepper) < LEAST_PEPPER_BYTES:
            raise ConfigError(f"the pepper has {len(pepper)} bytes, at least {LEAST_PEPPER_BYTES} are needed")
        if params.memory_kib < FLOOR.memory_kib or params.passes < FLOOR.passes or params.lanes < FLOOR.lanes:
            raise ConfigError(f"{params} hashes PINs too cheaply, at least {FLOOR} is needed")
        self._pepper = pepper
        self._params = params
        self._derive = derive
        self._nobody = self._credential("", secrets.token_bytes(DIGEST_BYTES), secrets.token_bytes(SALT_BYTES))

    def issue(self, person: str, pin: Pin) -> Credential:
        """A credential for this PIN, with a fresh salt and no duress PIN."""
        salt = secrets.token_bytes(SALT_BYTES)
        return self._credential(person, self._digest(pin, salt, self._params), salt)

    def change(self, credential: Credential, pin: Pin) -> bytes | None:
        """The digest of a PIN that its owner has chosen, beside the same duress PIN (so under the same salt and cost).

        None if it is the PIN for duress already, or the one that it is to replace.
        """
        digest = self._digest(pin, credential.salt, credential.cost)
        known = hmac.compare_digest(digest, credential.digest), hmac.compare_digest(digest, credential.duress_digest)
        return None if any(known) else digest

    def check(self, credential: Credential | None, pin: Pin) -> Verdict:
        """What a PIN is worth against a credential (None: nobody has the code), by one hash and two compares always."""
        against = credential if credential is not None and credential.salt else self._nobody
        found = self._digest(pin, against.salt, against.cost)
        normal = hmac.compare_digest(found, against.digest)
        duress = hmac.compare_digest(found, against.duress_digest)
        if credential is None:
            return Verdict.UNKNOWN_CODE
        if not credential.salt:
            return Verdict.NO_CREDENTIAL
        if normal:
            return Verdict.RIGHT
        return Verdict.DURESS if duress else Verdict.WRONG_PIN

    def _digest(self, pin: Pin, salt: bytes, params: Params) -> bytes:
        return self._derive(hmac.digest(self._pepper, pin.digits.encode(), "sha256"), salt, params)

    def _credential(self, person: str, digest: bytes, salt: bytes) -> Credential:
        filler = secrets.token_bytes(DIGEST_BYTES)
        cost = self._params
        return Credential(person, salt, digest, filler, cost.memory_kib, cost.passes, cost.lanes)


def draw_pin(digits: int, choice: Callable[[str], str] = secrets.choice) -> Pin:
    """A random PIN that is not trivial. Raises ConfigError unless it has 4 to 12 digits (R3)."""
    if not 4 <= digits <= 12:
        raise ConfigError(f"a PIN has 4 to 12 digits, not {digits}")
    while True:
        pin = Pin("".join(choice("0123456789") for _ in range(digits)))
        if not is_trivial(pin):
            return pin


def load_pepper(path: Path) -> bytes:
    """The pepper in this file: at least 16 bytes in hex. Raises ConfigError that says what is wrong with it."""
    try:
        with path.open(encoding="ascii") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(1024).strip()
    except OSError as error:
        raise ConfigError(f"the pepper {path} cannot be read: {error.strerror}; `keycabinet init` makes one") from error
    except UnicodeDecodeError:
        raise ConfigError(f"the pepper {path} is not hex") from None
    if mode & 0o077:
        raise ConfigError(f"the pepper {path} has mode {mode:04o} and others can reach it: chmod 600 {path}")
    if not re.fullmatch(r"([0-9a-fA-F]{2})*", text) or len(text) < 2 * LEAST_PEPPER_BYTES:
        raise ConfigError(f"the pepper {path} is not at least {LEAST_PEPPER_BYTES} bytes in hex")
    return bytes.fromhex(text)


def make_pepper(path: Path) -> None:
    """Write a random pepper with mode 0600. Raises ConfigError if the file exists: without the old one no PIN fits."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise ConfigError(f"the pepper {path} cannot be made: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(PEPPER_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
