"""What a cabinet says, as a receiver reads it: as agreed in every field that it knows, the rest is left unread."""

from pydantic import ConfigDict

from keycabinet.publisher.messages import Alarm, Event, EventData, Ill, Info, Slot, State

_READING = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class EventDataHeard(EventData):
    """What a row says."""

    model_config = _READING


class EventHeard(Event):
    """A row of the ledger."""

    model_config = _READING
    data: EventDataHeard


class IllHeard(Ill):
    """A part that does not work."""

    model_config = _READING


class StateHeard(State):
    """The cabinet as a whole."""

    model_config = _READING
    health: tuple[IllHeard, ...]


class InfoHeard(Info):
    """What a cabinet is."""

    model_config = _READING


class SlotHeard(Slot):
    """One slot."""

    model_config = _READING


class AlarmHeard(Alarm):
    """One standing alarm."""

    model_config = _READING
