"""A fresh store, an open one, and one with Ann, Bob and three rings."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keycabinet.domain.books import Books
from keycabinet.store import Store
from keycabinet.store.upgrade import create
from tests.builders import NOON
from tests.store.builders import ANN, BOB, BOOT, RINGS, enrolling


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty store's file."""
    file = tmp_path / "cabinet.db"
    create(file, demo=False, at=NOON.utc)
    return file


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty store, open."""
    with Store.open(path, BOOT) as opened:
        yield opened


@pytest.fixture
def staffed(store: Store) -> Store:
    """A store with Ann, Bob and three rings: five rows."""
    store.commit(enrolling((ANN, BOB), RINGS, Books()), NOON)
    return store


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes files of staffed stores, fast enough for a property: each call another one."""
    folder = tmp_path_factory.mktemp("stores")
    first = folder / "first.db"
    create(first, demo=False, at=NOON.utc)
    with Store.open(first, BOOT) as opened:
        opened.commit(enrolling((ANN, BOB), RINGS, Books()), NOON)
    numbers = iter(range(1_000_000))

    def copy() -> Path:
        return Path(shutil.copy(first, folder / f"{next(numbers)}.db"))

    return copy
