"""The cabinet as the rules see it: one immutable value, and the turn that carries it through a step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from keycabinet.domain.alarm import AlarmKey, AlarmRules
from keycabinet.domain.books import Books, Unverified
from keycabinet.domain.directory import Directory
from keycabinet.domain.effects import ChosenPin, Command, Effects
from keycabinet.domain.entries import Entry, SlotTested
from keycabinet.domain.events import Tag
from keycabinet.domain.guard import Guard, Limits, Try
from keycabinet.domain.layout import Layout
from keycabinet.domain.moment import Moment
from keycabinet.domain.people import LoginMode
from keycabinet.domain.pins import PinRules
from keycabinet.domain.rings import Ring
from keycabinet.domain.schedule import Unsynced, When
from keycabinet.domain.seen import Seen
from keycabinet.domain.states import SECURED, DoorState, DoorUnknown, Idle, LearningState, SessionState, SlotState


@dataclass(frozen=True, slots=True)
class Times:
    """How long each step of the dialogue waits for a person; a site can change them."""

    entry: timedelta = timedelta(seconds=10)
    menu: timedelta = timedelta(seconds=30)
    second_person: timedelta = timedelta(seconds=30)
    take: timedelta = timedelta(seconds=15)
    notice: timedelta = timedelta(seconds=3)
    checking: timedelta = timedelta(seconds=10)
    start: timedelta = timedelta(seconds=10)
    door_release: timedelta = timedelta(seconds=10)
    door_tone: timedelta = timedelta(seconds=15)
    door_alarm: timedelta = timedelta(seconds=60)
    last_pulse: timedelta = timedelta(seconds=8)
    """After this the driver gives no pulse any more: it drops what could not begin within 5 s."""
    latch_check: timedelta = timedelta(milliseconds=500)
    tag_pause: timedelta = timedelta(seconds=5)
    unread: timedelta = timedelta(seconds=3)
    lamp: timedelta = timedelta(seconds=1)
    """How long the lamp of a slot that is being tested is lit at least."""
    learn: timedelta = timedelta(minutes=2)
    """How long a ring that is to be learned is waited for."""
    storage_trust: timedelta = timedelta(seconds=2)
    """Nothing is released so soon after the store has failed."""
    publish: timedelta = timedelta(seconds=60)
    """Rows that have waited for longer than this are noticed."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Rows wait to be published: how far the publisher is, since when (elapsed) it stands there, and why if it says."""

    seq: int
    since: timedelta
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Facts:
    """What a step may know besides the state: time, people and rings, and one id that nobody has used before."""

    now: Moment
    zone: tzinfo
    directory: Directory
    fresh: str
    lag: Lag | None = None
    """None: everything is published, or nobody is to publish."""
    delivered: frozenset[AlarmKey] = frozenset()
    """Standing alarms that every registered consumer has stored."""
    silent: frozenset[str] = frozenset()
    """Registered consumers that have not been heard for too long."""
    clock_synced: bool = True
    """Whether ``now`` comes from a clock that a trusted source has set."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that stays on the display until a key is pressed or its time is over (elapsed)."""

    lines: tuple[str, ...]
    until: timedelta


@dataclass(frozen=True, slots=True)
class Ill:
    """A part that does not work: the name of its fault, what is known of it, and since when (UTC)."""

    fault: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Flap:
    """An alarm that ended a short while ago, or keeps coming back.

    ``count``: how often it came; ``last``: when (UTC); ``quiet_since`` (elapsed): None while it is so.
    """

    count: int
    last: datetime
    quiet_since: timedelta | None


