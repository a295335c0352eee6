"""Rings, one at a time: list, show, add, change, retire (R12). Every change has its own row."""

from keycabinet.control import results
from keycabinet.control.acting import commit, prepared, ring_named, what_changed
from keycabinet.control.call import Call
from keycabinet.control.params import RingAdd, RingChange, RingOf, WithToken
from keycabinet.control.refusals import Fault, Refused
from keycabinet.control.status import person
from keycabinet.domain.books import Books, Custody, In, Missing, Out, SetAside
from keycabinet.domain.entries import Entry, RingChanged, RingRetired
from keycabinet.domain.rings import Ring
from keycabinet.roster import Files
from keycabinet.roster.rings import COLUMNS, ring_cells
from keycabinet.roster.single import one_row
from keycabinet.store import Change, bounds_changed

UNSAID = frozenset({"name"})
_DEFAULTS = {"due": "none", "keys": "0"}


def list_rings(call: Call, _params: WithToken) -> results.RingsListed:
    """Every ring, and where it is."""
    rings = sorted(call.core.controller.directory.rings.values(), key=lambda ring: (len(ring.number), ring.number))
    return results.RingsListed(rings=[_file(call, ring) for ring in rings])


def show_ring(call: Call, params: RingOf) -> results.RingFile:
    """One ring, and where it is. Raises Refused if there is none."""
    return _file(call, ring_named(call.core.controller.directory, params.ring))


def add_ring(call: Call, params: RingAdd) -> results.RingFile:
    """Enrol a ring; it is unverified until its tag is read in a slot. Raises Refused for a number that another has."""
    number = params.cells.get("number", "")
    if any(ring.number == number for ring in call.core.controller.directory.rings.values()):
        raise Refused(Fault.NOT_POSSIBLE, f"there is a ring {number} already", field="number")
    ready = prepared(call, Files(rings=one_row("rings", dict.fromkeys(COLUMNS, "") | _DEFAULTS | params.cells)))
    commit(call, ready)
    (new,) = ready.plan.rings
    return _file(call, new)


def change_ring(call: Call, params: RingChange) -> results.RingFile:
    """Change columns of a ring, but not the number, which is what it is. Raises Refused for a wrong value."""
    ring = ring_named(call.core.controller.directory, params.ring)
    if "number" in params.cells:
        raise Refused(Fault.INVALID_PARAMS, "number: a ring keeps its number; retire it, add another", field="number")
    before = ring_cells(ring)
    ready = prepared(call, Files(rings=one_row("rings", before | params.cells)))
    after = ready.plan.directory.rings[ring.id]
    commit(call, ready, RingChanged(ring.id, what_changed(before, ring_cells(after), UNSAID), call.actor))
    return _file(call, after)


def retire_ring(call: Call, params: RingOf) -> results.Done:
    """Strike a ring off. It must be in the hand of whoever calls, or be nowhere: one in a slot would stay there.

    Pairs that name it go with it, with a row of their own. Raises Refused.
    """

    def job() -> None:
        controller = call.core.controller
        ring = ring_named(controller.directory, params.ring)
        _refuse_to_retire(call, ring)
        before, after = controller.directory, controller.directory.without_ring(ring.id)
        entries: tuple[Entry, ...] = (RingRetired(ring.id, ring.number, call.actor),)
        bounds = after.bounds if after.bounds != before.bounds else None
        if bounds is not None:
            entries += (bounds_changed(bounds, call.actor),)
        controller.enrol(after, Change(entries, Books(), Books(), retired=(ring.id,), bounds=bounds))

    call.core.decide(job)
    return results.Done()


def _refuse_to_retire(call: Call, ring: Ring) -> None:
    books = call.core.controller.cabinet.books
    if any(release.ring == ring.id for release in books.releases.values()):
        raise Refused(Fault.NOT_POSSIBLE, f"ring {ring.number} is being released", field="ring")
    match books.custody.get(ring.id):
        case In(slot=slot):
            told = f"ring {ring.number} hangs in slot {slot}: take it out first"
            raise Refused(Fault.NOT_POSSIBLE, told, field="ring")
        case Out(holder=holder) if holder != call.actor:
            told = f"ring {ring.number} is booked to somebody else: only who holds it can have it retired"
            raise Refused(Fault.NOT_POSSIBLE, told, field="ring")
        case _:
            pass


def _file(call: Call, ring: Ring) -> results.RingFile:
    custody = call.core.controller.cabinet.books.custody.get(ring.id)
    holder = custody.holder if isinstance(custody, Out) else None
    return results.RingFile(
        id=ring.id,
        cells=ring_cells(ring),
        custody=_word(custody),
        slot=custody.slot if isinstance(custody, In | Out | Missing | SetAside) else None,
        holder=person(holder, call.core.controller.directory) if holder is not None else None,
        since=custody.since if custody is not None else None,
    )


def _word(custody: Custody | None) -> str:
    match custody:
        case In():
            return "in"
        case Out():
            return "out"
        case Missing():
            return "missing"
        case _:
            return "unverified"
