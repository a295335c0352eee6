"""Who uses the cabinet. Inmates and detainees have no class here: they can never be enrolled (R11)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique


@dataclass(frozen=True, slots=True)
class Pin:
    """Digits that somebody typed or was given. Shows itself nowhere (law 10); ``digits`` is for the hash alone."""

    digits: str = field(default="", repr=False)

    def then(self, digit: str) -> "Pin":
        """These digits and one more."""
        return Pin(self.digits + digit)

    def __len__(self) -> int:
        """How many digits."""
        return len(self.digits)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a person has a PIN: shut by an administrator, good until then (UTC), to be changed at first use."""

    disabled: bool = False
    expires_at: datetime | None = None
    must_change: bool = False


@unique
class LoginMode(Enum):
    """What a person shows at the keypad beside the PIN: a user code that is typed, a badge, or either of them (R7)."""

    PIN = "pin"
    BADGE_PIN = "badge_pin"
    EITHER = "either"


@unique
class PersonClass(Enum):
    """Employment of a person (R8)."""

    PROBATIONARY = "probationary"
    MERIT = "merit"
    INTERMITTENT = "intermittent"
    VOLUNTEER = "volunteer"
    CONTRACT = "contract"
    ON_CALL = "on_call"
    SEASONAL = "seasonal"
    CONTRACTOR = "contractor"
    VISITOR = "visitor"


@unique
class Role(Enum):
    """What a person may do beyond taking rings."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    WATCH_COMMANDER = "watch_commander"
    SECURITY_ELECTRONICS_ADMINISTRATOR = "security_electronics_administrator"
    SUPERINTENDENT_OF_SECURITY = "superintendent_of_security"
    SAFETY_OFFICER = "safety_officer"
    UNIT_MANAGER = "unit_manager"
    PUBLIC_WORKS = "public_works"
    KEY_OFFICE = "key_office"


COMMANDERS = frozenset({Role.WATCH_COMMANDER, Role.SUPERINTENDENT_OF_SECURITY})
"""Who commands at the cabinet: releases disabled codes (R4), acknowledges alarms. No administrator does."""
SUPERVISORS = COMMANDERS | {Role.SUPERVISOR, Role.UNIT_MANAGER}
"""Who may be the second person for it."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a user code. ``id`` is opaque and is all that the ledger says in clear."""

    id: str
    code: str
    name: str
    person_class: PersonClass
    role: Role = Role.STAFF
    groups: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    suspended: bool = False
    badge: str | None = None
    """The tag of the person's badge, as readers answer it."""