@dataclass(frozen=True)
class Cabinet:
    """Everything that the rules remember between two events. Only books and guard outlive the process."""

    layout: Layout
    times: Times = Times()
    books: Books = Books()
    alarm_rules: AlarmRules = AlarmRules()
    flaps: Mapping[AlarmKey, Flap] = field(default_factory=dict)
    """Alarms that may come back, or do."""
    sounded: timedelta | None = None
    """When (elapsed) the alarms that stand were last heard; None: there is nothing to be heard."""
    limits: Limits = Limits()
    pins: PinRules = PinRules()
    login: LoginMode = LoginMode.PIN
    guard: Guard = Guard()
    tries: Mapping[str, Try] = field(default_factory=dict)
    """Attempt -> the PIN that is being compared."""
    seen: Seen = Seen()
    slots: Mapping[int, SlotState] = field(default_factory=dict)
    """Slots with something going on; a slot that is not in here is secured."""
    drawn: frozenset[int] = frozenset()
    """Slots of which at least one is known to have its bolt drawn (they may share a sense line)."""
    door: DoorState = DoorUnknown()
    session: SessionState = Idle()
    notice: Notice | None = None
    unheard: frozenset[str] = frozenset()
    """Devices that were never heard, or are lost."""
    ills: Mapping[str, Ill] = field(default_factory=dict)
    """Device, ``store`` or ``mqtt`` -> what is wrong with it."""
    store_trusted_from: timedelta | None = None
    """Until then (elapsed) nothing is released, because the store has failed."""
    starting_until: timedelta | None = None
    """Set (elapsed) while the cabinet waits for its devices: nothing is settled and nothing released."""
    unread_since: Mapping[int, timedelta] = field(default_factory=dict)
    """Slot -> since when (elapsed) its contact and its reader do not agree whether a ring is in it."""
    tag_served: timedelta | None = None
    """When (elapsed) the door was last released for a tag."""
    unsynced: Unsynced = Unsynced.GO_ON
    """The site's choice: what schedules are worth while the clock is not trusted."""
    learning: LearningState | None = None
    """The ring that is being learned, or what came of the last one."""
    learned: frozenset[str] = frozenset()
    """Rings that were learned since the mode, or the core, began: whoever put them in had them in their hands."""
    tested: Mapping[int, SlotTested] = field(default_factory=dict)
    """Slot -> what came of its last test since the start."""

    def homes(self, directory: Directory) -> Mapping[Tag, int]:
        """Where each ring's tag was last known, or else belongs."""
        known = {tag: ring.home_slot for tag, ring in directory.ring_of_tag.items()}
        for ring, custody in self.books.custody.items():
            if ring in directory.rings and not isinstance(custody, Unverified):
                known[directory.rings[ring].tag] = custody.slot
        return known

    def state_of(self, slot: int) -> SlotState:
        """What goes on at this slot."""
        return self.slots.get(slot, SECURED)

    def foreign(self, directory: Directory) -> Mapping[int, Tag]:
        """Slot -> a tag that belongs to no ring. A cabinet that no ring was enrolled for yet calls none foreign."""
        return self.seen.foreign(directory.ring_of_tag) if directory.rings else {}

    @property
    def running(self) -> bool:
        """Whether the start is over: devices were heard or given up."""
        return self.starting_until is None


@dataclass(frozen=True, slots=True)
class Hindered:
    """What was asked for at the control socket is not done, and why, in words for who asked."""

    why: str


@dataclass(frozen=True)
class Turn:
    """A cabinet on its way through one step, with what has been decided so far. Recording folds the books at once."""

    cabinet: Cabinet
    facts: Facts
    entries: tuple[Entry, ...] = ()
    commands: tuple[Command, ...] = ()
    chosen: tuple[ChosenPin, ...] = ()
    rings: tuple[Ring, ...] = ()

    @property
    def effects(self) -> Effects:
        """What this turn asks for."""
        return Effects(self.entries, self.commands, self.chosen, self.rings)

    @property
    def elapsed(self) -> timedelta:
        """Monotonic time of this step."""
        return self.facts.now.elapsed

    @property
    def when(self) -> When:
        """The instant of this step, as schedules see it."""
        return When(self.facts.now.utc, self.facts.zone, self.facts.clock_synced, self.cabinet.unsynced)

    def record(self, *entries: Entry) -> "Turn":
        """With these entries to be committed, and the books as they will be then."""
        books = self.cabinet.books.fold(entries, self.facts.now.utc)
        return replace(self.having(books=books), entries=self.entries + entries)

    def enrol(self, ring: Ring) -> "Turn":
        """With this ring instead of the one of the same id, for the rules that follow too."""
        facts = replace(self.facts, directory=self.facts.directory.having(rings=[ring]))
        return replace(self, facts=facts, rings=(*self.rings, ring))

    def command(self, *commands: Command) -> "Turn":
        """With these commands to be carried out once everything recorded is durable."""
        return replace(self, commands=self.commands + commands)

    def keep(self, chosen: ChosenPin) -> "Turn":
        """With this PIN becoming the person's own, as durable as what is recorded."""
        return replace(self, chosen=(*self.chosen, chosen))

    def then(self, rule: Callable[["Turn"], "Turn"]) -> "Turn":
        """With one more rule applied."""
        return rule(self)

    def noted(self, *lines: str) -> "Turn":
        """With a text on the display for a while."""
        return self.having(notice=Notice(lines, self.elapsed + self.cabinet.times.notice))

    def at(self, session: SessionState) -> "Turn":
        """With the session in this state."""
        return self.having(session=session)

    def slot(self, slot: int, state: SlotState) -> "Turn":
        """With one slot in this state."""
        others = {each: known for each, known in self.cabinet.slots.items() if each != slot}
        return self.having(slots=others if state == SECURED else {**others, slot: state})

    def having(self, **changes: Any) -> "Turn":  # noqa: ANN401 - as dataclasses.replace
        """With these fields of the cabinet changed."""
        return replace(self, cabinet=replace(self.cabinet, **changes))
