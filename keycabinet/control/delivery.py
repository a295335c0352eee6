"""Which alarms have arrived, and who listens: by the receipts of the consumers that the site registered (R40)."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from keycabinet.domain.alarm import AlarmKey
from keycabinet.domain.entries import SEALED_KINDS, AlarmCleared, AlarmRaised, Entry
from keycabinet.errors import ConfigError

SILENT_AFTER = timedelta(seconds=90)
"""Three receipts that did not come."""
PREFIX = "receipt:"
"""Before the names of consumers among the cursors of the store."""


def cursor_names(consumer: str) -> tuple[str, str]:
    """Under which names the store keeps how far this consumer has come: in open rows, and in sealed ones."""
    return f"{PREFIX}{consumer}", f"{PREFIX}{consumer}:sealed"


class Delivery:
    """The receipts of registered consumers beside the rows of standing alarms; used by the deciding thread alone.

    ``consumers``: name -> whether it answers for sealed rows. ``cursors``: what the store kept of their receipts.
    ``keep`` has the store keep them. ``raised``: standing alarms, and the rows that raised them. ``now`` is elapsed.
    """

    def __init__(
        self,
        consumers: Mapping[str, bool],
        cursors: Mapping[str, int],
        keep: Callable[[Mapping[str, int]], None],
        raised: Mapping[AlarmKey, int],
        now: timedelta,
    ) -> None:
        self._consumers, self._keep, self._raised = dict(consumers), keep, dict(raised)
        self._kept = {name: cursors.get(name, 0) for each in consumers for name in cursor_names(each)}
        self._heard = dict.fromkeys(consumers, now)

    def note(self, consumer: str, sequence: int, sealed: int | None, published: int, now: timedelta) -> None:
        """A consumer has stored all rows up to these, of those up to ``published``; fewer than before: it lost some.

        Raises ConfigError for who is not registered and for rows that were not published, and StoreError.
        """
        if consumer not in self._consumers:
            raise ConfigError(f"no consumer {consumer!r} is registered")
        if sealed is not None and not self._consumers[consumer]:
            raise ConfigError(f"consumer {consumer} is not registered for sealed rows")
        if (highest := max(sequence, sealed or 0)) > published:
            raise ConfigError(f"{consumer} cannot have row {highest}: {published} is the last that was published")
        told = dict(zip(cursor_names(consumer), (sequence, sealed or 0), strict=True))
        if any(self._kept[name] != seq for name, seq in told.items()):
            self._keep(told)
            self._kept |= told
        self._heard[consumer] = now

    def learn(self, seq: int, entry: Entry) -> None:
        """This is in the ledger now, as row ``seq``."""
        match entry:
            case AlarmRaised(kind, subject):
                self._raised[kind, subject] = seq
            case AlarmCleared(kind, subject):
                self._raised.pop((kind, subject), None)
            case _:
                pass

    def delivered(self) -> frozenset[AlarmKey]:
        """The standing alarms that every consumer has which is registered for them; none is: never."""
        stored = {
            is_sealed: min((self._kept[name] for name in self._names(sealed=is_sealed)), default=0)
            for is_sealed in (False, True)
        }
        return frozenset(key for key, seq in self._raised.items() if seq <= stored[key[0] in SEALED_KINDS])

    def silent(self, now: timedelta) -> frozenset[str]:
        """The consumers from which nothing was heard for so long, counted from the start for who was never heard."""
        return frozenset(name for name, heard in self._heard.items() if now - heard >= SILENT_AFTER)

    def _names(self, *, sealed: bool) -> list[str]:
        """The cursors that count for sealed rows, or for the others."""
        return [cursor_names(name)[sealed] for name, is_sealed in self._consumers.items() if is_sealed or not sealed]
