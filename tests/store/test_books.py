"""The stored books are the fold of the ledger, whatever happens."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keycabinet.domain.entries import ENTRY_TYPES, Entry
from keycabinet.domain.moment import Moment
from keycabinet.store import Change, Reader, Store
from keycabinet.store.queries import EVERYTHING
from tests.builders import NOON
from tests.store.builders import BOOT, ENROLLED, INSTANTS, entries
from tests.store.verifying import first_fault, ledger_of

ANY_ENTRY = st.one_of([entries(each, ENROLLED) for each in ENTRY_TYPES])
TRANSACTIONS = st.lists(st.tuples(INSTANTS, st.lists(ANY_ENTRY, max_size=5)), max_size=8)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(transactions=TRANSACTIONS)
def test_stored_books_equal_the_fold_and_the_ledger_rebuilds_them(
    copies: Callable[[], Path], transactions: list[tuple[datetime, list[Entry]]]
) -> None:
    path = copies()
    with Store.open(path, BOOT) as store:
        books = store.books()
        for at, said in transactions:
            after = books.fold(said, at)
            store.commit(Change(tuple(said), books, after), Moment(at, NOON.elapsed))
            books = after
            assert store.books() == books

    with Store.open(path, BOOT) as reopened, Reader.open(path) as reader, reader.snapshot():
        assert reopened.books() == reader.books() == reader.rebuild() == books
        assert [row.entry for row in reader.rows(6, 100, EVERYTHING)] == [
            entry for _, said in transactions for entry in said
        ]
    assert first_fault(ledger_of(path)) is None
