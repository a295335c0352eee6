"""The ledger as it grows: read from the store, never from a queue, so that nothing can be skipped."""

from collections.abc import Callable, Iterator

from keycabinet.control.core import Core
from keycabinet.control.rows import read_on
from keycabinet.store import Row

PAGE = 200


def rows_as_they_come(core: Core, from_seq: int, given_up: Callable[[], bool]) -> Iterator[tuple[Row, ...]]:
    """Every served row from ``from_seq`` on, in order, once; waits for more until ``given_up``. Raises StoreError."""
    with core.open_reader() as reader:
        while not given_up():
            head_seq = core.head.wait_beyond(from_seq - 1, given_up=given_up)
            rows, from_seq = read_on(reader, from_seq, PAGE, head_seq)
            yield rows
