"""Separation of duties: who may do what to whom. One table, and every pair in it is tested.

Whoever may grant something may not grant it to themselves; and nobody shuts out those who are above them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from keycabinet.domain.people import COMMANDERS, Person, Role

ADMINISTRATORS = frozenset({Role.SECURITY_ELECTRONICS_ADMINISTRATOR})
IN_COMMAND = COMMANDERS | ADMINISTRATORS
"""Who is told what only command sees, attends to alarms at the control socket, and suspends others."""
OVERSEERS = IN_COMMAND | {Role.SUPERVISOR, Role.UNIT_MANAGER, Role.KEY_OFFICE}
"""Who may look at the lists of people and rings."""
_ABOVE_THE_WATCH = IN_COMMAND - {Role.WATCH_COMMANDER}


@unique
class Act(Enum):
    """What one person does to another, or to themselves."""

    ENROL = "enrol"
    CHANGE_NAME = "change_name"
    CHANGE_CLASS = "change_class"
    CHANGE_ROLE = "change_role"
    CHANGE_GROUPS = "change_groups"
    CHANGE_VALIDITY = "change_validity"
    CHANGE_OTHER = "change_other"
    SUSPEND = "suspend"
    RESUME = "resume"
    LEAVE = "leave"
    BLANK = "blank"
    ISSUE_PIN = "issue_pin"
    DISABLE_PIN = "disable_pin"


@unique
class Hindrance(Enum):
    """Why somebody may not do it."""

    ROLE = "role"
    ONESELF = "oneself"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Duty:
    """Who may do it; whether also to themselves."""

    roles: frozenset[Role] = ADMINISTRATORS
    oneself: bool = False


DUTIES: Mapping[Act, Duty] = {
    Act.ENROL: Duty(),
    Act.CHANGE_NAME: Duty(oneself=True),
    Act.CHANGE_CLASS: Duty(),
    Act.CHANGE_ROLE: Duty(),
    Act.CHANGE_GROUPS: Duty(),
    Act.CHANGE_VALIDITY: Duty(),
    Act.CHANGE_OTHER: Duty(),
    Act.SUSPEND: Duty(IN_COMMAND),
    Act.RESUME: Duty(),
    Act.LEAVE: Duty(),
    Act.BLANK: Duty(),
    Act.ISSUE_PIN: Duty(),
    Act.DISABLE_PIN: Duty(),
}


def hindrance(actor: Person, act: Act, subject: Person) -> Hindrance | None:
    """Why this person may not do this to that one; None if they may (R2, R8, R9)."""
    duty = DUTIES[act]
    if actor.role not in duty.roles:
        return Hindrance.ROLE
    if actor.id == subject.id and not duty.oneself:
        return Hindrance.ONESELF
    if actor.role is Role.WATCH_COMMANDER and subject.role in _ABOVE_THE_WATCH:
        return Hindrance.ABOVE
    return None
