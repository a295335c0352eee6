"""One ledger for all tests that only look at it, or at copies."""

import pytest

from tests.evidence.ledgers import Original, an_original


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A ledger of two boots, as a store, as an export, and as both were on an earlier day."""
    return an_original(tmp_path_factory.mktemp("original"))
