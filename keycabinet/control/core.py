"""What the control socket asks of the core: everything comes in here, nothing is looked for."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from keycabinet.control.delivery import Delivery
from keycabinet.control.head import Head
from keycabinet.control.progress import Cursors
from keycabinet.control.refusals import Fault, Refused
from keycabinet.credentials import Credential
from keycabinet.domain.directory import Directory
from keycabinet.domain.entries import Entry
from keycabinet.domain.moment import Moment
from keycabinet.domain.people import Pin
from keycabinet.domain.state import Cabinet, Hindered, Ill, Turn
from keycabinet.roster import Site
from keycabinet.store import Change, Reader

T = TypeVar("T")
ANSWER_WITHIN_S = 30.0
"""How long a client waits for the deciding thread; a large import is one commit of seconds."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Moment:
        """This instant on both clocks."""
        ...


class Deciding(Protocol):
    """The controller, as far as the socket knows it."""

    @property
    def cabinet(self) -> Cabinet:
        """The cabinet as it is now."""
        ...

    @property
    def directory(self) -> Directory:
        """People, rings and rights as they are now."""
        ...

    @property
    def ills(self) -> Mapping[str, Ill]:
        """What does not work."""
        ...

    def submit(self, job: Callable[[], T]) -> "Future[T]":
        """Have this done by the deciding thread, between two events."""
        ...

    def carry_out(self, asked: Callable[[Turn], Turn | Hindered]) -> Hindered | None:
        """Do what a person asked for, or say what hinders it. Deciding thread only."""
        ...

    def note(self, *entries: Entry) -> None:
        """Record what happened at the socket. Deciding thread only. Raises StoreError."""
        ...

    def enrol(self, directory: Directory, change: Change) -> None:
        """Record a change of people, rings or rights, and work with it from now on. Deciding thread only."""
        ...


@dataclass(frozen=True)
class PinDesk:
    """PINs of people. ``lookup`` (of a credential, by user code) belongs to the deciding thread; the rest is slow.

    ``draw`` and ``draw_duress`` are those of ``Issuer``. ``duress_is_heard``: sealed rows leave the cabinet.
    """

    lookup: Callable[[str], Credential | None]
    draw: Callable[[str], tuple[Pin, Credential]]
    draw_duress: Callable[[Credential], tuple[Pin, bytes]]
    duress_is_heard: bool


@dataclass(frozen=True)
class Core:
    """The running core. ``cursors`` and ``delivery`` belong to the deciding thread; the rest is safe in any thread.

    ``authenticate`` gives the id of the person with this code and PIN, or None; it may take as long as a hash does, and
    raises TimeoutError.
    ``site`` is for imports.
    """

    cabinet_id: str
    title: str
    version: str
    boot_id: str
    zone: ZoneInfo
    controller: Deciding
    clock: Clock
    is_synced: Callable[[], bool]
    open_reader: Callable[[], Reader]
    cursors: Cursors
    delivery: Delivery
    authenticate: Callable[[str, Pin], str | None]
    head: Head
    site: Site
    pins: PinDesk

    def decide(self, job: Callable[[], T], within_s: float = ANSWER_WITHIN_S) -> T:
        """Have the deciding thread do this, and wait. Raises Refused if it has no time, and what the job raises."""
        future = self.controller.submit(job)
        try:
            return future.result(within_s)
        except TimeoutError:
            if not future.cancel():
                return future.result()  # it has begun: what it does counts
            raise Refused(Fault.BUSY, "the core did not get round to it; nothing was done") from None
