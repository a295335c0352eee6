"""An import worked out without doing it: everything that is wrong with the files, or what they would change.

People are matched by code and rings by number; who and what is not in a file stays as it is. Rights are replaced.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo

from keycabinet.config.faults import Fault
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring
from keycabinet.roster.checks import code_space, last_administrator, stray_groups, taken_by_others, unreachable
from keycabinet.roster.difference import Difference, difference, rights_differences
from keycabinet.roster.files import Files
from keycabinet.roster.people import people_in, person_cells
from keycabinet.roster.rights import rights_in
from keycabinet.roster.rings import ring_cells, rings_in
from keycabinet.roster.table import CsvFile, Row, Tell


@dataclass(frozen=True)
class Site:
    """What an import has to fit: slots 1 to ``slots``, local time, and the length of PINs."""

    slots: int
    zone: tzinfo
    pin_digits: int


@dataclass(frozen=True)
class Plan:
    """What an import would do to the directory ``before``."""

    before: Directory
    directory: Directory
    people: tuple[Person, ...]
    """Those who are new or changed."""
    new_people: tuple[Person, ...]
    rings: tuple[Ring, ...]
    """Those that are new or changed."""
    rights: frozenset[Right] | None
    """All rights from now on; None: as before."""
    differences: tuple[Difference, ...]
    unchanged: int
    """Rows of people and rings that say what is known already."""
    untouched: int
    """People and rings that are in the directory and in no file: they stay as they are."""
    warnings: tuple[Fault, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.differences


def plan(directory: Directory, files: Files, site: Site, new_id: Callable[[], str]) -> Plan | tuple[Fault, ...]:
    """What the files would change, or every fault in them by file and line. ``new_id`` draws an id nobody has."""
    faults: list[Fault] = []
    people = _people(directory, files.people, site, new_id, faults.append)
    rings = _rings(directory, files.rings, site, new_id, faults.append)
    rights = rights_in(files.rights, faults.append) if files.rights is not None else None
    after = Directory.of(
        {**directory.people, **{person.id: person for _, person in people}}.values(),
        {**directory.rings, **{ring.id: ring for _, ring in rings}}.values(),
        directory.rights if rights is None else (right for _, right in rights),
    )
    if files.people is not None:
        code_space(files.people.name, after, site.pin_digits, faults.append)
        last_administrator(files.people.name, directory, after, faults.append)
    if faults:
        return tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    warnings = [*stray_groups(rights or (), after), *unreachable(rings, after)]
    return _worked_out(directory, after, (people, rings), site, tuple(warnings))


def _worked_out(
    before: Directory,
    after: Directory,
    read: tuple[list[tuple[Row, Person]], list[tuple[Row, Ring]]],
    site: Site,
    warnings: tuple[Fault, ...],
) -> Plan:
    people = [person for _, person in read[0] if before.people.get(person.id) != person]
    rings = [ring for _, ring in read[1] if before.rings.get(ring.id) != ring]
    rows = len(read[0]) + len(read[1])
    new = [person for person in people if person.id not in before.people]
    known = len(before.people) + len(before.rings)
    added = len(after.people) + len(after.rings) - known
    return Plan(
        before=before,
        directory=after,
        people=tuple(people),
        new_people=tuple(new),
        rings=tuple(rings),
        rights=after.rights if after.rights != before.rights else None,
        differences=tuple(_differences(before, after, people, rings, site.zone)),
        unchanged=rows - len(people) - len(rings),
        untouched=known + added - rows,
        warnings=warnings,
    )


def _differences(
    before: Directory, after: Directory, people: list[Person], rings: list[Ring], zone: tzinfo
) -> list[Difference]:
    found: list[Difference | None] = []
    for person in people:
        old = before.people.get(person.id)
        cells = person_cells(old, zone) if old is not None else None
        found.append(difference(f"person {person.code} {person.name}", cells, person_cells(person, zone)))
    for ring in rings:
        was = before.rings.get(ring.id)
        cells = ring_cells(was) if was is not None else None
        found.append(difference(f"ring {ring.number} {ring.name}", cells, ring_cells(ring)))
    return [each for each in found if each is not None] + list(rights_differences(before.rights, after.rights))


def _people(
    directory: Directory, file: CsvFile | None, site: Site, new_id: Callable[[], str], tell: Tell
) -> list[tuple[Row, Person]]:
    if file is None:
        return []
    known = {person.code: person.id for person in directory.people.values()}
    found = people_in(file, site.zone, tell)
    return [(row, replace(person, id=known.get(person.code) or new_id())) for row, person in found]


def _rings(
    directory: Directory, file: CsvFile | None, site: Site, new_id: Callable[[], str], tell: Tell
) -> list[tuple[Row, Ring]]:
    if file is None:
        return []
    known = {ring.number: ring.id for ring in directory.rings.values()}
    found = rings_in(file, site.slots, tell)
    taken_by_others(found, directory, tell)
    return [(row, replace(ring, id=known.get(ring.number) or new_id())) for row, ring in found]
