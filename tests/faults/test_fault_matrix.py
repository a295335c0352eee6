"""Every device of cabinet A against every fault, with the whole core above it.

A fault has its name within five seconds, opens nothing, invents nothing, and is over within five seconds of its end.
A cell that is only late is tried once more.
"""

from collections.abc import Iterator

import pytest

from tests.faults.cells import CELLS, COLUMNS, DEVICES, HOLES, play, table
from tests.faults.tries import Sites, play_in_time, say

pytestmark = pytest.mark.campaign


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    found = Sites()
    yield found
    found.close()


@pytest.mark.parametrize(("device", "fault"), CELLS)
def test_a_fault_is_named_opens_nothing_invents_nothing_and_ends_by_itself(sites, device, fault, capsys):
    late = play_in_time(sites, lambda judge: play(judge, device, fault))
    if late:
        say(capsys, f"{device}-{fault}: {late}")


def test_every_cell_is_judged_or_says_why_not(capsys):
    with capsys.disabled():
        print(f"\n{table()}")  # noqa: T201 - the matrix is for people

    assert len(CELLS) + len(HOLES) == len(DEVICES) * len(COLUMNS)
    assert all(HOLES.values())
