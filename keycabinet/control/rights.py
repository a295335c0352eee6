"""Who could take a ring: answered beside the deciding thread, from what it last published."""

from keycabinet.control import results, status
from keycabinet.control.call import Call
from keycabinet.control.instants import instant_said
from keycabinet.control.params import RightsExplain
from keycabinet.control.refusals import Fault, Refused
from keycabinet.domain.directory import Directory
from keycabinet.domain.explain import Explanation, explain, with_a_right
from keycabinet.domain.people import Person
from keycabinet.domain.policy import Denied, wish_of
from keycabinet.domain.rings import Ring
from keycabinet.domain.schedule import When


def explain_rights(call: Call, params: RightsExplain) -> results.RightsExplained:
    """Every check for one person, or for everybody who has some right to the ring.

    The rings that people hold are those that they hold now. For a time that is named the clock is taken as trusted.
    Raises Refused if there is no such ring, person or time.
    """
    directory, cabinet = call.core.controller.directory, call.core.controller.cabinet
    when, ring = _when(call, params.at), _ring(directory, params.ring)
    people = [_person(directory, params.person)] if params.person else with_a_right(ring, directory)
    wishes = (wish_of(person, ring, directory, when, cabinet.books.holdings) for person in people)
    return results.RightsExplained(
        ring=results.Ring(id=ring.id, number=ring.number, name=ring.name),
        at=when.utc,
        local=when.utc.astimezone(call.core.zone),
        approvers=ring.approval.approvers,
        approver_groups=sorted(ring.approval.groups),
        approver_roles=sorted(role.value for role in ring.approval.roles),
        people=[_told(explain(wish), directory) for wish in wishes],
        without_right=0 if params.person else len(directory.people) - len(people),
    )


def _told(explanation: Explanation, directory: Directory) -> results.Explained:
    decision = explanation.decision
    return results.Explained(
        person=status.person(explanation.person.id, directory),
        may=not isinstance(decision, Denied),
        reason=decision.reason.value if isinstance(decision, Denied) else None,
        checks=[
            results.CheckOutcome(
                check=step.check.value, reason=step.reason.value if step.reason else None, detail=step.detail
            )
            for step in explanation.steps
        ],
    )


def _when(call: Call, said: str | None) -> When:
    core, now = call.core, call.core.clock.now().utc
    unsynced = core.controller.cabinet.unsynced
    if said is None:
        return When(now, core.zone, core.is_synced(), unsynced)
    instant = instant_said(said, now, core.zone)
    if instant is None:
        words = f"{said!r} is no time: say Sun 02:00, 02:00 or 2026-03-08 02:00"
        raise Refused(Fault.INVALID_PARAMS, words, field="at")
    return When(instant, core.zone, clock_synced=True, unsynced=unsynced)


def _ring(directory: Directory, asked: str) -> Ring:
    ring = directory.ring_of_number.get(asked) or directory.rings.get(asked)
    if ring is None:
        raise Refused(Fault.NOT_FOUND, f"there is no ring {asked}", field="ring")
    return ring


def _person(directory: Directory, asked: str) -> Person:
    person = directory.person_of_code.get(asked) or directory.people.get(asked)
    if person is None:
        raise Refused(Fault.NOT_FOUND, f"nobody has the user code {asked}", field="person")
    return person
