"""A receiver in a thread of its own, beside a test."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from keycabinet.publisher.bell import Bell
from keycabinet.publisher.receipts import Consumer
from keycabinet.publisher.settings import BrokerSettings
from keycabinet.receiver.inbox import Stored, Taken
from keycabinet.receiver.receiver import Limits, Receiver, ReceiverSettings
from keycabinet.receiver.shelf import Shelf
from tests.broker import HOST, Broker


class Listening:
    """A context manager; ``stored`` are the rows that came and were new, ``taken`` all that came."""

    def __init__(self, folder: Path, broker: Broker, consumer: Consumer, limits: Limits = Limits()) -> None:  # noqa: B008
        to = BrokerSettings(HOST, broker.port, f"keycabinet-{consumer.name}")
        settings = ReceiverSettings(consumer.name, to, {"mc-1": consumer.key}, sealed=consumer.sealed)
        self._bell = Bell()
        shelf = Shelf(folder / f"{consumer.name}.db")
        self.receiver = Receiver(settings, shelf, self._bell, self._note, limits)
        self.taken: list[Taken] = []
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self.receiver.run, args=(self._stopping,), name="receiver")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._bell.ring()
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._bell.close()

    @property
    def stored(self) -> list[int]:
        """The numbers of the rows that were stored, in the order in which they came."""
        return [each.event.sequence for each in list(self.taken) if isinstance(each, Stored)]

    def wait(self, fact: Callable[[], object], what: str, within: float = 10.0) -> None:
        """Wait until something is so."""
        with self._changed:
            came = self._changed.wait_for(fact, within)
        assert came, f"{what} did not come within {within} s; the last: {self.taken[-5:]}"

    def wait_for_rows(self, *seqs: int, within: float = 20.0) -> None:
        """Wait until every one of these rows is stored."""
        self.wait(lambda: set(seqs) <= set(self.stored), f"rows {seqs[:1]}..{seqs[-1:]}", within)

    def _note(self, taken: Sequence[Taken]) -> None:
        with self._changed:
            self.taken.extend(taken)
            self._changed.notify_all()
