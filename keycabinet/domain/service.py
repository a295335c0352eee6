"""A slot that is out of service releases nothing and complains of nothing; a ring in it is still missed."""

from keycabinet.domain import alarms
from keycabinet.domain.entries import AlarmKind, SlotInService, SlotOutOfService
from keycabinet.domain.slot import is_free
from keycabinet.domain.state import Hindered, Turn


def take_out(turn: Turn, actor: str, slot: int, why: str) -> Turn | Hindered:
    """From now on nothing is released from this slot."""
    if slot not in turn.cabinet.layout.latches:
        return Hindered(f"there is no slot {slot}")
    if slot in turn.cabinet.books.out_of_service:
        return Hindered(f"slot {slot} is out of service already")
    if not is_free(turn.cabinet.state_of(slot)):
        return Hindered(f"slot {slot} is in use: wait until that is over")
    return alarms.unlatch(turn.record(SlotOutOfService(slot, why, actor)), AlarmKind.LOCK_FAULT, f"slot-{slot}")


def put_back(turn: Turn, actor: str, slot: int) -> Turn | Hindered:
    """The slot does its work again."""
    if slot not in turn.cabinet.books.out_of_service:
        return Hindered(f"slot {slot} is not out of service")
    return turn.record(SlotInService(slot, actor))
