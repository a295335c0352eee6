"""What becomes durable together."""

from dataclasses import dataclass

from keycabinet.credentials import Credential
from keycabinet.domain.books import Books
from keycabinet.domain.bounds import Bounds
from keycabinet.domain.directory import Right
from keycabinet.domain.effects import ChosenPin
from keycabinet.domain.entries import Entry
from keycabinet.domain.guard import Guard
from keycabinet.domain.rings import Ring
from keycabinet.store.commitments import Enrolment


@dataclass(frozen=True)
class Change:
    """Everything that becomes durable in one transaction, or not at all.

    ``before`` is what the store holds. People and rings with known ids are replaced; rights, bounds and the counters of
    wrong PINs are replaced as a whole, unless None.
    """

    entries: tuple[Entry, ...]
    before: Books
    after: Books
    people: tuple[Enrolment, ...] = ()
    rings: tuple[Ring, ...] = ()
    rights: frozenset[Right] | None = None
    credentials: tuple[Credential, ...] = ()
    retired: tuple[str, ...] = ()
    """Ids of rings that are no more."""
    erases: bool = False
    """Whether what it overwrites is to be found in no part of the store any more."""
    bounds: Bounds | None = None
    guard: Guard | None = None
    chosen: tuple[ChosenPin, ...] = ()
    """PINs that their owners chose, under the salts and beside the PINs for duress that they have."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        enrolled = self.people or self.rings or self.credentials or self.retired or self.chosen
        ruled = self.rights is not None or self.bounds is not None or self.guard is not None
        return not (self.entries or enrolled or ruled) and self.before == self.after
