"""The ledger as it grows: read from the store, never from a queue, so that nothing can be skipped."""

from collections.abc import Callable, Iterator

from keycabinet.control.core import Core
from keycabinet.control.rows import Stretch, read_on
from keycabinet.control.sight import Sight
from keycabinet.store import Row

PAGE = 200


def rows_as_they_come(
    core: Core, from_seq: int, sight: Callable[[], Sight], given_up: Callable[[], bool]
) -> Iterator[tuple[Row, ...]]:
    """Every row that is seen from ``from_seq`` on, in order, once; waits for more until ``given_up``.

    ``sight`` is asked for every page. Raises StoreError, and what ``sight`` raises when there is nobody any more.
    """
    with core.open_reader() as reader:
        while not given_up():
            head_seq = core.head.wait_beyond(from_seq - 1, given_up=given_up)
            rows, from_seq = read_on(reader, Stretch(from_seq, PAGE, head_seq), sight())
            yield rows
