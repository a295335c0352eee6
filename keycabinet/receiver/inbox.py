"""What a message is worth: which row it brings, what it shows, or why it is refused. No network, no clock."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ValidationError

from keycabinet.publisher.topics import is_sealed
from keycabinet.receiver.heard import AlarmHeard, EventHeard, InfoHeard, SlotHeard, StateHeard
from keycabinet.receiver.picture import Picture
from keycabinet.receiver.shelf import Item, Place, Shelf

M = TypeVar("M", bound=BaseModel)
MOST_BYTES = 64 * 1024
MOST_ALARMS = 2000
"""Of one cabinet."""
_SLOT = re.compile(r"slots/([0-9]{2,4})/state")
_ALARM = re.compile(r"(sealed/)?alarms/([^/]+)/([^/]+)")
_EVENTS = {"events": False, "sealed/events": True}


@dataclass(frozen=True, slots=True)
class Stored:
    """A row that is new; all before it are stored, or with ``is_ahead`` one is missing. ``cabinet`` is whose it is."""

    cabinet: str
    event: EventHeard
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """A row that is stored already."""

    cabinet: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Something of the picture of this cabinet; ``online``: the cabinet has come (back)."""

    cabinet: str
    online: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing that a cabinet says."""

    reason: str


Taken = Stored | Repeated | Shown | Refused


class Inbox:
    """Takes messages of these cabinets, and of no others; used by one thread, rows within a batch of the shelf."""

    def __init__(self, cabinets: Iterable[str], shelf: Shelf) -> None:
        self.pictures = {cabinet: Picture() for cabinet in cabinets}
        self._shelf = shelf
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        """How many messages were refused since the start, by reason."""
        return dict(sorted(self._refused.items()))

    def take(self, topic: str, payload: bytes, now_s: float, *, retained: bool) -> Taken:
        """What this message is worth. Raises StoreError when the row that it brings cannot be kept."""
        taken = self._take(topic, payload, now_s, retained=retained)
        if isinstance(taken, Refused):
            self._refused[taken.reason] += 1
        return taken

    def _take(self, topic: str, payload: bytes, now_s: float, *, retained: bool) -> Taken:
        root, _, rest = topic.partition("/")
        cabinet, _, about = rest.partition("/")
        if root != "keycabinet" or cabinet not in self.pictures:
            return Refused("unknown_cabinet")
        if len(payload) > MOST_BYTES:
            return Refused("too_long")
        try:
            if about in _EVENTS:
                return self._event(Place(cabinet, _EVENTS[about]), payload, retained=retained)
            return self._show(cabinet, about, payload, now_s)
        except ValidationError:
            return Refused("malformed")

    # ---- rows

    def _event(self, place: Place, payload: bytes, *, retained: bool) -> Taken:
        if retained:
            return Refused("retained")
        event = EventHeard.model_validate_json(payload)
        if event.source != f"/keycabinet/{place.cabinet}" or (event.data.visibility == "sealed") is not place.sealed:
            return Refused("wrong_topic")
        if not 0 <= (event.previous or 0) < event.sequence <= 2**62:
            return Refused("malformed")
        return self._keep(place, event, payload)

    def _keep(self, place: Place, event: EventHeard, payload: bytes) -> Taken:
        mark, known = self._shelf.mark(place), self._shelf.id_of(place, event.sequence)
        if known is not None and known != event.id:
            return Refused("another_ledger")
        if known is not None or event.sequence <= mark:
            return Repeated(place.cabinet)
        if event.previous is None and mark > 0:
            return Refused("another_ledger")  # the first of all, where others came before it
        if not self._shelf.put(Item(place, event.sequence, event.previous or 0, event.id, payload)):
            return Refused("too_far_ahead")
        self.pictures[place.cabinet].heard_event(event)
        return Stored(place.cabinet, event, is_ahead=self._shelf.mark(place) < event.sequence)

    # ---- what is retained

    def _show(self, cabinet: str, about: str, payload: bytes, now_s: float) -> Taken:
        picture = self.pictures[cabinet]
        if about == "status":
            if payload not in (b"online", b"offline"):
                return Refused("malformed")
            picture.online = picture.told(payload == b"online", now_s)
            return Shown(cabinet, online=picture.online.what)
        if about == "info":
            picture.info = picture.told(InfoHeard.model_validate_json(payload), now_s)
        elif about == "state":
            picture.heard_state(StateHeard.model_validate_json(payload), now_s)
        elif found := _SLOT.fullmatch(about):
            return self._show_slot(cabinet, int(found[1]), payload, now_s)
        elif found := _ALARM.fullmatch(about):
            return self._show_alarm(cabinet, found, payload, now_s)
        else:
            return Refused("unknown_topic")
        return Shown(cabinet)

    def _show_slot(self, cabinet: str, number: int, payload: bytes, now_s: float) -> Taken:
        picture = self.pictures[cabinet]
        if not payload:
            picture.slots.pop(number, None)
            return Shown(cabinet)
        slot = SlotHeard.model_validate_json(payload)
        if slot.slot != number:
            return Refused("wrong_topic")
        picture.slots[number] = picture.told(slot, now_s)
        return Shown(cabinet)

    def _show_alarm(self, cabinet: str, found: "re.Match[str]", payload: bytes, now_s: float) -> Taken:
        picture, name = self.pictures[cabinet], (unquote(found[2]), unquote(found[3]))
        if is_sealed(name[0]) is not bool(found[1]):
            return Refused("wrong_topic")
        if not payload:
            picture.alarms.pop(name, None)
            return Shown(cabinet)
        alarm = AlarmHeard.model_validate_json(payload)
        if (alarm.kind, alarm.subject) != name:
            return Refused("wrong_topic")
        if name not in picture.alarms and len(picture.alarms) >= MOST_ALARMS:
            return Refused("too_many")
        picture.alarms[name] = picture.told(alarm, now_s)
        return Shown(cabinet)
