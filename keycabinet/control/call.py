"""One call: who asks, and whom."""

from dataclasses import dataclass

from keycabinet.control.core import Core
from keycabinet.control.peers import Kind, Peer, Sealed
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.sessions import Sessions
from keycabinet.control.sight import Sight, visible_to
from keycabinet.domain.moment import Moment
from keycabinet.domain.people import Person
from keycabinet.domain.policy import Denied, may_enter


@dataclass(frozen=True)
class Call:
    """The core, the process at the other end, and the person of its session where the method needs one.

    ``sealed``: which sealed rows the peer ``mqtt`` is given.
    """

    core: Core
    sessions: Sessions
    peer: Peer
    sealed: Sealed = Sealed.DURESS
    person: Person | None = None

    @property
    def actor(self) -> str:
        """The id of the person behind a change. Raises Refused if nobody is: then nothing may be changed."""
        if self.person is None:
            raise no_session()
        return self.person.id

    def sight(self, kind: Kind = Kind.PEOPLE) -> Sight:
        """Which rows are seen by a process of this kind for this person."""
        return visible_to(kind, self.person.role if self.person else None, self.sealed)


def person_of(call: Call, token: str) -> Person:
    """Whose session this is. Raises Refused if there is none, or if the person may not be here any more."""
    now = call.core.clock.now()
    known = call.sessions.person(token, now.elapsed)
    person = welcome(call.core, known, now)
    if person is None:
        raise no_session()
    return person


def still_there(call: Call, token: str) -> Person:
    """Whose session this is; looking does not keep it alive. Raises Refused as ``person_of`` does."""
    now = call.core.clock.now()
    person = welcome(call.core, call.sessions.peek(token, now.elapsed), now)
    if person is None:
        raise no_session()
    return person


def welcome(core: Core, known: str | None, now: Moment) -> Person | None:
    """The person with this id, unless there is none or they may not be here now."""
    person = core.controller.directory.people.get(known) if known is not None else None
    return None if person is None or isinstance(may_enter(person, now.utc), Denied) else person


def no_session() -> Refused:
    """The refusal of a token that is not, or no longer, a session."""
    return Refused(Fault.NO_SESSION, "there is no such session (any more): log in")
