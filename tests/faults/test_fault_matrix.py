"""Every device of cabinet A against every fault, with the whole core above it.

A fault has its name within five seconds, opens nothing, invents nothing, and is over within five seconds of its end.
"""

from collections.abc import Iterator

import pytest

from tests.faults.cells import CELLS, COLUMNS, DEVICES, HOLES, play, table
from tests.faults.judge import Judge

pytestmark = pytest.mark.campaign


class Sites:
    """One site for all cells; another after a cell that has not left it at rest."""

    def __init__(self) -> None:
        self._judge: Judge | None = None

    def at_rest(self) -> Judge:
        if self._judge is not None and not self._judge.comes_to_rest():
            self.close()
        if self._judge is None:
            self._judge = Judge()
            self._judge.open()
        self._judge.begin()
        return self._judge

    def close(self) -> None:
        if self._judge is not None:
            self._judge.close()
            self._judge = None


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    found = Sites()
    yield found
    found.close()


@pytest.mark.parametrize(("device", "fault"), CELLS)
def test_a_fault_is_named_opens_nothing_invents_nothing_and_ends_by_itself(sites, device, fault):
    play(sites.at_rest(), device, fault)


def test_every_cell_is_judged_or_says_why_not(capsys):
    with capsys.disabled():
        print(f"\n{table()}")  # noqa: T201 - the matrix is for people

    assert len(CELLS) + len(HOLES) == len(DEVICES) * len(COLUMNS)
    assert all(HOLES.values())
