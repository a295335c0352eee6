"""Every method of the control socket: what it takes, what it gives, who may call it, and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from keycabinet.control import alarms, answers, commissioning, people, pins, results, rights, rings, roster
from keycabinet.control.call import Call, person_of
from keycabinet.control.history import history
from keycabinet.control.params import (
    AlarmAcknowledge,
    AlarmContact,
    AlarmExtend,
    Count,
    CursorMove,
    CursorName,
    HistoryOf,
    LearnRing,
    LedgerRead,
    Login,
    MayHaveToken,
    Nothing,
    Params,
    PersonAdd,
    PersonChange,
    PersonOf,
    PinOf,
    PinsMissing,
    ReceiptNote,
    RightsExplain,
    RingAdd,
    RingChange,
    RingOf,
    RosterImport,
    SeenAs,
    SlotAndWhy,
    SlotOf,
    Subscribe,
    WithToken,
)
from keycabinet.control.peers import EVERY, Kind, Peer
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.rpc import Request, first_fault
from keycabinet.domain.duties import ADMINISTRATORS, DUTIES, IN_COMMAND, OVERSEERS, Act
from keycabinet.domain.people import Role

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=results.Result)

ANYBODY = None
EVERYBODY = frozenset(Role)

PUBLISHER = frozenset({Kind.MQTT})
PERSONS = frozenset({Kind.PEOPLE, Kind.CONSOLE})
"""What a person calls, at a terminal or through the console."""


@dataclass(frozen=True)
class Method(Generic[P, R]):
    """A method. ``peers``: the parts that may call it. ``roles``: of whom it needs a token; None: it needs none."""

    params: type[P]
    result: type[R]
    roles: frozenset[Role] | None
    answer: Callable[[Call, P], R]
    peers: frozenset[Kind] = PERSONS


def may(act: Act) -> frozenset[Role]:
    """The roles that may do this to others."""
    return DUTIES[act].roles


METHODS: Mapping[str, Method[Any, Any]] = {
    "hello": Method(Nothing, results.Hello, ANYBODY, answers.hello, EVERY),
    "status": Method(SeenAs, results.Status, ANYBODY, answers.show_status, EVERY),
    "history": Method(HistoryOf, results.History, ANYBODY, history),
    "rights.explain": Method(RightsExplain, results.RightsExplained, ANYBODY, rights.explain_rights),
    "ledger.read": Method(LedgerRead, results.Rows, ANYBODY, answers.read_ledger),
    "subscribe": Method(Subscribe, results.Subscribed, ANYBODY, answers.subscribe, EVERY),
    "cursor.get": Method(CursorName, results.CursorAt, ANYBODY, answers.get_cursor, EVERY),
    "cursor.move": Method(CursorMove, results.Cursor, ANYBODY, answers.move_cursor, PUBLISHER),
    "receipt.note": Method(ReceiptNote, results.Done, ANYBODY, answers.note_receipt, PUBLISHER),
    "login": Method(Login, results.LoggedIn, ANYBODY, answers.login),
    "whoami": Method(WithToken, results.Who, EVERYBODY, answers.whoami),
    "logout": Method(WithToken, results.Done, ANYBODY, answers.logout),
    "person.list": Method(WithToken, results.PeopleListed, OVERSEERS, people.list_people),
    "person.show": Method(PersonOf, results.PersonFile, OVERSEERS, people.show_person),
    "person.add": Method(PersonAdd, results.PersonAdded, may(Act.ENROL), people.add_person),
    "person.change": Method(PersonChange, results.PersonFile, ADMINISTRATORS, people.change_person),
    "person.suspend": Method(PersonOf, results.PersonFile, may(Act.SUSPEND), people.suspend_person),
    "person.resume": Method(PersonOf, results.PersonFile, may(Act.RESUME), people.resume_person),
    "person.leave": Method(PersonOf, results.PersonFile, may(Act.LEAVE), people.leave),
    "person.blank": Method(PersonOf, results.Done, may(Act.BLANK), people.blank_person),
    "ring.list": Method(WithToken, results.RingsListed, OVERSEERS, rings.list_rings),
    "ring.show": Method(RingOf, results.RingFile, OVERSEERS, rings.show_ring),
    "ring.add": Method(RingAdd, results.RingFile, ADMINISTRATORS, rings.add_ring),
    "ring.change": Method(RingChange, results.RingFile, ADMINISTRATORS, rings.change_ring),
    "ring.retire": Method(RingOf, results.Done, ADMINISTRATORS, rings.retire_ring),
    "roster.export": Method(WithToken, results.RosterExported, ADMINISTRATORS, roster.export_roster),
    "pin.issue": Method(PinOf, results.PinGiven, may(Act.ISSUE_PIN), pins.issue),
    "pin.issue_missing": Method(PinsMissing, results.PinsGiven, may(Act.ISSUE_PIN), pins.issue_missing),
    "pin.reset": Method(PinOf, results.PinGiven, may(Act.ISSUE_PIN), pins.reset),
    "pin.disable": Method(PinOf, results.Done, may(Act.DISABLE_PIN), pins.disable),
    "pin.duress": Method(PinOf, results.PinGiven, may(Act.ISSUE_PIN), pins.duress),
    "commission.begin": Method(WithToken, results.Commissioning, ADMINISTRATORS, commissioning.begin),
    "commission.status": Method(WithToken, results.Commissioning, OVERSEERS, commissioning.show),
    "commission.learn": Method(LearnRing, results.LearningOf, ADMINISTRATORS, commissioning.learn),
    "commission.test": Method(SlotOf, results.Tested, ADMINISTRATORS, commissioning.test),
    "commission.end": Method(Count, results.Signed, ADMINISTRATORS, commissioning.end),
    "slot.out_of_service": Method(SlotAndWhy, results.Done, ADMINISTRATORS, commissioning.out_of_service),
    "slot.in_service": Method(SlotOf, results.Done, ADMINISTRATORS, commissioning.in_service),
    "alarm.acknowledge": Method(AlarmAcknowledge, results.Alarm, IN_COMMAND, alarms.acknowledge),
    "alarm.contact": Method(AlarmContact, results.Alarm, IN_COMMAND, alarms.contact),
    "alarm.extend": Method(AlarmExtend, results.Extended, IN_COMMAND, alarms.extend),
    "roster.import": Method(RosterImport, results.RosterImported, ADMINISTRATORS, roster.import_roster),
}


def answer(methods: Mapping[str, Method[Any, Any]], request: Request, call: Call) -> BaseModel:
    """The result of a request. Raises Refused for whatever the caller did wrong or may not do, and StoreError."""
    method = methods.get(request.method)
    if method is None:
        raise _unknown(request.method, methods)
    if method.peers.isdisjoint(call.peer.kinds):
        raise _not_for(request.method, method.peers, call.peer)
    params = _params(request, method)
    if method.roles is not None:
        call = _as_person(call, params.token.get_secret_value(), method.roles, request.method)
    elif isinstance(params, MayHaveToken) and params.token is not None:
        call = replace(call, person=person_of(call, params.token.get_secret_value()))
    result: BaseModel = method.answer(call, params)
    return result


def _params(request: Request, method: Method[Any, Any]) -> Any:  # noqa: ANN401 - as the method says
    try:
        return method.params.model_validate(request.params)
    except ValidationError as error:
        field, words = first_fault(error)
    known = method.params.model_fields
    if field not in known and field in request.params:
        words = f"unknown{_hint(field, known)}; it takes {', '.join(known) or 'nothing'}"
    raise Refused(Fault.INVALID_PARAMS, f"{request.method}: {field}: {words}", field=field)


def _as_person(call: Call, token: str, roles: frozenset[Role], method: str) -> Call:
    person = person_of(call, token)
    if person.role not in roles:
        allowed = " or ".join(sorted(role.value.replace("_", " ") for role in roles))
        raise Refused(Fault.NOT_ALLOWED, f"{method} is for a {allowed}")
    return replace(call, person=person)


def _not_for(name: str, wanted: frozenset[Kind], peer: Peer) -> Refused:
    allowed, known = (" or ".join(sorted(kind.value for kind in kinds)) for kinds in (wanted, peer.kinds))
    return Refused(Fault.NOT_ALLOWED, f"{name} is for {allowed}; this process (uid {peer.uid}) is {known or 'neither'}")


def _unknown(name: str, methods: Mapping[str, Method[Any, Any]]) -> Refused:
    return Refused(Fault.UNKNOWN_METHOD, f"there is no method {name!r}{_hint(name, methods)}")


def _hint(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, 1, 0.5)
    return f", did you mean {near[0]!r}?" if near else f", known are {', '.join(sorted(known))}"
