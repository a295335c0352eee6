"""The books as they are stored, held against the books as the ledger tells them: every difference in words."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from keycabinet.domain.alarm import Alarm, AlarmKey
from keycabinet.domain.books import (
    Books,
    Commissioning,
    Custody,
    In,
    Missing,
    OpenRelease,
    Out,
    OutOfService,
    SetAside,
    Unverified,
)
from keycabinet.domain.directory import Directory
from keycabinet.domain.moment import utc_text

K = TypeVar("K")
V = TypeVar("V")


def differences(stored: Books, told: Books, directory: Directory) -> tuple[str, ...]:
    """A sentence for each ring, slot, mode and alarm about which the stored books and the ledger disagree."""
    names = _Names(directory)
    return (
        *_differing(stored.custody, told.custody, names.ring, names.custody),
        *_differing(stored.releases, told.releases, "the release of slot {}".format, names.release),
        *_differing(_modes(stored), _modes(told), "commissioning{}".format, names.commissioning),
        *_differing(stored.out_of_service, told.out_of_service, "slot {}".format, names.out_of_service),
        *_differing(stored.alarms, told.alarms, names.alarm, names.standing),
    )


def _differing(
    stored: Mapping[K, V], told: Mapping[K, V], name: Callable[[K], str], say: Callable[[V], str]
) -> Iterator[str]:
    for key in sorted({*stored, *told}, key=str):
        ours, theirs = stored.get(key), told.get(key)
        if ours != theirs:
            said = ["nothing of it" if each is None else say(each) for each in (ours, theirs)]
            yield f"{name(key)}: the books say {said[0]}; the ledger says {said[1]}"


def _modes(books: Books) -> Mapping[str, Commissioning]:
    return {} if books.commissioning is None else {"": books.commissioning}


class _Names:
    """Words for what the books hold, with the names that the directory has."""

    def __init__(self, directory: Directory) -> None:
        self._people = {each.id: f"{each.name} ({each.code})" for each in directory.people.values()}
        self._rings = {each.id: f"ring {each.number} ({each.name})" for each in directory.rings.values()}

    def ring(self, ring: str) -> str:
        return self._rings.get(ring, f"ring {ring}, which is not enrolled")

    def custody(self, where: Custody) -> str:
        match where:
            case In(slot, since, evidence):
                return f"in slot {slot} since {utc_text(since)} ({evidence.value})"
            case Out(slot, since, evidence, holder, due):
                taken = f"from slot {slot} at {utc_text(since)} ({evidence.value})"
                return f"taken by {self._person(holder)} {taken}{_due(due)}"
            case Missing(slot, since):
                return f"missing from slot {slot} since {utc_text(since)}"
            case SetAside(slot, since):
                return f"set aside from slot {slot} since {utc_text(since)}"
            case Unverified(since):
                return f"unverified since {utc_text(since)}"

    def release(self, release: OpenRelease) -> str:
        said = f"{self.ring(release.ring)} from slot {release.slot} for {self._person(release.holder)}"
        return f"{said}{_due(release.due)}, release {release.id}"

    def commissioning(self, mode: Commissioning) -> str:
        return f"begun by {self._person(mode.actor)} at {utc_text(mode.since)}"

    def out_of_service(self, slot: OutOfService) -> str:
        return f"out of service since {utc_text(slot.since)} ({slot.why})"

    def alarm(self, key: AlarmKey) -> str:
        kind, subject = key
        return f"alarm {kind.value}, {self._rings.get(subject, subject)}"

    def standing(self, alarm: Alarm) -> str:
        by, noted, delivered = alarm.acknowledged_by, alarm.acknowledged_at, alarm.delivered_at
        told = [f"raised at {utc_text(alarm.raised_at)}", f"level {alarm.level}"]
        told += [f"for the {alarm.count}. time"] if alarm.count > 1 else []
        told += [f"escalated {alarm.escalations} times"] if alarm.escalations else []
        told += [f"delivered at {utc_text(delivered)}"] if delivered else []
        told += [f"acknowledged by {self._person(by)} at {utc_text(noted)}"] if by and noted else []
        return ", ".join([*told, "silenced"] if alarm.silenced else told)

    def _person(self, person: str) -> str:
        return self._people.get(person, f"{person}, who is not enrolled")


def _due(due: datetime | None) -> str:
    return "" if due is None else f", due {utc_text(due)}"
