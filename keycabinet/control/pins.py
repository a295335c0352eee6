"""PINs of others: an administrator issues, resets and disables them, and never their own (R2)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from keycabinet.control import results
from keycabinet.control.acting import allow
from keycabinet.control.call import Call
from keycabinet.control.params import PinOf, PinsMissing
from keycabinet.control.refusals import Fault, Refused
from keycabinet.credentials import Credential
from keycabinet.domain.books import Books
from keycabinet.domain.duties import Act, hindrance
from keycabinet.domain.entries import DuressIssued, Entry, PinDisabled, PinIssued, PinReset
from keycabinet.domain.people import Person, Pin
from keycabinet.errors import ConfigError
from keycabinet.store import Change


@dataclass(frozen=True)
class _Owner:
    """Whose PIN it is about; ``has`` is None for somebody who was given none yet."""

    person: Person
    has: Credential | None


@dataclass(frozen=True)
class _Drawn:
    """A PIN for somebody who had none when it was drawn."""

    person: Person
    pin: Pin
    credential: Credential


def issue(call: Call, params: PinOf) -> results.PinGiven:
    """A PIN for somebody who has none. Raises Refused."""
    owner = _owner(call, params.code, Act.ISSUE_PIN)
    if owner.has is not None:
        raise Refused(Fault.NOT_POSSIBLE, f"{params.code} has a PIN already: reset it")
    return _give(call, owner, PinIssued(owner.person.id, call.actor))


def issue_missing(call: Call, params: PinsMissing) -> results.PinsGiven:
    """PINs for some of those who have none, first of the lowest codes; called again until nobody is left."""
    waiting = without_pin(call)
    drawn = [_Drawn(person, *call.core.pins.draw(person.id)) for person in waiting[: params.most]]
    kept = call.core.decide(lambda: _commit_drawn(call, drawn))
    given = [results.PinGiven(code=each.person.code, name=each.person.name, pin=each.pin.digits) for each in kept]
    return results.PinsGiven(given=given, left=len(waiting) - len(drawn))


def without_pin(call: Call) -> list[Person]:
    """Those who have not left and have no PIN, and whom the caller may give one, by code."""
    people, now = call.core.controller.directory.people, call.core.clock.now().utc
    with call.core.open_reader() as reader:
        found = [people[each] for each in reader.without_pin() if each in people]
    here = [each for each in found if each.valid_until is None or each.valid_until > now]
    may = [each for each in here if call.person and hindrance(call.person, Act.ISSUE_PIN, each) is None]
    return sorted(may, key=lambda each: each.code)


def reset(call: Call, params: PinOf) -> results.PinGiven:
    """A new PIN in place of the old one; a PIN for duress goes with it. Raises Refused."""
    owner = _owner(call, params.code, Act.ISSUE_PIN)
    if owner.has is None:
        raise Refused(Fault.NOT_POSSIBLE, f"{params.code} has no PIN yet: issue one")
    return _give(call, owner, PinReset(owner.person.id, call.actor))


def disable(call: Call, params: PinOf) -> results.Done:
    """From now on this PIN opens nothing, until it is reset. Raises Refused."""
    owner = _owner(call, params.code, Act.DISABLE_PIN)

    def shut(has: Credential) -> Credential:
        return replace(has, terms=replace(has.terms, disabled=True))

    call.core.decide(lambda: _replace(call, owner, shut, PinDisabled(owner.person.id, call.actor)))
    return results.Done()


def duress(call: Call, params: PinOf) -> results.PinGiven:
    """A PIN for duress beside the other one. Raises Refused, also where nobody would hear of its use."""
    if not call.core.pins.duress_is_heard:
        told = "nobody would hear of it: `sealed_to_mqtt` in [control], a table [mqtt], and a reader of sealed/#"
        raise Refused(Fault.NOT_POSSIBLE, told)
    owner = _owner(call, params.code, Act.ISSUE_PIN)
    if owner.has is None:
        raise Refused(Fault.NOT_POSSIBLE, f"{params.code} has no PIN yet: issue one")
    pin, digest = call.core.pins.draw_duress(owner.has)

    def beside(has: Credential) -> Credential:
        return replace(has, duress_digest=digest)

    call.core.decide(lambda: _replace(call, owner, beside, DuressIssued(owner.person.id, call.actor)))
    return _given(owner, pin)


def _owner(call: Call, code: str, act: Act) -> _Owner:
    person = call.core.controller.directory.person_of_code.get(code)
    if person is None:
        raise Refused(Fault.NOT_FOUND, f"nobody has the user code {code}", field="code")
    allow(call, act, person)
    return _Owner(person, call.core.decide(lambda: _held(call, code)))


def _held(call: Call, code: str) -> Credential | None:
    found = call.core.pins.lookup(code)
    return found if found is not None and found.salt else None


def _give(call: Call, owner: _Owner, entry: PinIssued | PinReset) -> results.PinGiven:
    pin, credential = call.core.pins.draw(owner.person.id)
    call.core.decide(lambda: _commit(call, owner, credential, entry))
    return _given(owner, pin)


def _replace(call: Call, owner: _Owner, change: Callable[[Credential], Credential], entry: Entry) -> None:
    has = _held(call, owner.person.code)
    if has is None:
        raise Refused(Fault.NOT_POSSIBLE, f"{owner.person.code} has no PIN")
    _commit(call, owner, change(has), entry)


def _commit(call: Call, owner: _Owner, credential: Credential, entry: Entry) -> None:
    """Deciding thread only: nobody else has given this person a PIN, or taken the code, since it was looked up."""
    has, controller = _held(call, owner.person.code), call.core.controller
    same = owner.has is has if owner.has is None or has is None else owner.has.salt == has.salt
    if not same or controller.directory.people.get(owner.person.id) != owner.person:
        raise ConfigError(f"the PIN of {owner.person.code} was changed meanwhile: try again")
    controller.enrol(controller.directory, Change((entry,), Books(), Books(), credentials=(credential,)))


def _commit_drawn(call: Call, drawn: list[_Drawn]) -> list[_Drawn]:
    """Deciding thread only: those of them whose owner is the same still and has no PIN yet, made durable at once."""
    controller = call.core.controller
    people = controller.directory.people
    kept = [each for each in drawn if people.get(each.person.id) == each.person and not _held(call, each.person.code)]
    entries = tuple(PinIssued(each.person.id, call.actor) for each in kept)
    credentials = tuple(each.credential for each in kept)
    if kept:
        controller.enrol(controller.directory, Change(entries, Books(), Books(), credentials=credentials))
    return kept


def _given(owner: _Owner, pin: Pin) -> results.PinGiven:
    return results.PinGiven(code=owner.person.code, name=owner.person.name, pin=pin.digits)
