"""Where the dialogue comes back to: the menu of somebody who is logged in, the one refusal, and the way out."""

from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import SessionEnded
from keycabinet.domain.state import Turn
from keycabinet.domain.states import IDLE, Choosing

REFUSED = ("NOT ACCEPTED", "ASK YOUR SUPERVISOR")


def menu(turn: Turn, person: str, digits: str = "") -> Turn:
    """The person chooses."""
    return turn.at(Choosing(person, digits, turn.elapsed + turn.cabinet.times.menu))


def refused(turn: Turn) -> Turn:
    """The one text and the one tone for every refusal (R5)."""
    return turn.noted(*REFUSED).command(Play(Tune.REFUSED))


def leave(turn: Turn, person: str, why: str) -> Turn:
    """The person's session is over."""
    return turn.at(IDLE).record(SessionEnded(person, why))
