"""People, rings, rights and credentials as tables. A person or ring that is written replaces its old row and groups.

Old rows are deleted before the new ones are inserted, so that two rings may change their home slots in one change; what
refers to them is checked at commit.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Table, Update, bindparam, delete, insert, select, update
from sqlalchemy import Row as SqlRow

from keycabinet.credentials import Credential
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.effects import ChosenPin
from keycabinet.domain.moment import utc_from, utc_text
from keycabinet.domain.people import Person, PersonClass, Role, Terms
from keycabinet.domain.rings import Approval, Category, DueAfter, DueAt, DueRule, NeverDue, Ring
from keycabinet.store.bounds import load_bounds
from keycabinet.store.commitments import Enrolment
from keycabinet.store.schema import credentials, people, person_groups, rights, ring_approvers, ring_groups, rings

_NOBODYS_GROUPS: frozenset[str] = frozenset()
_credential = (
    select(people.c.id, credentials)
    .select_from(people.outerjoin(credentials))
    .where(people.c.code == bindparam("typed_code"))
)


_without_pin = (
    select(people.c.id)
    .select_from(people.outerjoin(credentials))
    .where(people.c.code.is_not(None), credentials.c.person_id.is_(None))
)
_choose_pin = (
    update(credentials)
    .where(credentials.c.person_id == bindparam("owner"))
    .values(
        digest=bindparam("digest"), issued_at=bindparam("issued_at"), expires_at=bindparam("expires_at"), must_change=0
    )
)


def load_directory(connection: Connection) -> Directory:
    """Everybody and everything that is enrolled."""
    in_groups = _groups(connection, person_groups)
    of_groups = _groups(connection, ring_groups)
    approvers = _approvers(connection)
    return Directory.of(
        [_person(row, in_groups.get(row.id, _NOBODYS_GROUPS)) for row in connection.execute(select(people))],
        [
            _ring(row, of_groups.get(row.id, _NOBODYS_GROUPS), approvers.get(row.id, Approval()))
            for row in connection.execute(select(rings))
        ],
        [Right(row.people, row.rings, row.schedule) for row in connection.execute(select(rights))],
        load_bounds(connection),
    )


def load_credential(connection: Connection, code: str) -> Credential | None:
    """The credential of whoever has this user code, an absent one if they were given none; None: nobody's code."""
    row = connection.execute(_credential, {"typed_code": code}).first()
    if row is None:
        return None
    if row.person_id is None:
        return Credential.absent(row.id)
    return Credential(
        person=row.person_id,
        salt=row.salt,
        digest=row.digest,
        duress_digest=row.duress_digest,
        memory_kib=row.memory_kib,
        passes=row.passes,
        lanes=row.lanes,
        terms=Terms(bool(row.disabled), _instant(row.expires_at), bool(row.must_change)),
        issued_at=_instant(row.issued_at),
    )


def people_without_pin(connection: Connection) -> tuple[str, ...]:
    """The ids of those who have a user code and were never given a PIN."""
    return tuple(connection.execute(_without_pin).scalars())


def write_people(connection: Connection, enrolments: Iterable[Enrolment]) -> None:
    """Add these people, or replace those with the same ids."""
    enrolments = tuple(enrolments)
    _many(connection, _by_id(people), [{"old": each.person.id} for each in enrolments])
    _many(connection, insert(people), [_person_row(each) for each in enrolments])
    groups = [{"person_id": each.person.id, "name": name} for each in enrolments for name in each.person.groups]
    _many(connection, insert(person_groups), groups)


def write_rings(connection: Connection, changed: Iterable[Ring]) -> None:
    """Add these rings, or replace those with the same ids."""
    changed = tuple(changed)
    _many(connection, _by_id(rings), [{"old": ring.id} for ring in changed])
    _many(connection, insert(rings), [_ring_row(ring) for ring in changed])
    _many(
        connection,
        insert(ring_groups),
        [{"ring_id": ring.id, "name": name} for ring in changed for name in ring.groups],
    )
    _many(connection, insert(ring_approvers), [row for ring in changed for row in _approver_rows(ring)])


def remove_rings(connection: Connection, retired: Iterable[str]) -> None:
    """Remove the rings of these ids."""
    _many(connection, _by_id(rings), [{"old": ring} for ring in retired])


def write_rights(connection: Connection, granted: Iterable[Right]) -> None:
    """Replace all rights by these."""
    connection.execute(delete(rights))
    rows = [{"people": right.people, "rings": right.rings, "schedule": right.schedule} for right in granted]
    _many(connection, insert(rights), rows)


