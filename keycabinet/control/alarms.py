"""What people do about alarms at the control socket (R35, R36, R40): none of it ends one, and each has a name."""

from collections.abc import Iterator

from keycabinet.control import results
from keycabinet.control.call import Call
from keycabinet.control.instants import instant_said
from keycabinet.control.params import AlarmAcknowledge, AlarmContact, AlarmExtend
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.status import one_alarm
from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.books import Out
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import AlarmAcknowledged, AlarmContacted, RingExtended

VIA = "socket"


def acknowledge(call: Call, params: AlarmAcknowledge) -> results.Alarm:
    """Take note of an alarm, by name. What is forced or missing goes on being heard at the cabinet (R40).

    Raises Refused if there is no such alarm, or if somebody was quicker.
    """

    def act() -> AlarmKey:
        key = _standing(call, params.kind, params.about)
        by = call.core.controller.cabinet.books.alarms[key].acknowledged_by
        if by is not None:
            raise Refused(Fault.NOT_POSSIBLE, f"{_name(call, by)} has acknowledged it already")
        call.core.controller.note(AlarmAcknowledged(*key, actor=call.actor, note=params.note, via=VIA))
        return key

    return _told(call, call.core.decide(act))


def contact(call: Call, params: AlarmContact) -> results.Alarm:
    """Record who was asked about an alarm, and what came of it (R36). Raises Refused if there is no such alarm."""

    def act() -> AlarmKey:
        key = _standing(call, params.kind, params.about)
        call.core.controller.note(AlarmContacted(*key, call.actor, params.whom, params.outcome))
        return key

    return _told(call, call.core.decide(act))


def extend(call: Call, params: AlarmExtend) -> results.Extended:
    """Let the holder of a ring keep it until then (R35). Raises Refused if it is not out, or for a past time."""
    core = call.core

    def act() -> results.Extended:
        now, directory = core.clock.now().utc, core.controller.directory
        ring = directory.ring_of_number.get(params.ring)
        out = core.controller.cabinet.books.custody.get(ring.id) if ring is not None else None
        if ring is None or not isinstance(out, Out):
            raise Refused(Fault.NOT_FOUND, f"there is no ring {params.ring} that is out", field="ring")
        due = instant_said(params.until, now, core.zone)
        if due is None or due <= now:
            words = f"{params.until!r} is no time to come: say 18:30, Sun 02:00 or 2026-03-08 02:00"
            raise Refused(Fault.NOT_POSSIBLE, words, field="until")
        core.controller.note(RingExtended(ring.id, due, call.actor, params.note))
        return results.Extended(ring=ring.number, due=due)

    return core.decide(act)


def _standing(call: Call, kind: str, about: str) -> AlarmKey:
    """The alarm that is meant, by its id or as people say it. Raises Refused if none of these stands."""
    cabinet, directory = call.core.controller.cabinet, call.core.controller.directory
    for key in cabinet.books.alarms:
        if key[0].value == kind.replace(" ", "_") and about in _names(key[1], directory):
            return key
    raise Refused(Fault.NOT_FOUND, f"there is no alarm {kind} about {about} (any more)", field="about")


def _names(subject: str, directory: Directory) -> Iterator[str]:
    yield subject
    yield subject.removeprefix("slot-")
    if subject in directory.rings:
        yield directory.rings[subject].number
    if subject in directory.people:
        yield directory.people[subject].code


def _told(call: Call, key: AlarmKey) -> results.Alarm:
    return one_alarm(key, call.core.controller.cabinet, call.core.controller.directory)


def _name(call: Call, person: str) -> str:
    found = call.core.controller.directory.people.get(person)
    return f"{found.name} ({found.code})" if found is not None else "somebody"
