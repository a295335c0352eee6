"""Which rows of the ledger somebody may see: by the part of the process and the role of the person behind it."""

import json
from dataclasses import dataclass, replace

from keycabinet.control.peers import Kind, Sealed
from keycabinet.domain.duties import IN_COMMAND
from keycabinet.domain.entries import Visibility
from keycabinet.domain.people import Role
from keycabinet.store import Row

DURESS = "duress"

_OPEN = frozenset({Visibility.OPEN})
_COMMAND = _OPEN | {Visibility.COMMAND}
_ALL = frozenset(Visibility)


@dataclass(frozen=True, slots=True)
class Sight:
    """The visibilities that are seen; with ``duress_only``, of sealed rows only those about duress."""

    visibilities: frozenset[Visibility]
    duress_only: bool = False

    def only(self, *, sealed: bool) -> "Sight":
        """The same for sealed rows alone, or for the rest."""
        wanted = _ALL - _COMMAND if sealed else _COMMAND
        return replace(self, visibilities=self.visibilities & wanted)

    def shows(self, row: Row) -> bool:
        """Whether this row is seen."""
        if row.visibility not in self.visibilities:
            return False
        return row.visibility is not Visibility.SEALED or not self.duress_only or _is_duress(row)


def visible_to(peer: Kind, role: Role | None, sealed: Sealed = Sealed.DURESS) -> Sight:
    """What a process of this part sees for a person of this role (None: nobody is logged in).

    ``mqtt`` publishes what is open and for command, and of what is sealed as much as the site says; it has no person.
    """
    if peer is Kind.MQTT:
        return Sight(_COMMAND if sealed is Sealed.NONE else _ALL, duress_only=sealed is Sealed.DURESS)
    return Sight(_ALL if role in IN_COMMAND else _OPEN)


def _is_duress(row: Row) -> bool:
    return DURESS in row.type.split(".") or json.loads(row.body).get("kind") == DURESS
