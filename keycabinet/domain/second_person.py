"""Another person authenticates at the keypad, for a release or for a disabled code: not the same, and entitled."""

from keycabinet.domain import taking
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import ApprovalRefused, LoginRefused, PinReleased, PinReleaseRefused, Reason
from keycabinet.domain.menu import menu, refused
from keycabinet.domain.people import COMMANDERS, SUPERVISORS, Person
from keycabinet.domain.policy import Denied, may_approve, may_enter
from keycabinet.domain.state import Turn
from keycabinet.domain.states import Approve, CodeEntry, Free, Naming

AT = "approval"
"""The door at which second persons try their PINs: at the keypad, and counted as there."""


def vouched(turn: Turn, aim: Approve | Free, person: Person) -> Turn:
    """The code and PIN of this person were right."""
    reason = _objection(turn, aim, person)
    if reason is not None:
        return give_up(turn.record(ApprovalRefused(person.id, aim.person, reason)), aim)
    return taking.approved(turn, aim, person.id) if isinstance(aim, Approve) else _free(turn, aim, person)


def not_vouched(turn: Turn, aim: Approve | Free, refusal: LoginRefused) -> Turn:
    """Code or PIN were wrong, or the person does not count now."""
    return give_up(turn.record(refusal), aim)


def give_up(turn: Turn, aim: Approve | Free) -> Turn:
    """Nobody is accepted as the second person: back to the menu of who asked, with the one text."""
    return taking.not_approved(turn, aim) if isinstance(aim, Approve) else refused(menu(turn, aim.person))


def may_free(turn: Turn, person: Person) -> bool:
    """Whether the menu of this person has the release of disabled codes."""
    return person.role in COMMANDERS and not isinstance(may_enter(person, turn.facts.now.utc), Denied)


def name_code(turn: Turn, naming: Naming, pressed: str, longest: int) -> Turn:
    """A commander types the code that is to be released."""
    until = turn.elapsed + turn.cabinet.times.menu
    if pressed == "*":
        return turn.at(Naming(naming.person, "", until)) if naming.code else menu(turn, naming.person)
    if pressed == "#":
        return _named(turn, naming) if naming.code else turn
    return turn.at(Naming(naming.person, (naming.code + pressed)[:longest], until))


def _named(turn: Turn, naming: Naming) -> Turn:
    person = turn.facts.directory.person_of_code.get(naming.code)
    if person is None or not _is_disabled(turn, person.id):
        about = person.id if person is not None else None
        return refused(menu(turn, naming.person).record(PinReleaseRefused(naming.person, Reason.NOT_DISABLED, about)))
    until = turn.elapsed + turn.cabinet.times.second_person
    return turn.at(CodeEntry("", until, Free(naming.person, person.id, until))).command(Play(Tune.ACCEPTED))


def _free(turn: Turn, aim: Free, approver: Person) -> Turn:
    guard = turn.cabinet.guard.forgiving([aim.disabled])
    turn = menu(turn.having(guard=guard), aim.person).record(PinReleased(aim.disabled, aim.person, approver.id))
    return turn.noted("CODE RELEASED").command(Play(Tune.ACCEPTED))


def _objection(turn: Turn, aim: Approve | Free, person: Person) -> Reason | None:
    return _may_not_approve(turn, aim, person) if isinstance(aim, Approve) else _may_not_free(turn, aim, person)


def _may_not_approve(turn: Turn, aim: Approve, person: Person) -> Reason | None:
    taker, ring = turn.facts.directory.people.get(aim.person), turn.facts.directory.rings.get(aim.ring)
    if taker is None or ring is None:
        return Reason.NOT_APPROVED
    allowed = may_approve(person, taker, ring, frozenset(aim.by), turn.facts.now.utc)
    return allowed.reason if isinstance(allowed, Denied) else None


def _may_not_free(turn: Turn, aim: Free, person: Person) -> Reason | None:
    if person.id == aim.person:
        return Reason.OWN_REQUEST
    asking = turn.facts.directory.people.get(aim.person)
    if person.id == aim.disabled or person.role not in SUPERVISORS or asking is None or not may_free(turn, asking):
        return Reason.MAY_NOT_APPROVE
    return None if _is_disabled(turn, aim.disabled) else Reason.NOT_DISABLED


def _is_disabled(turn: Turn, person: str) -> bool:
    return turn.cabinet.guard.is_disabled(person, turn.cabinet.limits)
