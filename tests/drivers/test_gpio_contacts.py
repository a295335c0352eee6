"""What the contacts of a cabinet tell, and when."""

from functools import partial
from itertools import cycle

from drivers.gpio.contacts import FIRST_READING_NS, READ_AGAIN_NS, Contacts
from drivers.gpio.pins import Input
from keycabinet.domain.events import ContactRead, Event

MS = 1_000_000
STABLE_NS = 50 * MS


class Contact:
    """A contact of a slot that can be moved."""

    def __init__(self, slot: int) -> None:
        self.closed = False
        self.input = Input(lambda: not self.closed, partial(_reading, slot))


def test_a_contact_that_chatters_keeps_no_other_from_being_reported() -> None:
    chatter = cycle((True, False))
    quiet = Contact(2)
    told: list[Event] = []
    contacts = Contacts([Input(lambda: next(chatter), partial(_reading, 1)), quiet.input], STABLE_NS, told.append, 0)
    for now_ns in range(0, FIRST_READING_NS, 10 * MS):
        contacts.edge(0, now_ns)
        contacts.step(now_ns)
        assert not contacts.settled(now_ns)

    assert contacts.settled(FIRST_READING_NS)
    contacts.tell_all()
    assert [type(event) for event in told] == [ContactRead, ContactRead]
    assert told[1] == ContactRead(2, closed=False)


def test_nothing_is_told_before_the_first_readings() -> None:
    ring, told, contacts = _settled_contact()
    ring.closed = True
    contacts.edge(0, 100 * MS)
    contacts.step(150 * MS)
    assert told == []

    contacts.tell_all()
    assert told == [ContactRead(1, closed=True)]


def test_a_ring_that_only_touches_is_not_told() -> None:
    ring, told, contacts = _settled_contact()
    contacts.tell_all()
    ring.closed = True
    contacts.edge(0, 100 * MS)
    ring.closed = False
    contacts.edge(0, 120 * MS)
    contacts.step(200 * MS)

    assert told == [ContactRead(1, closed=False)]


def test_a_line_is_read_again_although_no_edge_came() -> None:
    ring, told, contacts = _settled_contact()
    contacts.tell_all()
    ring.closed = True
    assert contacts.due_ns == READ_AGAIN_NS
    contacts.step(READ_AGAIN_NS)
    assert contacts.due_ns == READ_AGAIN_NS + STABLE_NS
    contacts.step(READ_AGAIN_NS + STABLE_NS)

    assert told[-1] == ContactRead(1, closed=True)


def _settled_contact() -> tuple[Contact, list[Event], Contacts]:
    ring, told = Contact(1), list[Event]()
    contacts = Contacts([ring.input], STABLE_NS, told.append, 0)
    contacts.step(0)
    contacts.step(STABLE_NS)
    assert contacts.settled(STABLE_NS)
    return ring, told, contacts


def _reading(slot: int, is_high: bool) -> Event:
    return ContactRead(slot, closed=not is_high)
