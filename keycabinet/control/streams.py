"""The ledger as it grows: read from the store, never from a queue, so that nothing can be skipped."""

from collections.abc import Callable, Iterator

from keycabinet.control.core import Core
from keycabinet.control.rows import Stretch, read_on
from keycabinet.control.sight import Sight
from keycabinet.domain.entries import Visibility
from keycabinet.store import Reader, Row

PAGE = 200
_SEALED = frozenset({Visibility.SEALED})


def rows_as_they_come(
    core: Core, from_seq: int, sight: Callable[[], Sight], given_up: Callable[[], bool]
) -> Iterator[tuple[tuple[Row, int | None], ...]]:
    """Every row that is seen from ``from_seq`` on, in order, once; waits for more until ``given_up``.

    Each comes with the number of the one before it, as ``Links`` knows it. ``sight`` is asked for every page. Raises
    StoreError, and what ``sight`` raises when there is nobody any more.
    """
    with core.open_reader() as reader:
        links = Links(reader)
        while not given_up():
            head_seq = core.head.wait_beyond(from_seq - 1, given_up=given_up)
            seen = sight()
            rows, from_seq = read_on(reader, Stretch(from_seq, PAGE, head_seq), seen)
            yield tuple((row, links.previous(row, seen)) for row in rows)


class Links:
    """What comes before each row of one stream: sealed rows follow sealed ones, the rest follow the rest.

    Whoever is given both can so tell apart a row that was lost and one that was never meant for them.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._last: dict[bool, int | None] = {}

    def previous(self, row: Row, sight: Sight) -> int | None:
        """The number of the row before this one, which is the next of the stream; None: it is the first."""
        is_sealed = row.visibility is Visibility.SEALED
        if is_sealed not in self._last:
            alike = sight.visibilities & _SEALED if is_sealed else sight.visibilities - _SEALED
            self._last[is_sealed] = self._reader.last_before(row.seq, alike, sight.shows)
        previous, self._last[is_sealed] = self._last[is_sealed], row.seq
        return previous
