"""An import made ready away from the deciding thread, and handed over there.

``prepared = prepare(...)`` takes seconds to minutes: each new person costs one slow hash (measured on a desktop: 25 ms,
so four minutes for 10,000; a Raspberry Pi is slower). Then, in the deciding thread:
``controller.enrol(*prepared.onto(controller.directory))``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keycabinet.config.faults import FaultsFound
from keycabinet.credentials import Credential, draw_pin
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Entry, PinIssued, RingEnrolled
from keycabinet.domain.people import Person, Pin
from keycabinet.errors import ConfigError
from keycabinet.roster.files import Files
from keycabinet.roster.plan import Plan, Site, plan
from keycabinet.store import Change, Enrolment, bounds_changed, rights_changed

Issue = Callable[[str, Pin], Credential]
"""``Hasher.issue``: a credential for the person with this id."""


@dataclass(frozen=True, slots=True)
class IssuedPin:
    """A PIN that was drawn for somebody: to be shown once, and kept nowhere. No repr shows it."""

    person: Person
    pin: Pin


@dataclass(frozen=True)
class Prepared:
    """An import that can be committed, as long as the directory is the one that it was planned with."""

    plan: Plan
    change: Change
    """Its books are worked out by whoever commits it."""
    pins: tuple[IssuedPin, ...]

    def onto(self, current: Directory) -> tuple[Directory, Change]:
        """The new directory, and the change that makes it. Raises ConfigError if the directory changed meanwhile."""
        if current is not self.plan.before and current != self.plan.before:
            raise ConfigError("people, rings or rights were changed while the import was prepared: import again")
        return self.plan.directory, self.change


def prepare(
    directory: Directory, files: Files, site: Site, issue: Issue, actor: str | None, new_id: Callable[[], str]
) -> Prepared:
    """The import of these files by this person (an id). Raises FaultsFound with every fault of the files."""
    planned = plan(directory, files, site, new_id)
    if not isinstance(planned, Plan):
        raise FaultsFound(planned)
    pins = tuple(IssuedPin(person, draw_pin(site.pin_digits)) for person in planned.new_people)
    people = tuple(Enrolment.of(person) for person in planned.people)
    change = Change(
        entries=tuple(_entries(planned, people, actor)),
        before=Books(),
        after=Books(),
        people=people,
        rings=planned.rings,
        rights=planned.rights,
        bounds=planned.bounds,
        credentials=tuple(issue(each.person.id, each.pin) for each in pins),
    )
    return Prepared(planned, change, pins)


def _entries(planned: Plan, people: tuple[Enrolment, ...], actor: str | None) -> list[Entry]:
    entries: list[Entry] = [enrolment.entry(actor) for enrolment in people]
    entries += [RingEnrolled(ring.id, ring.home_slot, actor) for ring in planned.rings]
    if planned.rights is not None:
        entries.append(rights_changed(planned.rights, actor))
    if planned.bounds is not None:
        entries.append(bounds_changed(planned.bounds, actor))
    return entries + [PinIssued(person.id, actor) for person in planned.new_people]
