"""A core without devices: a real store, a real controller in its thread, and the control socket. Time stands still."""

import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from keycabinet.control.client import Client
from keycabinet.control.connection import Limits
from keycabinet.control.core import Core, PinDesk
from keycabinet.control.delivery import Delivery
from keycabinet.control.head import Head
from keycabinet.control.methods import METHODS
from keycabinet.control.progress import CURSOR, Cursors, Progress
from keycabinet.control.server import Server
from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.credentials import Hasher, Params
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Entry, RingEnrolled
from keycabinet.domain.events import BoltsRead, ContactRead, DeviceReady, DoorRead, Event, KeyPressed, TagsRead
from keycabinet.domain.moment import Moment
from keycabinet.domain.people import Person, Pin, Role
from keycabinet.domain.pins import PinRules
from keycabinet.domain.state import Cabinet
from keycabinet.issuing import Issuer
from keycabinet.roster import Site
from keycabinet.store import Change, Enrolment, Reader, Store, rights_changed
from keycabinet.store.upgrade import create
from tests.builders import NOON, PINS, SLOTS, ZONE, a_directory, a_layout, a_person, tags
from tests.fakes import FakeChecker, FakeClock, FakePanel, FakeReserve, nothing_waits

PATIENCE_S = 20.0
ADMIN = a_person("eve", "1009", role=Role.SECURITY_ELECTRONICS_ADMINISTRATOR, groups="")
COMMANDER = a_person("wes", "1008", role=Role.WATCH_COMMANDER, groups="")
SUPERINTENDENT = a_person("sue", "1007", role=Role.SUPERINTENDENT_OF_SECURITY, groups="")
KNOWN_PINS = {**PINS, ADMIN.code: "8642", COMMANDER.code: "7531", SUPERINTENDENT.code: "6420"}


class Ledger:
    """The store as the controller knows it: each commit moves the head."""

    def __init__(self, store: Store, head: Head, delivery: Delivery) -> None:
        self.store, self.head, self.delivery = store, head, delivery

    def commit(self, change: Change, moment: Moment) -> None:
        for row in self.store.commit(change, moment):
            self.delivery.learn(row.seq, row.entry)
        self.head.advance(self.store.head.seq)

    def recover(self) -> bool:
        return self.store.recover()


