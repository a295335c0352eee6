"""What all methods about one person or one ring have in common: whom, whether they may, and how it becomes durable."""

import secrets
from collections.abc import Mapping
from dataclasses import replace

from keycabinet.config.faults import Fault as Wrong
from keycabinet.config.faults import FaultsFound
from keycabinet.control.call import Call, no_session
from keycabinet.control.refusals import Fault, Refused
from keycabinet.credentials import Credential
from keycabinet.domain.books import Books, Out
from keycabinet.domain.directory import Directory
from keycabinet.domain.duties import Act, Hindrance, hindrance
from keycabinet.domain.entries import Entry
from keycabinet.domain.people import Person
from keycabinet.domain.rings import Ring
from keycabinet.roster import Files
from keycabinet.roster.checks import last_administrator
from keycabinet.roster.enrol import Prepared, prepare
from keycabinet.roster.single import in_words
from keycabinet.store import Change, Enrolment

_WORDS: Mapping[Hindrance, str] = {
    Hindrance.ROLE: "your role may not do this",
    Hindrance.ONESELF: "nobody does this to themselves: ask somebody else",
    Hindrance.ABOVE: "a watch commander does not do this to those above",
}


def person_named(directory: Directory, asked: str) -> Person:
    """The person with this user code or id. Raises Refused if there is none."""
    person = directory.person_of_code.get(asked) or directory.people.get(asked)
    if person is None:
        raise Refused(Fault.NOT_FOUND, f"nobody has the user code {asked}", field="person")
    return person


def ring_named(directory: Directory, asked: str) -> Ring:
    """The ring with this number or id. Raises Refused if there is none."""
    for ring in directory.rings.values():
        if asked in (ring.number, ring.id):
            return ring
    raise Refused(Fault.NOT_FOUND, f"there is no ring {asked}", field="ring")


def allow(call: Call, act: Act, subject: Person) -> None:
    """Raises Refused if whoever calls may not do this to that person (``duties``)."""
    actor = call.person
    if actor is None:
        raise no_session()
    why = hindrance(actor, act, subject)
    if why is not None:
        raise Refused(Fault.NOT_ALLOWED, f"{act.value.replace('_', ' ')}: {_WORDS[why]}", why=why.value)


def rings_of(books: Books, person: str) -> dict[str, Out]:
    """The rings that are booked to a person."""
    return {ring: it for ring, it in books.custody.items() if isinstance(it, Out) and it.holder == person}


def prepared(call: Call, files: Files) -> Prepared:
    """An import of this one row, ready to be committed. Raises Refused with everything that is wrong with it."""
    core = call.core
    try:
        return prepare(core.controller.directory, files, core.site, call.actor, new_id)
    except FaultsFound as error:
        raise Refused(Fault.INVALID_PARAMS, in_words(error), field=error.faults[0].field) from error


def commit(call: Call, ready: Prepared, *entries: Entry, credentials: tuple[Credential, ...] = ()) -> None:
    """Have the deciding thread commit what was prepared, with these behind it, if it changes anything."""
    controller = call.core.controller
    if ready.plan.is_empty:
        return

    def job() -> None:
        directory, change = ready.onto(controller.directory)
        controller.enrol(directory, replace(change, entries=change.entries + entries, credentials=credentials))

    call.core.decide(job)


def enrol(call: Call, person: Person, entry: Entry) -> None:
    """Put this person in the place of who has that id, with this entry. Deciding thread only.

    Raises Refused if nobody would be left who can administer.
    """
    controller = call.core.controller
    after = controller.directory.having(people=[person])
    wrong: list[Wrong] = []
    last_administrator("people", controller.directory, after, wrong.append)
    if wrong:
        raise Refused(Fault.NOT_POSSIBLE, str(replace(wrong[0], file="", field="")))
    enrolment = Enrolment.of(person)
    entries = (enrolment.entry(call.actor), entry)
    controller.enrol(after, Change(entries, Books(), Books(), people=(enrolment,)))


def new_id() -> str:
    """An id that nobody has."""
    return secrets.token_hex(8)


def what_changed(before: Mapping[str, str], after: Mapping[str, str], unsaid: frozenset[str]) -> str:
    """``groups officers -> medics; name``: columns that differ; of those that are ``unsaid``, only that they do."""
    changed = [column for column in after if before[column] != after[column]]
    return "; ".join(
        column if column in unsaid else f"{column} {before[column] or 'nothing'} -> {after[column] or 'nothing'}"
        for column in changed
    )
