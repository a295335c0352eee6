"""The books: where every ring is, which releases are open, which alarms stand. Nothing but a fold over the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from keycabinet.domain.alarm import Alarm, AlarmKey
from keycabinet.domain.entries import (
    KEPT_LOUD,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmDelivered,
    AlarmEscalated,
    AlarmRaised,
    AlarmSilenced,
    CommissioningBegun,
    CommissioningEnded,
    Entry,
    Evidence,
    ReleaseEnded,
    ReleaseIntended,
    RingEnrolled,
    RingExtended,
    RingFound,
    RingMissing,
    RingMoved,
    RingRetired,
    RingReturned,
    RingSetAside,
    RingTaken,
    SlotInService,
    SlotOutOfService,
)

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class In:
    """The ring hangs in this slot."""

    slot: int
    since: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Out:
    """The ring is booked to its holder, who took it from this slot."""

    slot: int
    since: datetime
    evidence: Evidence
    holder: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """The ring left this slot without a release."""

    slot: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """The ring left this slot while the cabinet is commissioned; if it is not back at the end, it is missing."""

    slot: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Unverified:
    """Nobody has seen the ring yet."""

    since: datetime


Custody = In | Out | Missing | SetAside | Unverified


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """A release whose outcome is not known yet."""

    id: str
    holder: str
    ring: str
    slot: int
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Commissioning:
    """The cabinet is being commissioned."""

    since: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class OutOfService:
    """A slot releases nothing."""

    since: datetime
    why: str


class Custodies(dict[str, Custody]):
    """Ring -> where it is; never changed once it is made, so that what was looked up in it once stays true."""

    @cached_property
    def out(self) -> Mapping[str, Out]:
        """The rings that are booked to somebody."""
        return {ring: custody for ring, custody in self.items() if isinstance(custody, Out)}

    @cached_property
    def missing(self) -> frozenset[str]:
        """The rings that left their slots without a release."""
        return frozenset(ring for ring, custody in self.items() if isinstance(custody, Missing))

    @cached_property
    def ring_in(self) -> Mapping[int, str]:
        """Slot -> the ring that hangs in it."""
        found: dict[int, str] = {}
        for ring, custody in self.items():
            if isinstance(custody, In):
                found.setdefault(custody.slot, ring)
        return found


@dataclass(frozen=True)
class Books:
    """A snapshot of the books."""

    custody: Mapping[str, Custody] = field(default_factory=dict)
    """Ring -> where it is."""
    releases: Mapping[int, OpenRelease] = field(default_factory=dict)
    """Slot -> the release that is open on it."""
    alarms: Mapping[AlarmKey, Alarm] = field(default_factory=dict)
    """The alarms that stand."""
    commissioning: Commissioning | None = None
    out_of_service: Mapping[int, OutOfService] = field(default_factory=dict)
    """Slot -> since when and why it releases nothing."""

    def __post_init__(self) -> None:
        """Keep what is looked up in the custody with it: a step costs the same for ten rings and for thousands."""
        if not isinstance(self.custody, Custodies):
            object.__setattr__(self, "custody", Custodies(self.custody))

    @property
    def out(self) -> Mapping[str, Out]:
        """The rings that are booked to somebody."""
        return self._custodies.out

    @property
    def missing(self) -> frozenset[str]:
        """The rings that left their slots without a release."""
        return self._custodies.missing

    @property
    def ring_in(self) -> Mapping[int, str]:
        """Slot -> the ring that hangs in it."""
        return self._custodies.ring_in

    @cached_property
    def holdings(self) -> Mapping[str, frozenset[str]]:
        """Person -> the rings that are booked to them, or that a release is open on for them."""
        found: dict[str, set[str]] = defaultdict(set)
        for ring, out in self.out.items():
            found[out.holder].add(ring)
        for release in self.releases.values():
            found[release.holder].add(release.ring)
        return {person: frozenset(rings) for person, rings in found.items()}

    def fold(self, entries: Iterable[Entry], at: datetime) -> "Books":
        """The books after these entries, which were all recorded at that instant (UTC)."""
        books = self
        for entry in entries:
            books = books._after(entry, at)
        return books

    def _after(self, entry: Entry, at: datetime) -> "Books":
        match entry:
            case RingEnrolled(ring=ring) if ring not in self.custody:
                return self._placed(ring, Unverified(at))
            case RingTaken(ring=ring, slot=slot, holder=holder, evidence=evidence, due=due):
                out = Out(slot, at, evidence, holder, due)
                return replace(self._placed(ring, out), releases=_without(self.releases, slot))
            case (
                RingReturned(ring=ring, slot=slot, evidence=evidence)
                | RingFound(ring=ring, slot=slot, evidence=evidence)
            ):
                return self._placed(ring, In(slot, at, evidence))
            case RingMoved(ring=ring, slot=slot, evidence=evidence):
                return self._placed(ring, In(slot, at, evidence))
            case RingRetired(ring=ring):
                return replace(self, custody=_without(self.custody, ring))
            case RingSetAside(ring=ring, slot=slot):
                return self._placed(ring, SetAside(slot, at))
            case RingMissing(ring=ring, slot=slot):
                return self._placed(ring, Missing(slot, at))
            case _:
                return self._after_release_or_alarm(entry, at)

    def _after_release_or_alarm(self, entry: Entry, at: datetime) -> "Books":
        match entry:
            case ReleaseIntended(release=release, actor=actor, ring=ring, slot=slot, due=due):
                opened = OpenRelease(release, actor, ring, slot, due)
                return replace(self, releases={**self.releases, slot: opened})
            case ReleaseEnded(slot=slot):
                return replace(self, releases=_without(self.releases, slot))
            case RingExtended(ring=ring, due=due) if isinstance(out := self.custody.get(ring), Out):
                return self._placed(ring, replace(out, due=due))
            case AlarmRaised(kind=kind, subject=subject, level=level, count=count):
                return self._alarmed((kind, subject), Alarm(at, level, count or 1))
            case AlarmCleared(kind=kind, subject=subject):
                return replace(self, alarms=_without(self.alarms, (kind, subject)))
            case (
                AlarmDelivered(kind=kind, subject=subject)
                | AlarmAcknowledged(kind=kind, subject=subject)
                | AlarmSilenced(kind=kind, subject=subject)
                | AlarmEscalated(kind=kind, subject=subject)
            ) if (kind, subject) in self.alarms:
                return self._alarmed((kind, subject), _further(self.alarms[kind, subject], entry, at))
            case _:
                return self._after_service(entry, at)

    def _after_service(self, entry: Entry, at: datetime) -> "Books":
        match entry:
            case CommissioningBegun(actor=actor):
                return replace(self, commissioning=Commissioning(at, actor))
            case CommissioningEnded():
                return replace(self, commissioning=None)
            case SlotOutOfService(slot=slot, detail=why):
                return replace(self, out_of_service={**self.out_of_service, slot: OutOfService(at, why)})
            case SlotInService(slot=slot):
                return replace(self, out_of_service=_without(self.out_of_service, slot))
            case _:
                return self

    def _alarmed(self, key: AlarmKey, alarm: Alarm) -> "Books":
        return replace(self, alarms={**self.alarms, key: alarm})

    @property
    def _custodies(self) -> Custodies:
        assert isinstance(self.custody, Custodies)
        return self.custody

    def _placed(self, ring: str, custody: Custody) -> "Books":
        return replace(self, custody={**self.custody, ring: custody})


def _further(
    alarm: Alarm, entry: AlarmDelivered | AlarmAcknowledged | AlarmSilenced | AlarmEscalated, at: datetime
) -> Alarm:
    match entry:
        case AlarmDelivered():
            return replace(alarm, delivered_at=at)
        case AlarmAcknowledged(kind=kind, actor=actor, via=via):
            quiet = alarm.silenced or via is None or kind not in KEPT_LOUD
            return replace(alarm, acknowledged_by=actor, acknowledged_at=at, silenced=quiet)
        case AlarmSilenced():
            return replace(alarm, silenced=True)
        case AlarmEscalated(level=level):
            return replace(alarm, level=level, escalations=alarm.escalations + 1, silenced=False)


def _without(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    return {each: value for each, value in mapping.items() if each != key}
