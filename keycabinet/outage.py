"""The store has failed: what is kept until it works again, and what is not.

Nothing is decided meanwhile, for nothing could be recorded. Readings and answers of devices wait in their order. Keys,
tags at the panel and compared PINs are dropped: a cabinet must not open to what was typed a minute ago. That a PIN for
duress was typed is told all the same, once nobody is at the keypad any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self, TypeGuard

from keycabinet.domain.directory import Directory
from keycabinet.domain.effects import Command, ReleaseSlot
from keycabinet.domain.events import (
    CredentialChecked,
    Event,
    KeyPressed,
    LoginAsked,
    PinHashed,
    PulseRefused,
    StorageRecovered,
    TagPresented,
    TimePassed,
    Verdict,
)
from keycabinet.domain.moment import Moment
from keycabinet.domain.state import Cabinet

DROPPED = KeyPressed | TagPresented | CredentialChecked | LoginAsked | PinHashed | TimePassed
FIRST_PAUSE = timedelta(milliseconds=250)
LONGEST_PAUSE = timedelta(seconds=2)
"""Work goes on within 5 s of the end of the fault."""
CALM = timedelta(seconds=5)
"""So long after an outage the next one counts as the same."""
REMIND_EVERY = timedelta(seconds=15)


@dataclass(frozen=True)
class Unfinished:
    """A step whose commit failed: what it would have made of the cabinet, and the event that it answered, if any."""

    cabinet: Cabinet
    directory: Directory
    commands: tuple[Command, ...] = ()
    event: Event | None = None


@dataclass
class Outage:
    """From the first failure until the store works again."""

    detail: str
    began: Moment
    unfinished: Unfinished | None
    waiting: list[Event] = field(default_factory=list)
    pause: timedelta = FIRST_PAUSE
    remind_at: timedelta | None = None

    def __post_init__(self) -> None:
        self.next_try = self.began.elapsed

    @classmethod
    def after(cls, last: "Outage | None", detail: str, now: Moment, unfinished: Unfinished | None) -> Self:
        """A new one. Where the last is just over there is no hurry: a store may take a probe and nothing more."""
        outage = cls(detail, now, unfinished)
        if last is not None and now.elapsed - last.next_try < CALM:
            outage.pause, outage.next_try, outage.remind_at = last.pause, now.elapsed, last.remind_at
            outage.failed_again(detail, now.elapsed)
        return outage

    def keep(self, event: Event) -> None:
        """Something happened: it waits, unless it is of no use later."""
        if not isinstance(event, DROPPED) or _tells_of_duress(event):
            self.waiting.append(event)

    def failed_again(self, detail: str, now: timedelta) -> None:
        """It still does not work."""
        self.detail, self.next_try = detail, now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def reminds(self, now: timedelta) -> bool:
        """Whether people at the cabinet are to hear of it (again)."""
        due = self.remind_at is None or now >= self.remind_at
        if due:
            self.remind_at = now + REMIND_EVERY
        return due

    def left_over(self, *, written: bool) -> Iterator[Event]:
        """What is to be answered now, in order. ``written``: the unfinished step is in the store after all.

        Its orders were not carried out then, and never will be; a step that is not in the store is taken again.
        """
        if self.unfinished is not None and written:
            slots = (each.slot for each in self.unfinished.commands if isinstance(each, ReleaseSlot))
            yield from (PulseRefused(slot, "the store failed") for slot in slots)
        elif self.unfinished is not None and not isinstance(self.unfinished.event, DROPPED | None):
            yield self.unfinished.event
        yield StorageRecovered(self.detail)
        if self.unfinished is not None and not written and _tells_of_duress(self.unfinished.event):
            yield self.unfinished.event
        yield from self.waiting


def _tells_of_duress(event: Event | None) -> TypeGuard[CredentialChecked]:
    return isinstance(event, CredentialChecked) and event.verdict is Verdict.DURESS
