"""An import worked out without doing it: everything that is wrong with the files, or what they would change.

People are matched by code and rings by number; who and what is not in a file stays as it is. The other tables are
replaced, each as a whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from keycabinet.config.faults import Fault
from keycabinet.domain.bounds import Bounds, Limit
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring
from keycabinet.roster import bounds
from keycabinet.roster.checks import (
    code_space,
    last_administrator,
    missing_schedules,
    shared_badges,
    stray_groups,
    taken_by_others,
    too_few_approvers,
    unreachable,
)
from keycabinet.roster.difference import Difference, bounds_differences, difference, rights_differences
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
    bounds: Bounds | None
    """All that bounds them from now on; None: as before."""
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


@dataclass(frozen=True)
class _Read:
    """What the files say, with the rows that said it; of a file that is not imported, nothing."""

    people: Sequence[tuple[Row, Person]]
    rings: Sequence[tuple[Row, Ring]]
    rights: Sequence[tuple[Row, Right]]
    limits: Sequence[tuple[Row, Limit]]
    after: Directory


def plan(directory: Directory, files: Files, site: Site, new_id: Callable[[], str]) -> Plan | tuple[Fault, ...]:
    """What the files would change, or every fault in them by file and line. ``new_id`` draws an id nobody has."""
    faults: list[Fault] = []
    read = _read(directory, files, site, new_id, faults.append)
    if files.schedules is None or not any(fault.file == files.schedules.name for fault in faults):
        missing_schedules(files, read.rights, read.after, faults.append)
    shared_badges(read.people, read.rings, read.after, faults.append)
    if files.people is not None:
        code_space(files.people.name, read.after, site.pin_digits, faults.append)
        last_administrator(files.people.name, directory, read.after, faults.append)
    if faults:
        return tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    warnings = [
        *stray_groups(read.rights, read.limits, read.after),
        *unreachable(read.rings, read.after),
        *too_few_approvers(read.rings, read.after),
    ]
    return _worked_out(directory, read, site, tuple(warnings))


def _read(directory: Directory, files: Files, site: Site, new_id: Callable[[], str], tell: Tell) -> _Read:
    people = _people(directory, files.people, site, new_id, tell)
    rings = _rings(directory, files.rings, site, new_id, tell)
    rights = rights_in(files.rights, tell) if files.rights is not None else []
    everybody = {**directory.people, **{person.id: person for _, person in people}}.values()
    every_ring = {**directory.rings, **{ring.id: ring for _, ring in rings}}.values()
    granted = directory.rights if files.rights is None else frozenset(right for _, right in rights)
    known = Directory.of(everybody, every_ring, ())
    bounded, limits = _bounds(known, files, directory.bounds, tell)
    return _Read(people, rings, rights, limits, Directory.of(everybody, every_ring, granted, bounded))


def _bounds(known: Directory, files: Files, before: Bounds, tell: Tell) -> tuple[Bounds, list[tuple[Row, Limit]]]:
    limits = bounds.limits_in(files.limits, known, tell) if files.limits is not None else []
    after = before
    if files.schedules is not None:
        found = bounds.schedules_in(files.schedules, tell)
        after = replace(after, schedules=frozenset(schedule for _, schedule in found))
    if files.holidays is not None:
        after = replace(after, holidays=frozenset(holiday for _, holiday in bounds.holidays_in(files.holidays, tell)))
    if files.limits is not None:
        after = replace(after, limits=frozenset(limit for _, limit in limits))
    if files.pairs is not None:
        after = replace(after, pairs=frozenset(pair for _, pair in bounds.pairs_in(files.pairs, known, tell)))
    return after, limits


def _worked_out(before: Directory, read: _Read, site: Site, warnings: tuple[Fault, ...]) -> Plan:
    after = read.after
    people = [person for _, person in read.people if before.people.get(person.id) != person]
    rings = [ring for _, ring in read.rings if before.rings.get(ring.id) != ring]
    rows = len(read.people) + len(read.rings)
    return Plan(
        before=before,
        directory=after,
        people=tuple(people),
        new_people=tuple(person for person in people if person.id not in before.people),
        rings=tuple(rings),
        rights=after.rights if after.rights != before.rights else None,
        bounds=after.bounds if after.bounds != before.bounds else None,
        differences=tuple(_differences(before, after, people, rings, site.zone)),
        unchanged=rows - len(people) - len(rings),
        untouched=len(after.people) + len(after.rings) - rows,
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
    told = [each for each in found if each is not None]
    return [*told, *rights_differences(before.rights, after.rights), *bounds_differences(before, after)]


def _people(
    directory: Directory, file: CsvFile | None, site: Site, new_id: Callable[[], str], tell: Tell
) -> list[tuple[Row, Person]]:
    if file is None:
        return []
    known, found = directory.person_of_code, []
    for row, person in people_in(file, site.zone, tell):
        before = known.get(person.code)
        badge = before.badge if before is not None and "badge" not in row.cells else person.badge
        found.append((row, replace(person, id=before.id if before is not None else new_id(), badge=badge)))
    return found


def _rings(
    directory: Directory, file: CsvFile | None, site: Site, new_id: Callable[[], str], tell: Tell
) -> list[tuple[Row, Ring]]:
    if file is None:
        return []
    known = directory.ring_of_number
    found = rings_in(file, site.slots, known, tell)
    taken_by_others(found, directory, tell)
    return [(row, _as_known(ring, known.get(ring.number), new_id)) for row, ring in found]


def _as_known(ring: Ring, known: Ring | None, new_id: Callable[[], str]) -> Ring:
    """With the id that it has, or a new one; a tag that was learned is not lost to an empty cell."""
    if known is None:
        return replace(ring, id=new_id())
    return replace(ring, id=known.id, tag=ring.tag or known.tag)
