"""Which receipts count: of whom, how often, and up to which row. No I/O, no clock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keycabinet.publisher.limits import Limits
from keycabinet.publisher.receipt import MOST_BYTES, Receipt


@dataclass(frozen=True, slots=True)
class Consumer:
    """Somebody who was registered, and with what they prove that it is them."""

    name: str
    key: bytes = field(repr=False)
    sealed: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What a consumer has, without a gap: rows of ``events`` up to ``sequence``, sealed ones up to ``sealed``."""

    consumer: str
    sequence: int
    sealed: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """How far things have come: rows that the broker took, and rows that there are."""

    published: int
    head: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A receipt that does not count. ``consumer`` is empty where nobody registered is meant."""

    reason: str
    consumer: str = ""


class Receipts:
    """The gate for receipts; used by one thread. Nothing that comes here costs more than a hash of a few bytes."""

    def __init__(self, cabinet: str, consumers: Iterable[Consumer], limits: Limits) -> None:
        self._cabinet = cabinet
        self._consumers = {each.name: each for each in consumers}
        self._limits = limits
        self._said_at: dict[str, str] = {}
        self._allowance: dict[str, tuple[float, float]] = {}
        self._early: dict[str, Stored] = {}
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        """How many were refused since the start, by reason."""
        return dict(sorted(self._refused.items()))

    def knows(self, name: str) -> bool:
        """Whether somebody of this name is registered."""
        return name in self._consumers

    def take(self, name: str, payload: bytes, known: Known, now_s: float, *, retained: bool) -> Stored | Refusal | None:
        """What this message, under ``receipts/<name>``, is worth; None: nothing yet (see ``due``), or it came twice."""
        consumer = self._consumers.get(name)
        if consumer is None:
            return self._refuse("unknown_consumer")
        if retained:
            return self._refuse("retained", name)
        if not self._may_speak(name, now_s):
            return self._refuse("too_often", name)
        if len(payload) > MOST_BYTES:
            return self._refuse("too_long", name)
        try:
            receipt = Receipt.read(payload)
        except ValueError:
            return self._refuse("malformed", name)
        return self._weigh(receipt, consumer, known)

    def due(self, published: int) -> list[Stored]:
        """What was said before the broker's acknowledgement of the same rows came, and counts now."""
        ripe = [each for each in self._early.values() if _highest(each) <= published]
        for each in ripe:
            del self._early[each.consumer]
        return ripe

    def _weigh(self, receipt: Receipt, consumer: Consumer, known: Known) -> Stored | Refusal | None:
        name, last_at = consumer.name, self._said_at.get(consumer.name, "")
        if not receipt.is_by(self._cabinet, name, consumer.key):
            return self._refuse("wrong_mac", name)
        if receipt.at == last_at:
            return None  # the broker may send a message twice
        if receipt.at < last_at:
            return self._refuse("replayed", name)
        if receipt.sealed is not None and not consumer.sealed:
            return self._refuse("not_for_sealed", name)
        stored = Stored(name, receipt.sequence, receipt.sealed)
        if _highest(stored) > known.head:
            return self._refuse("ahead", name)
        self._said_at[name] = receipt.at
        self._early.pop(name, None)
        if _highest(stored) > known.published:
            self._early[name] = stored  # it may well have the row before we have the PUBACK
            return None
        return stored

    def _may_speak(self, name: str, now_s: float) -> bool:
        """A bucket of as many receipts as a second allows, filled at that rate."""
        most = self._limits.receipts_per_s
        left, since_s = self._allowance.get(name, (most, now_s))
        left = min(left + (now_s - since_s) * most, most)
        may = left >= 1
        self._allowance[name] = (left - 1 if may else left, now_s)
        return may

    def _refuse(self, reason: str, consumer: str = "") -> Refusal:
        self._refused[reason] += 1
        return Refusal(reason, consumer)


def _highest(stored: Stored) -> int:
    return max(stored.sequence, stored.sealed or 0)