def write_credentials(connection: Connection, issued: Iterable[Credential]) -> None:
    """Add these credentials, or replace those of the same people."""
    _many(connection, insert(credentials).prefix_with("OR REPLACE"), [_credential_row(each) for each in issued])


def write_chosen(connection: Connection, chosen: Iterable[ChosenPin]) -> None:
    """Give these people the PINs that they chose; salt, cost and PIN for duress stay."""
    rows = [
        {
            "owner": each.person,
            "digest": each.digest,
            "issued_at": utc_text(each.chosen_at),
            "expires_at": _text(each.expires_at),
        }
        for each in chosen
    ]
    _many(connection, _choose_pin, rows)


def _by_id(table: Table) -> Delete:
    return delete(table).where(table.c.id == bindparam("old"))


def _many(connection: Connection, statement: Insert | Delete | Update, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _groups(connection: Connection, table: Table) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for owner, name in connection.execute(select(table)):
        members[owner].add(name)
    return {owner: frozenset(names) for owner, names in members.items()}


def _person_row(enrolment: Enrolment) -> dict[str, Any]:
    person = enrolment.person
    return {
        "id": person.id,
        "code": person.code or None,
        "name": person.name,
        "salt": enrolment.salt,
        "person_class": person.person_class.value,
        "role": person.role.value,
        "valid_from": _text(person.valid_from),
        "valid_until": _text(person.valid_until),
        "suspended": int(person.suspended),
        "badge": person.badge,
    }


def _person(row: SqlRow[Any], groups: frozenset[str]) -> Person:
    return Person(
        id=row.id,
        code=row.code or "",
        name=row.name,
        person_class=PersonClass(row.person_class),
        role=Role(row.role),
        groups=groups,
        valid_from=_instant(row.valid_from),
        valid_until=_instant(row.valid_until),
        suspended=bool(row.suspended),
        badge=row.badge,
    )


def _ring_row(ring: Ring) -> dict[str, Any]:
    return {
        "id": ring.id,
        "number": ring.number,
        "name": ring.name,
        "category": ring.category.value,
        "tag": ring.tag or None,
        "home_slot": ring.home_slot,
        "due_after_us": ring.due.duration // timedelta(microseconds=1) if isinstance(ring.due, DueAfter) else None,
        "due_at": ring.due.time_of_day.isoformat() if isinstance(ring.due, DueAt) else None,
        "key_count": ring.key_count,
        "seal": ring.seal,
        "approvers": ring.approval.approvers,
    }


def _approver_rows(ring: Ring) -> list[dict[str, str]]:
    named = [("group", group) for group in ring.approval.groups]
    named += [("role", role.value) for role in ring.approval.roles]
    return [{"ring_id": ring.id, "kind": kind, "name": name} for kind, name in named]


def _approvers(connection: Connection) -> dict[str, Approval]:
    """Ring -> who may approve; how many have to is with the ring."""
    found: dict[str, Approval] = defaultdict(Approval)
    for ring, kind, name in connection.execute(select(ring_approvers)):
        known = found[ring]
        if kind == "group":
            found[ring] = replace(known, groups=known.groups | {name})
        else:
            found[ring] = replace(known, roles=known.roles | {Role(name)})
    return found


def _ring(row: SqlRow[Any], groups: frozenset[str], approval: Approval) -> Ring:
    return Ring(
        id=row.id,
        number=row.number,
        name=row.name,
        category=Category(row.category),
        tag=row.tag or "",
        home_slot=row.home_slot,
        groups=groups,
        due=_due(row.due_after_us, row.due_at),
        key_count=row.key_count,
        seal=row.seal,
        approval=replace(approval, approvers=row.approvers),
    )


def _due(after_us: int | None, at: str | None) -> DueRule:
    if after_us is not None:
        return DueAfter(timedelta(microseconds=after_us))
    return NeverDue() if at is None else DueAt(time.fromisoformat(at))


def _credential_row(credential: Credential) -> dict[str, Any]:
    return {
        "person_id": credential.person,
        "salt": credential.salt,
        "digest": credential.digest,
        "duress_digest": credential.duress_digest,
        "memory_kib": credential.memory_kib,
        "passes": credential.passes,
        "lanes": credential.lanes,
        "disabled": int(credential.terms.disabled),
        "issued_at": _text(credential.issued_at),
        "expires_at": _text(credential.terms.expires_at),
        "must_change": int(credential.terms.must_change),
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else utc_text(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else utc_from(text)
