"""A ledger that the store wrote is never refused, whatever it says."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keycabinet.domain.entries import ENTRY_TYPES, Entry
from keycabinet.evidence.export import export
from keycabinet.evidence.form import Head
from keycabinet.store import Change, Store
from tests.builders import NOON
from tests.evidence.ledgers import LATER, faults_of
from tests.store.builders import entries

ANYTHING = st.lists(st.sampled_from(ENTRY_TYPES).flatmap(entries), max_size=12)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from keycabinet.store.upgrade import create  # noqa: PLC0415 - Alembic, for one test

    path = tmp_path_factory.mktemp("empty") / "empty.db"
    create(path, demo=False, at=NOON.utc)
    return path


@given(transactions=st.lists(ANYTHING, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_store_of_random_entries_and_its_export_are_whole(empty: Path, transactions: list[list[Entry]]) -> None:
    path = empty.with_name("written.db")
    shutil.copy(empty, path)
    with Store.open(path, "boot-1") as store:
        for said in transactions:
            store.commit(Change(tuple(said), store.books(), store.books()), NOON)
        head = Head(store.head.seq, store.head.hash)
    export(path, path.with_suffix(".jsonl"), "mc-1", LATER, force=True)

    for file in (path, path.with_suffix(".jsonl")):
        assert faults_of(file, head) == []
