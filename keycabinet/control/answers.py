"""How each method is answered, in the client's own thread. Only what changes something goes to the deciding thread."""

from collections.abc import Callable
from dataclasses import replace

from keycabinet.control import results, status
from keycabinet.control.call import Call, no_session, still_there, welcome
from keycabinet.control.params import (
    CursorMove,
    CursorName,
    LedgerRead,
    Login,
    Nothing,
    ReceiptNote,
    SeenAs,
    Subscribe,
    WithToken,
)
from keycabinet.control.peers import Kind
from keycabinet.control.progress import CURSOR
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.rows import Stretch, read_on, row_out
from keycabinet.control.sessions import IDLE
from keycabinet.control.sight import Sight
from keycabinet.domain.entries import Visibility
from keycabinet.domain.people import Pin
from keycabinet.domain.states import Idle


def hello(call: Call, _params: Nothing) -> results.Hello:
    """Who answers here."""
    core = call.core
    return results.Hello(
        version=core.version,
        boot_id=core.boot_id,
        cabinet=core.cabinet_id,
        title=core.title,
        timezone=core.zone.key,
        head_seq=core.head.seq,
    )


def show_status(call: Call, params: SeenAs) -> results.Status:
    """The cabinet as it is now; custody and alarms are exactly as of the head, for who goes on with a subscription.

    Alarms whose rows are sealed stand there only for who sees sealed rows (R6).
    """
    core, now, sight = call.core, call.core.clock.now(), _sight_of(call, params)()
    with core.open_reader() as reader, reader.snapshot():
        head, books = reader.head(), reader.books()
    cabinet, directory = replace(core.controller.cabinet, books=books), core.controller.directory
    return results.Status(
        cabinet=core.cabinet_id,
        title=core.title,
        timezone=core.zone.key,
        ready=cabinet.running,
        silent=sorted(cabinet.unheard),
        health=status.health(core.controller.ills),
        clock=results.Clock(utc=now.utc, local=now.utc.astimezone(core.zone), synced=core.is_synced()),
        door=status.door(cabinet),
        slots=status.slots(cabinet, directory, now.utc),
        alarms=status.alarms(cabinet, directory, sealed=Visibility.SEALED in sight.visibilities),
        head=results.LedgerHead(seq=head.seq, hash=head.hash),
        session=not isinstance(cabinet.session, Idle),
        commissioning=books.commissioning.since if books.commissioning is not None else None,
    )


def read_ledger(call: Call, params: LedgerRead) -> results.Rows:
    """Rows from a number on. What the caller may not see leaves a gap in the numbers."""
    head_seq = call.core.head.seq
    with call.core.open_reader() as reader:
        rows, next_seq = read_on(reader, Stretch(params.from_seq, params.limit, head_seq), call.sight())
    directory = call.core.controller.directory
    return results.Rows(rows=[row_out(row, directory) for row in rows], next_seq=next_seq, head_seq=head_seq)


def subscribe(call: Call, params: Subscribe) -> results.Subscribed:
    """Promise the rows from a number on; the connection sends them. Raises Refused for a row far ahead of the last."""
    head_seq = call.core.head.seq
    if params.from_seq > head_seq + 1:
        words = f"row {params.from_seq} is ahead: the ledger ends with row {head_seq}"
        raise Refused(Fault.NOT_POSSIBLE, words, field="from_seq")
    sight, only = _sight_of(call, params), params.only
    seen = sight if only is None else lambda: sight().only(sealed=only == "sealed")
    return results.Subscribed(from_seq=params.from_seq, head_seq=head_seq, sight=seen)


def _sight_of(call: Call, params: SeenAs) -> Callable[[], Sight]:
    """What is seen by who asks; of a subscriber, asked again and again: a session may end before the stream does."""
    if params.peer is not None and Kind(params.peer) not in call.peer.kinds:
        raise Refused(Fault.NOT_ALLOWED, f"this process (uid {call.peer.uid}) is not {params.peer}", field="peer")
    if params.peer is not None or call.peer.kinds == {Kind.MQTT}:
        return lambda: call.sight(Kind.MQTT)
    if params.token is None:
        return call.sight
    token = params.token.get_secret_value()
    return lambda: replace(call, person=still_there(call, token)).sight()


def get_cursor(call: Call, params: CursorName) -> results.CursorAt:
    """How far a reader has come, and the last row up to there that it was given: of sealed ones, and of the rest."""
    sight = call.sight(Kind(params.name))
    with call.core.open_reader() as reader, reader.snapshot():
        seq = reader.cursors().get(params.name, 0)
        last, last_sealed = (
            reader.last_before(seq + 1, part.visibilities, part.shows) or 0
            for part in (sight.only(sealed=False), sight.only(sealed=True))
        )
    return results.CursorAt(name=params.name, seq=seq, last=last, last_sealed=last_sealed)


def move_cursor(call: Call, params: CursorMove) -> results.Cursor:
    """Note how far a reader has come. Raises StoreError for a step back or beyond the last row."""
    call.core.decide(lambda: call.core.cursors.move(params.name, params.seq, params.fault, params.detail))
    return results.Cursor(name=params.name, seq=params.seq)


def note_receipt(call: Call, params: ReceiptNote) -> results.Done:
    """Note how far a consumer has stored what was published. Raises ConfigError for who is unknown or ahead."""
    core = call.core

    def note() -> None:
        core.delivery.note(
            params.consumer, params.sequence, params.sealed, core.cursors.at(CURSOR), core.clock.now().elapsed
        )

    core.decide(note)
    return results.Done()


def login(call: Call, params: Login) -> results.LoggedIn:
    """A session for a code and its PIN. Raises Refused, with the same words whatever the reason."""
    core = call.core
    try:
        known = core.authenticate(params.code, Pin(params.pin.get_secret_value()))
    except TimeoutError:
        raise Refused(Fault.BUSY, "the core did not get round to it; try again") from None
    now = core.clock.now()
    person = welcome(core, known, now)
    if person is None:
        raise Refused(Fault.NOT_ACCEPTED, "not accepted")
    return results.LoggedIn(
        token=call.sessions.open(person.id, now.elapsed),
        person=results.Person(id=person.id, code=person.code, name=person.name),
        role=person.role.value,
        expires_in_s=int(IDLE.total_seconds()),
    )


def whoami(call: Call, _params: WithToken) -> results.Who:
    """Whose session this is."""
    person = call.person
    if person is None:
        raise no_session()
    return results.Who(
        person=results.Person(id=person.id, code=person.code, name=person.name),
        role=person.role.value,
        expires_in_s=int(IDLE.total_seconds()),
    )


def logout(call: Call, params: WithToken) -> results.Done:
    """End a session. Raises Refused if there is none."""
    if not call.sessions.close(params.token.get_secret_value(), call.core.clock.now().elapsed):
        raise no_session()
    return results.Done()
