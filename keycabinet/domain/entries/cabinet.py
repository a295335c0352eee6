"""What the ledger says about the cabinet itself: start, devices, storage, and the way out of it."""

from dataclasses import dataclass
from typing import ClassVar

from keycabinet.domain.entries.words import Entry


@dataclass(frozen=True, slots=True)
class CabinetStarted(Entry):
    """The core began; nothing is energised and nothing is known yet."""

    type: ClassVar[str] = "cabinet.started"
    version: str


@dataclass(frozen=True, slots=True)
class CabinetReady(Entry):
    """Every device was heard (or given up), and the books agree with what hangs in the slots."""

    type: ClassVar[str] = "cabinet.ready"
    silent: str
    """Names of devices that did not answer, separated by spaces."""


@dataclass(frozen=True, slots=True)
class DeviceLost(Entry):
    """A device does not do its work; what it last said counts no more."""

    type: ClassVar[str] = "device.lost"
    device: str
    fault: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeviceBack(Entry):
    """A lost device works again."""

    type: ClassVar[str] = "device.back"
    device: str


@dataclass(frozen=True, slots=True)
class StorageFailed(Entry):
    """For a while nothing could be recorded, and so nothing was decided; now it can be again."""

    type: ClassVar[str] = "storage.failed"
    detail: str


@dataclass(frozen=True, slots=True)
class SpaceGone(Entry):
    """The disk is full: nothing is released any more, and the space kept for returns and alarms is being used."""

    type: ClassVar[str] = "space.gone"
    detail: str


@dataclass(frozen=True, slots=True)
class SpaceFreed(Entry):
    """There is room on the disk again."""

    type: ClassVar[str] = "space.freed"


@dataclass(frozen=True, slots=True)
class LinkLost(Entry):
    """Rows do not leave the cabinet; ``fault`` is the publisher's word for it, or ``not_published`` if it is silent."""

    type: ClassVar[str] = "link.lost"
    link: str
    fault: str
    detail: str


@dataclass(frozen=True, slots=True)
class LinkBack(Entry):
    """Rows leave the cabinet again."""

    type: ClassVar[str] = "link.back"
    link: str
