"""An import made ready away from the deciding thread, and handed over there.

``prepared = prepare(...)`` takes seconds for thousands of people. Then, in the deciding thread:
``controller.enrol(*prepared.onto(controller.directory))``. Nobody is given a PIN by it: each costs a slow hash, and a
list of thousands of PINs that is lost on its way to the paper could not be had again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keycabinet.config.faults import FaultsFound
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Entry, RingEnrolled
from keycabinet.errors import ConfigError
from keycabinet.roster.files import Files
from keycabinet.roster.plan import Plan, Site, plan
from keycabinet.store import Change, Enrolment, bounds_changed, rights_changed


@dataclass(frozen=True)
class Prepared:
    """An import that can be committed, as long as the directory is the one that it was planned with."""

    plan: Plan
    change: Change
    """Its books are worked out by whoever commits it."""

    def onto(self, current: Directory) -> tuple[Directory, Change]:
        """The new directory, and the change that makes it. Raises ConfigError if the directory changed meanwhile."""
        if current is not self.plan.before and current != self.plan.before:
            raise ConfigError("people, rings or rights were changed while the import was prepared: import again")
        return self.plan.directory, self.change


def prepare(directory: Directory, files: Files, site: Site, actor: str | None, new_id: Callable[[], str]) -> Prepared:
    """The import of these files by this person (an id). Raises FaultsFound with every fault of the files."""
    planned = plan(directory, files, site, new_id)
    if not isinstance(planned, Plan):
        raise FaultsFound(planned)
    people = tuple(Enrolment.of(person) for person in planned.people)
    change = Change(
        entries=tuple(_entries(planned, people, actor)),
        before=Books(),
        after=Books(),
        people=people,
        rings=planned.rings,
        rights=planned.rights,
        bounds=planned.bounds,
    )
    return Prepared(planned, change)


def _entries(planned: Plan, people: tuple[Enrolment, ...], actor: str | None) -> list[Entry]:
    entries: list[Entry] = [enrolment.entry(actor) for enrolment in people]
    entries += [RingEnrolled(ring.id, ring.home_slot, actor) for ring in planned.rings]
    if planned.rights is not None:
        entries.append(rights_changed(planned.rights, actor))
    if planned.bounds is not None:
        entries.append(bounds_changed(planned.bounds, actor))
    return entries
