"""People, one at a time: list, show, add, change, suspend, resume, leave, blank (R8, R9). Every change has its row."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from keycabinet.control import results
from keycabinet.control.acting import allow, commit, enrol, person_named, prepared, rings_of, what_changed
from keycabinet.control.call import Call
from keycabinet.control.params import PersonAdd, PersonChange, PersonOf, WithToken
from keycabinet.control.refusals import Fault, Refused
from keycabinet.credentials import Credential
from keycabinet.domain.books import Books
from keycabinet.domain.duties import Act
from keycabinet.domain.entries import (
    Entry,
    PersonBlanked,
    PersonChanged,
    PersonLeft,
    PersonResumed,
    PersonSuspended,
    PinIssued,
    Reason,
)
from keycabinet.domain.people import Person
from keycabinet.domain.policy import Denied, may_enter
from keycabinet.roster import Files, Plan
from keycabinet.roster.people import COLUMNS, person_cells
from keycabinet.roster.single import one_row
from keycabinet.store import Change, Enrolment

ACTS: Mapping[str, Act] = {
    "name": Act.CHANGE_NAME,
    "class": Act.CHANGE_CLASS,
    "role": Act.CHANGE_ROLE,
    "groups": Act.CHANGE_GROUPS,
    "valid_from": Act.CHANGE_VALIDITY,
    "valid_until": Act.CHANGE_VALIDITY,
    "suspended": Act.SUSPEND,
}
"""What it means to change a column of people.csv; any other is ``CHANGE_OTHER``."""
UNSAID = frozenset({"name", "code"})
_STANDINGS = {Reason.SUSPENDED: "suspended", Reason.EXPIRED: "left", Reason.NOT_YET_VALID: "not_yet"}


def list_people(call: Call, _params: WithToken) -> results.PeopleListed:
    """Everybody who has a user code, with the rings that they hold."""
    people = [person for person in call.core.controller.directory.people.values() if person.code]
    return results.PeopleListed(people=[_file(call, person) for person in sorted(people, key=lambda each: each.code)])


def show_person(call: Call, params: PersonOf) -> results.PersonFile:
    """One person, with the rings that they hold. Raises Refused if there is none."""
    return _file(call, person_named(call.core.controller.directory, params.person))


def add_person(call: Call, params: PersonAdd) -> results.PersonAdded:
    """Enrol a person; a PIN is drawn and shown this once. Raises Refused for a code that somebody has."""
    code = params.cells.get("code", "")
    if code in call.core.controller.directory.person_of_code:
        raise Refused(Fault.NOT_POSSIBLE, f"somebody has the user code {code}", field="code")
    cells = dict.fromkeys(COLUMNS, "") | {"role": "staff"} | params.cells
    ready = prepared(call, Files(people=one_row("people", cells)))
    (new,) = ready.plan.new_people
    allow(call, Act.ENROL, new)
    pin, credential = call.core.pins.draw(new.id)
    commit(call, ready, PinIssued(new.id, call.actor), credentials=(credential,))
    drawn = results.DrawnPin(code=new.code, name=new.name, pin=pin.digits)
    return results.PersonAdded(person=_file(call, new), pin=drawn)


def change_person(call: Call, params: PersonChange) -> results.PersonFile:
    """Change columns of a person, but not the code, which is who they are. Raises Refused for a wrong value."""
    person = person_named(call.core.controller.directory, params.person)
    if "code" in params.cells:
        raise Refused(
            Fault.INVALID_PARAMS, "code: a person keeps the code; blank the old one, add a new one", field="code"
        )
    cells = person_cells(person, call.core.zone) | params.cells
    ready = prepared(call, Files(people=one_row("people", cells)))
    commit(call, ready, *changes_of(call, ready.plan))
    return _file(call, ready.plan.directory.people[person.id])


def allow_changes(call: Call, before: Person, after: Person) -> None:
    """Raises Refused if whoever calls may not make that of this person: column by column."""
    old, new = person_cells(before, call.core.zone), person_cells(after, call.core.zone)
    for column in (column for column in new if old[column] != new[column]):
        allow(call, ACTS.get(column, Act.CHANGE_OTHER), before)


def changes_of(call: Call, plan: Plan) -> tuple[PersonChanged, ...]:
    """The rows that say what a plan changes of people who are known. Raises Refused if the caller may not change it."""
    known = [(plan.before.people[each.id], each) for each in plan.people if each.id in plan.before.people]
    for before, after in known:
        allow_changes(call, before, after)
    zone = call.core.zone
    said = [
        (after.id, what_changed(person_cells(before, zone), person_cells(after, zone), UNSAID))
        for before, after in known
    ]
    return tuple(PersonChanged(person, what, call.actor) for person, what in said)


def suspend_person(call: Call, params: PersonOf) -> results.PersonFile:
    """Suspend a person: effective at the next key press; what they hold is asked for by an alarm."""
    return _as(call, params, Act.SUSPEND, suspended=True)


def resume_person(call: Call, params: PersonOf) -> results.PersonFile:
    """End a suspension."""
    return _as(call, params, Act.RESUME, suspended=False)


def leave(call: Call, params: PersonOf) -> results.PersonFile:
    """A person has left: takes nothing from now on; the rings still held are listed, each with an alarm (R9)."""
    now = call.core.clock.now().utc
    until = now.replace(microsecond=0)

    def job() -> Person:
        person = _allowed(call, params, Act.LEAVE)
        if _standing(person, now) == "left":
            raise Refused(Fault.NOT_POSSIBLE, f"{person.code} has left already", field="person")
        began = person.valid_from if person.valid_from is None or person.valid_from < until else None
        gone = replace(person, valid_from=began, valid_until=until)
        enrol(call, gone, PersonLeft(person.id, len(rings_of(_books(call), person.id)), call.actor))
        return gone

    return _file(call, call.core.decide(job))


def blank_person(call: Call, params: PersonOf) -> results.Done:
    """Overwrite name, code and salt of a person who has left and holds nothing; the code is free, the chain whole.

    Raises Refused if they have not left, or if rings are booked to them.
    """

    def job() -> None:
        person = _allowed(call, params, Act.BLANK)
        _refuse_to_blank(call, person)
        bare = Person(person.id, "", "", person.person_class, valid_until=person.valid_until, suspended=True)
        directory = call.core.controller.directory.having(people=[bare])
        entries: tuple[Entry, ...] = (PersonBlanked(person.id, call.actor),)
        nothing = Credential.absent(person.id)
        change = Change(entries, Books(), Books(), people=(Enrolment(bare, ""),), credentials=(nothing,), erases=True)
        call.core.controller.enrol(directory, change)

    call.core.decide(job)
    return results.Done()


def _refuse_to_blank(call: Call, person: Person) -> None:
    if _standing(replace(person, suspended=False), call.core.clock.now().utc) != "left":
        raise Refused(
            Fault.NOT_POSSIBLE, f"{person.code} has not left: `keycabinet person leave` first", field="person"
        )
    books, numbers = _books(call), call.core.controller.directory.rings
    held = [*rings_of(books, person.id), *(it.ring for it in books.releases.values() if it.holder == person.id)]
    if held:
        told = ", ".join(sorted(numbers[ring].number if ring in numbers else ring for ring in held))
        raise Refused(Fault.NOT_POSSIBLE, f"{person.code} still holds rings: {told}", field="person")


def _as(call: Call, params: PersonOf, act: Act, *, suspended: bool) -> results.PersonFile:
    def job() -> Person:
        person = _allowed(call, params, act)
        if person.suspended is suspended:
            told = "suspended already" if suspended else "not suspended"
            raise Refused(Fault.NOT_POSSIBLE, f"{person.code} is {told}", field="person")
        entry = PersonSuspended if suspended else PersonResumed
        changed = replace(person, suspended=suspended)
        enrol(call, changed, entry(person.id, call.actor))
        return changed

    return _file(call, call.core.decide(job))


def _allowed(call: Call, params: PersonOf, act: Act) -> Person:
    person = person_named(call.core.controller.directory, params.person)
    if not person.code:
        raise Refused(Fault.NOT_POSSIBLE, "this person was blanked", field="person")
    allow(call, act, person)
    return person


def _file(call: Call, person: Person) -> results.PersonFile:
    rings = call.core.controller.directory.rings
    held = [(rings[ring], out) for ring, out in rings_of(_books(call), person.id).items() if ring in rings]
    return results.PersonFile(
        id=person.id,
        cells=person_cells(person, call.core.zone),
        standing=_standing(person, call.core.clock.now().utc),
        holds=[
            results.RingHeld(number=ring.number, name=ring.name, since=out.since, due=out.due) for ring, out in held
        ],
    )


def _standing(person: Person, now: datetime) -> str:
    entered = may_enter(person, now)
    return _STANDINGS[entered.reason] if isinstance(entered, Denied) else "here"


def _books(call: Call) -> Books:
    return call.core.controller.cabinet.books
