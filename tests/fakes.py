"""Stand-ins for the ports of the controller, ten lines each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from keycabinet.domain.books import Books
from keycabinet.domain.effects import CheckCredential, Light, Tune
from keycabinet.domain.entries import Entry
from keycabinet.domain.events import CredentialChecked, Event, Verdict
from keycabinet.domain.guard import Guard
from keycabinet.domain.moment import Moment
from keycabinet.store.change import Change
from tests.builders import NOON, PINS, a_directory


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    moment: Moment = NOON
    synced: bool = True

    def now(self) -> Moment:
        return self.moment

    def is_synced(self) -> bool:
        return self.synced

    def move(self, by: timedelta) -> None:
        self.moment = self.moment.later(by)


@dataclass
class FakeArchive:
    """Keeps what was committed; what it keeps outlives a crash."""

    books: Books = Books()
    guard: Guard = Guard()
    entries: list[Entry] = field(default_factory=list)

    def commit(self, change: Change, moment: Moment) -> None:
        assert change.before == self.books, "the controller's books are not those of the store"
        self.entries += change.entries
        self.books = self.books.fold(change.entries, moment.utc)
        assert self.books == change.after
        self.guard = change.guard or self.guard

    def recover(self) -> bool:
        return False


@dataclass
class FakeReserve:
    """Is kept, unless the disk is full."""

    full: bool = False
    state: str = "no disk at all"

    def hold(self) -> bool:
        return not self.full

    def give_up(self) -> bool:
        return self.full


def nothing_waits() -> None:
    """Everything is published."""


@dataclass
class FakeChecker:
    """Answers at once, from the PINs of the builders."""

    emit: Callable[[Event], None]

    def check(self, command: CheckCredential) -> None:
        person = a_directory().person_of_code.get(command.code)
        right = PINS.get(command.code) == command.pin.digits
        verdict = Verdict.UNKNOWN_CODE if person is None else Verdict.RIGHT if right else Verdict.WRONG_PIN
        self.emit(CredentialChecked(command.attempt, verdict, person.id if person else None))


@dataclass
class FakePanel:
    """Latches, lamps, door, display and sounder that remember what they were told."""

    pulsed: list[int] = field(default_factory=list)
    doors: int = 0
    lit: dict[int, Light] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    played: list[Tune] = field(default_factory=list)

    def release(self, slot: int) -> None:
        self.pulsed.append(slot)

    def withdraw(self, slot: int) -> None:
        self.pulsed = [each for each in self.pulsed if each != slot]

    def release_door(self) -> None:
        self.doors += 1

    def light(self, slot: int, light: Light) -> None:
        self.lit[slot] = light

    def show(self, lines: tuple[str, ...]) -> None:
        self.shown = lines

    def play(self, tune: Tune) -> None:
        self.played.append(tune)