class House:
    """Everything of a core but its devices, whose part the test plays with ``tell``."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.socket = folder / "control.sock"
        self.path, self.store = folder / "cabinet.db", store
        self.clock, self.head, self.panel, inbox = FakeClock(), Head(store.head.seq), FakePanel(), Inbox()
        hardware = Hardware(slots=dict.fromkeys(SLOTS, self.panel), doors=(self.panel,), displays=(self.panel,))
        consumers = {"board": True, "mail": False}
        self.delivery = Delivery(consumers, {}, store.set_cursors, store.raised(), self.clock.now().elapsed)
        outside = Outside(
            Ledger(store, self.head, self.delivery),
            hardware,
            FakeChecker(inbox.emit),
            self.clock,
            ZONE,
            FakeReserve(),
            nothing_waits,
        )
        self.controller = Controller(Cabinet(a_layout(), books=store.books()), store.directory(), outside, inbox)
        self.inbox = inbox
        self.hasher = Hasher(b"a pepper for tests", derive=quickly)
        self.issuer = Issuer(self.hasher, PinRules(), lambda: self.clock.now().utc)
        self.core = Core(
            cabinet_id="mc-1",
            title="Master Control",
            version="1",
            boot_id="boot-1",
            zone=ZONE,
            controller=self.controller,
            clock=self.clock,
            is_synced=lambda: True,
            open_reader=lambda: Reader.open(self.path),
            cursors=Cursors(store.move_cursor, {CURSOR: Progress(self.head, store.cursor(CURSOR))}),
            delivery=self.delivery,
            authenticate=self._authenticate,
            head=self.head,
            site=Site(slots=8, zone=ZONE, pin_digits=6),
            pins=PinDesk(store.credential, self.issuer.draw, self.issuer.draw_duress, duress_is_heard=True),
        )

    def tell(self, *events: Event) -> None:
        """Let these things happen, and wait until they are answered."""
        for event in events:
            self.controller.submit(lambda event=event: self.controller.handle(event)).result(PATIENCE_S)

    def record(self, *entries: Entry) -> None:
        """Commit these entries in one transaction, as if the rules had decided so."""
        enrol = lambda: self.controller.enrol(self.controller.directory, change_of(*entries))  # noqa: E731
        self.controller.submit(enrol).result(PATIENCE_S)
        self.settled()

    def enrol(self, person: Person) -> None:
        """Enrol one more person, as an import does."""
        enrolment, directory = Enrolment.of(person), self.controller.directory.having(people=[person])
        change = replace(change_of(enrolment.entry()), people=(enrolment,))
        self.controller.submit(lambda: self.controller.enrol(directory, change)).result(PATIENCE_S)

    def ready(self, *rings: int) -> None:
        """Every device is heard: these rings hang in the slots of their numbers, all bolts home, door closed."""
        contacts = (ContactRead(slot, slot in rings) for slot in SLOTS)
        self.tell(BoltsRead(SLOTS, home=True), DoorRead(is_open=False), *contacts, DeviceReady("pins"))
        self.tell(TagsRead("bank1", tags(*rings)), DeviceReady("bank1"), DeviceReady("panel"))

    def take(self, slot: int, code: str = "1001") -> None:
        """Somebody logs in at the keypad, takes the ring of this slot, and leaves."""
        self.tell(*(KeyPressed(key) for key in f"{code}#{PINS[code]}#"))
        self.settled()
        self.tell(*(KeyPressed(key) for key in f"{slot}#"))
        hanging = {place for place, it in self.controller.cabinet.seen.hanging.items() if place != slot}
        self.tell(ContactRead(slot, closed=False), TagsRead("bank1", tags(*hanging)))
        self.tell(*(KeyPressed(key) for key in "**"))

    def take_wrong(self, code: str) -> None:
        """Somebody types a wrong PIN at the keypad."""
        self.tell(*(KeyPressed(key) for key in f"{code}#0000#"))
        self.settled()

    def settled(self) -> None:
        """Wait until the inbox is empty."""
        self.controller.submit(lambda: None).result(PATIENCE_S)
        self.controller.submit(lambda: None).result(PATIENCE_S)

    def _authenticate(self, code: str, pin: Pin) -> str | None:
        person = self.controller.directory.person_of_code.get(code)
        return person.id if person is not None and KNOWN_PINS.get(code) == pin.digits else None


@contextmanager
def a_house(folder: Path) -> Iterator[House]:
    """A core that has started, with Ann, Bob, Cal, Dee and the administrator Eve, and rings 1 to 6; no server yet."""
    create(folder / "cabinet.db", demo=False, at=NOON.utc)
    with Store.open(folder / "cabinet.db", "boot-1") as store:
        _staff(store)
        house = House(folder, store)
        stopping = threading.Event()
        deciding = threading.Thread(target=house.controller.run, args=(stopping, lambda: None), name="deciding")
        house.controller.start("1")
        deciding.start()
        try:
            yield house
        finally:
            house.controller.submit(stopping.set).result(PATIENCE_S)
            deciding.join(PATIENCE_S)


@contextmanager
def open_house(folder: Path, limits: Limits = Limits(), methods: Any = METHODS) -> Iterator[House]:  # noqa: B008
    """The same, with its control socket served."""
    with a_house(folder) as house, Server(house.socket, house.core, methods, limits):
        yield house


class Wire:
    """The socket as it is: bytes out, lines in."""

    def __init__(self, path: Path) -> None:
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(PATIENCE_S)
        self.link.connect(str(path))
        self._lines = self.link.makefile("rb")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self.link.close()

    def send(self, portion: bytes) -> None:
        self.link.sendall(portion)

    def heard(self) -> dict[str, Any]:
        """The next whole line; an empty object when the core has hung up."""
        line = self._lines.readline()
        return json.loads(line) if line.endswith(b"\n") else {}

    def ask(self, line: object) -> dict[str, Any]:
        """The answer to this line, given as bytes or as what JSON makes of it."""
        self.send((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")
        return self.heard()


def quickly(secret: bytes, salt: bytes, _params: Params) -> bytes:
    """A hash that costs nothing."""
    return hmac.digest(salt, secret, "sha256")


def logged_in(client: Client, code: str = ADMIN.code) -> str:
    """The token of a session of this person."""
    token: str = client.call("login", code=code, pin=KNOWN_PINS[code])["token"]
    return token


def asking(house: House) -> Client:
    """A client that is not connected yet."""
    return Client(house.socket, PATIENCE_S)


def _staff(store: Store) -> None:
    directory: Directory = a_directory()
    people = tuple(Enrolment.of(person) for person in (*directory.people.values(), ADMIN))
    rings = tuple(directory.rings.values())
    entries: tuple[Entry, ...] = (
        *(each.entry() for each in people),
        *(RingEnrolled(ring.id, ring.home_slot) for ring in rings),
        rights_changed(directory.rights),
    )
    books = Books().fold(entries, NOON.utc)
    store.commit(Change(entries, Books(), books, people=people, rings=rings, rights=directory.rights), NOON)


def change_of(*entries: Entry) -> Change:
    return Change(entries, Books(), Books())
