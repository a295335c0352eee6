"""PINs that are given to people: drawn, hashed, and stamped with the terms of the site (R2, R3)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from keycabinet.credentials import Credential, Hasher, draw_pin
from keycabinet.domain.people import Pin, Terms
from keycabinet.domain.pins import PinRules


@dataclass(frozen=True)
class Issuer:
    """Takes a slow hash or two a call; for any thread."""

    hasher: Hasher
    rules: PinRules
    now: Callable[[], datetime]

    def issue(self, person: str, pin: Pin) -> Credential:
        """A credential of this person for this PIN, without a PIN for duress."""
        issued = self.now()
        terms = Terms(expires_at=self.rules.expiry(issued), must_change=self.rules.first_use_change)
        return replace(self.hasher.issue(person, pin), terms=terms, issued_at=issued)

    def draw(self, person: str) -> tuple[Pin, Credential]:
        """A new PIN for this person."""
        pin = draw_pin(self.rules.digits)
        return pin, self.issue(person, pin)

    def draw_duress(self, credential: Credential) -> tuple[Pin, bytes]:
        """A PIN for duress beside the other one, and its digest under the same salt: never the same PIN."""
        while True:
            pin = draw_pin(self.rules.digits)
            digest = self.hasher.change(credential, pin)
            if digest is not None:
                return pin, digest
