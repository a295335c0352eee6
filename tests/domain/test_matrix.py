"""The policy decides as the reference does, for every combination of what a decision depends on."""

import pytest

from tests.domain.matrix import judged

STRIDE = 7
"""Prime to the size of every dimension: what is left out here is made up for in every other one."""


def test_no_ring_is_released_that_the_reference_refuses_nor_the_other_way_round() -> None:
    count, released, different = judged(STRIDE)

    assert different == []
    assert (count, released) == (100_286, 1432)


@pytest.mark.campaign
def test_the_same_for_every_single_combination(capsys: pytest.CaptureFixture[str]) -> None:
    count, released, different = judged()

    with capsys.disabled():
        print(f"{count} decisions, {released} releases, {len(different)} differences")  # noqa: T201 - the figure
    assert different == []
    assert (count, released) == (702_000, 10_080)
