"""What is late is tried once more, and only that."""

from collections import Counter

import pytest

from tests.faults.tries import play_in_time
from tests.waiting import Late


class FakeJudge:
    """Tells what it is told to tell."""

    def __init__(self, *told: str) -> None:
        self._told = told

    def told(self) -> Counter:
        return Counter((each,) for each in self._told)


class FakeSites:
    """Two sites, of which the second is fresh."""

    def __init__(self, first: FakeJudge, second: FakeJudge) -> None:
        self._first, self._second = first, second

    def at_rest(self) -> FakeJudge:
        return self._first

    def fresh(self) -> FakeJudge:
        return self._second


class Story:
    """Ends as it is given for each try, and counts them."""

    def __init__(self, *ends: AssertionError | None) -> None:
        self._ends, self.tries = ends, 0

    def __call__(self, _judge: object) -> None:
        self.tries += 1
        end = self._ends[self.tries - 1]
        if end is not None:
            raise end


SITES = FakeSites(FakeJudge("alarm"), FakeJudge("alarm", "cleared"))


def test_what_is_in_time_is_tried_once():
    story = Story(None)

    assert play_in_time(SITES, story) == ""
    assert story.tries == 1


def test_what_is_late_and_then_in_time_passes_and_is_said():
    story = Story(Late("the alarm did not come\nrows"), None)

    assert play_in_time(SITES, story) == "late, then in time: the alarm did not come"
    assert story.tries == 2


def test_what_is_late_twice_fails():
    with pytest.raises(Late, match="again"):
        play_in_time(SITES, Story(Late("once"), Late("again")))


def test_what_is_false_is_never_tried_again():
    story = Story(AssertionError("invented"), None)

    with pytest.raises(AssertionError, match="invented"):
        play_in_time(SITES, story)
    assert story.tries == 1


@pytest.mark.parametrize("told", [("ring.returned",), ("alarm", "alarm")], ids=["another thing", "the same twice"])
def test_a_late_try_that_told_more_than_the_one_in_time_is_false(told):
    with pytest.raises(AssertionError, match="told by the late try alone"):
        play_in_time(FakeSites(FakeJudge(*told), FakeJudge("alarm")), Story(Late("once"), None))
