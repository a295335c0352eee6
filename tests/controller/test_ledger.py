"""Who has to know of rows hears of exactly those that are durable."""

import pytest

from keycabinet.app import Ledger
from keycabinet.control.head import Head
from keycabinet.domain.books import Books
from keycabinet.domain.entries import AlarmKind, AlarmRaised, DoorOpened, Entry
from keycabinet.errors import StoreError
from keycabinet.store import Change
from keycabinet.store.ledger import Head as StoredHead
from tests.builders import NOON

RAISED, OPENED = AlarmRaised(AlarmKind.MISSING, "r-3"), DoorOpened()
CHANGE = Change((OPENED, RAISED), Books(), Books())


class TornStore:
    """A store whose next commit fails, and may be found to be written all the same."""

    def __init__(self, *, written: bool) -> None:
        self.head, self._written = StoredHead(6), written

    def commit(self, change: Change, _moment: object, *, clock_synced: bool) -> tuple[()]:
        raise StoreError("the sync failed")

    def recover(self) -> bool:
        self.head = StoredHead(8 if self._written else 6)
        return self._written


@pytest.mark.parametrize(("written", "known"), [(True, [(7, OPENED), (8, RAISED)]), (False, [])])
def test_rows_whose_commit_failed_are_known_if_and_only_if_they_are_found_to_be_durable(
    *, written: bool, known: list[tuple[int, Entry]]
) -> None:
    learnt: list[tuple[int, Entry]] = []
    head = Head(6)
    ledger = Ledger(TornStore(written=written), head, lambda: True, lambda seq, entry: learnt.append((seq, entry)))

    with pytest.raises(StoreError):
        ledger.commit(CHANGE, NOON)
    assert learnt == []
    assert ledger.recover() is written

    assert learnt == known
    assert head.seq == (8 if written else 6)
