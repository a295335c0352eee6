"""people.csv: who has a user code."""

from datetime import tzinfo
from typing import Final

from keycabinet.config.faults import quoted
from keycabinet.domain.people import Person, PersonClass, Role
from keycabinet.roster import cells
from keycabinet.roster.table import CsvFile, Row, Tell, rows_of, unique

COLUMNS: Final = ("code", "name", "class", "role", "groups", "valid_from", "valid_until", "suspended")
OPTIONAL: Final = ("badge",)
"""Without this column everybody keeps the badge that they have."""
NEVER_ENROLLED: Final = frozenset({"inmate", "detainee", "prisoner", "offender", "arrestee", "trusty", "trustee"})


def people_in(file: CsvFile, zone: tzinfo, tell: Tell) -> list[tuple[Row, Person]]:
    """Everybody in the file, without an id. Codes are unique within it."""
    found = [(row, _person(row, zone, tell)) for row in rows_of(file, COLUMNS, tell, OPTIONAL)]
    unique([row for row, _ in found], "code", str, tell)
    unique([row for row, _ in found if "badge" in row.cells], "badge", str.upper, tell)
    return found


def person_cells(person: Person, zone: tzinfo) -> dict[str, str]:
    """The cells that are read as this person."""
    return {
        "code": person.code,
        "name": person.name,
        "class": person.person_class.value,
        "role": person.role.value,
        "groups": ";".join(sorted(person.groups)),
        "valid_from": cells.instant_cell(person.valid_from, zone),
        "valid_until": cells.instant_cell(person.valid_until, zone, end=True),
        "suspended": "yes" if person.suspended else "no",
        "badge": person.badge or "",
    }


def _person(row: Row, zone: tzinfo, tell: Tell) -> Person:
    valid_from = cells.instant(row, "valid_from", tell, zone)
    valid_until = cells.instant(row, "valid_until", tell, zone, end=True)
    if valid_from is not None and valid_until is not None and valid_until <= valid_from:
        tell(row.fault("valid_until", f"{quoted(row.cells['valid_until'])} is before valid_from", "a later date"))
    return Person(
        id="",
        code=cells.matching(row, "code", tell, "[0-9]{1,8}", "1 to 8 digits"),
        name=cells.text(row, "name", tell),
        person_class=_class(row, tell),
        role=cells.one_of(row, "role", tell, Role),
        groups=cells.groups(row, "groups", tell),
        valid_from=valid_from,
        valid_until=valid_until,
        suspended=cells.switch(row, "suspended", tell),
        badge=_badge(row, tell),
    )


def _badge(row: Row, tell: Tell) -> str | None:
    if not row.cells.get("badge"):
        return None
    return cells.matching(row, "badge", tell, "[0-9A-Fa-f]{8,20}", "8 to 20 hex digits, as the reader reads it").upper()


def _class(row: Row, tell: Tell) -> PersonClass:
    """The class of a person; for an inmate there is none, and never will be (R11)."""
    written = row.cells["class"]
    if written.casefold().removesuffix("s") in NEVER_ENROLLED:
        told = f"{quoted(written)} found: inmates and detainees are never enrolled, they hold neither code nor PIN"
        tell(row.fault("class", told, "a member of the staff or a visitor from outside"))
        return PersonClass.VISITOR
    return cells.one_of(row, "class", tell, PersonClass)
