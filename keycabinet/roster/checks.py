"""What the files have to be together with each other, and with what is enrolled already."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from keycabinet.config.faults import Fault, nearest, quoted
from keycabinet.domain.bounds import Limit, LimitOn
from keycabinet.domain.directory import ALWAYS, Directory, Right
from keycabinet.domain.people import Person, Role
from keycabinet.domain.rings import Ring
from keycabinet.roster.files import Files
from keycabinet.roster.table import Row, Tell

CODES_FOR_EACH: Final = 1000
"""A PIN that is guessed at random fits nobody's code with odds of a thousand to one (R3)."""
MOST_HINTS: Final = 100
"""To look for the nearest match of every stray group among thousands would take minutes."""


def code_space(file: str, after: Directory, pin_digits: int, tell: Tell) -> None:
    """People are at most a thousandth of all PINs (R3)."""
    most = 10**pin_digits // CODES_FOR_EACH
    if len(after.people) > most:
        needed = len(str(len(after.people) * CODES_FOR_EACH - 1))
        found = f"{len(after.people)} people would share the PINs of {pin_digits} digits"
        tell(Fault(file, 0, "code", found, f"at most {most} people, or keypad.pin_digits = {needed} in cabinet.toml"))


def last_administrator(file: str, before: Directory, after: Directory, tell: Tell) -> None:
    """Somebody has to be left who can issue PINs (R2)."""
    if _administrators(before) and not _still_there(before, after):
        role = Role.SECURITY_ELECTRONICS_ADMINISTRATOR.value
        found = f"nobody would be left with the role {role}"
        tell(Fault(file, 0, "role", found, "at least one who is not suspended and whose validity does not end"))


def taken_by_others(found: Sequence[tuple[Row, Ring]], before: Directory, tell: Tell) -> None:
    """Tags and home slots of rings that are not in the file are not free."""
    numbers = {ring.number for _, ring in found}
    staying = [ring for ring in before.rings.values() if ring.number not in numbers]
    tags = {ring.tag: ring for ring in staying if ring.tag}
    homes = {str(ring.home_slot): ring for ring in staying}
    for row, ring in found:
        if other := tags.get(ring.tag):
            told = f"the tag of ring {other.number}, which is not in this file"
            tell(row.fault("tag", told, "a tag of its own for each ring"))
        if other := homes.get(row.cells["home_slot"].lstrip("0")):
            told = f"slot {other.home_slot} is home of ring {other.number}, which is not in this file"
            tell(row.fault("home_slot", told, "a slot of its own for each ring"))


def shared_badges(
    found: Iterable[tuple[Row, Person]], rings: Iterable[tuple[Row, Ring]], after: Directory, tell: Tell
) -> None:
    """A badge is one person's, and no ring's tag."""
    found = tuple(found)
    in_file = {person.id for _, person in found}
    staying = {person.badge: person for person in after.people.values() if person.id not in in_file}
    for row, person in found:
        if person.badge is not None and (other := staying.get(person.badge)):
            told = f"the badge of {other.code}, who is not in this file"
            tell(row.fault("badge", told, "a badge of their own for each person"))
        if person.badge is not None and person.badge in after.ring_of_tag:
            told = f"the tag of ring {after.ring_of_tag[person.badge].number}"
            tell(row.fault("badge", told, "a tag that is on no ring"))
    for row, ring in rings:
        if ring.tag in after.person_of_badge:
            told = f"the badge of {after.person_of_badge[ring.tag].code}"
            tell(row.fault("tag", told, "a tag that is nobody's badge"))


def missing_schedules(files: Files, rights: Iterable[tuple[Row, Right]], after: Directory, tell: Tell) -> None:
    """A right names a schedule that there is: it would never hold by another."""
    known, told = after.schedule_of_name, 0
    for row, right in rights:
        if right.schedule != ALWAYS and right.schedule not in known:
            told += 1
            near = nearest(right.schedule, known) if told <= MOST_HINTS else ""
            expected = "the name of a schedule, or nothing for always"
            tell(row.fault("schedule", f"there is no schedule {quoted(right.schedule)}", expected, near))
    if files.schedules is not None and files.rights is None:
        for name in sorted({right.schedule for right in after.rights} - known.keys() - {ALWAYS}):
            found = f"{quoted(name)} is gone, and there are rights by it"
            tell(Fault(files.schedules.name, 0, "name", found, "a row for it, or new rights"))


def stray_groups(
    rights: Iterable[tuple[Row, Right]], limits: Iterable[tuple[Row, Limit]], after: Directory
) -> Iterator[Fault]:
    """Warnings: groups in rights and limits that nobody is in, or no ring; they bear on nobody."""
    people = _groups_of_people(after)
    rings = frozenset().union(*(ring.groups for ring in after.rings.values()))
    named = [
        each
        for row, right in rights
        for each in ((row, "people_group", right.people, people), (row, "ring_group", right.rings, rings))
    ]
    named += [(row, "who", limit.who, people) for row, limit in limits if limit.on is LimitOn.GROUP]
    told: set[tuple[str, str]] = set()
    for row, column, group, have in named:
        if group in have or (column, group) in told:
            continue
        told.add((column, group))
        near = nearest(group, have) if len(told) <= MOST_HINTS else ""
        whose = "no ring is" if column == "ring_group" else "nobody is"
        yield row.fault(column, f"{whose} in the group {quoted(group)}", near=near)


def too_few_approvers(rings: Iterable[tuple[Row, Ring]], after: Directory) -> Iterator[Fault]:
    """Warnings: rings that nobody can take, as there are not enough others who may approve."""
    for row, ring in rings:
        wanted = ring.approval.approvers
        if wanted and sum(ring.approval.by(person) for person in after.people.values()) < wanted:
            found = f"{wanted} have to approve ring {ring.number}, and fewer people than that may"
            yield row.fault("approvers", found)


def unreachable(rings: Iterable[tuple[Row, Ring]], after: Directory) -> Iterator[Fault]:
    """Warnings: rings that nobody may take."""
    groups = _groups_of_people(after)
    reached = frozenset().union(*(after.reach_of[group].keys() for group in groups if group in after.reach_of))
    for row, ring in rings:
        if reached.isdisjoint(ring.groups):
            yield row.fault("groups", f"nobody may take ring {ring.number}: no right of anybody reaches its groups")


def _groups_of_people(directory: Directory) -> frozenset[str]:
    return frozenset().union(*(person.groups for person in directory.people.values()))


def _administrators(directory: Directory) -> list[Person]:
    return [
        person
        for person in directory.people.values()
        if person.role is Role.SECURITY_ELECTRONICS_ADMINISTRATOR
        and not person.suspended
        and person.valid_until is None
    ]


def _still_there(before: Directory, after: Directory) -> bool:
    """Whether somebody administers now and afterwards: a validity that begins later would lock everybody out."""
    since = {person.id: person.valid_from for person in _administrators(before)}
    return any(
        person.id in since and person.valid_from in {None, since[person.id]} for person in _administrators(after)
    )
