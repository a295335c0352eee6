"""A slot is open, and what senses it is lost: who takes the ring then is not forgotten, and nobody else is made up."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.judge import Judge
from tests.faults.tries import Sites, Story, play_in_time, say

pytestmark = pytest.mark.campaign


@pytest.fixture
def in_time(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[Story], None]]:
    sites = Sites()

    def play(story: Story) -> None:
        late = play_in_time(sites, story)
        if late:
            say(capsys, late)

    yield play
    sites.close()


def test_a_ring_pulled_while_its_reader_is_lost_is_taken_by_the_word_of_the_contact(in_time):
    in_time(_pulled_while_its_reader_is_lost)


def _pulled_while_its_reader_is_lost(judge: Judge) -> None:
    judge.log_in()
    judge.sim.press("3#")
    judge.sim.wait_for("bolt_drawn", slot=3)
    judge.sim.fault("cut", "bank1")
    judge.wait_for("device.lost", device="bank1")
    judge.open_door()
    judge.sim.pull(3)
    assert judge.wait_for("ring.taken", slot=3)["body"]["evidence"] == "contact"

    judge.sim.fault("cut", "bank1", on=False)
    judge.wait_for("device.back", device="bank1")
    judge.stay({"out"}, [3])
    assert judge.moves() == [("ring.taken", 3)]


def test_a_ring_that_nobody_pulls_while_its_reader_is_lost_stays(in_time):
    in_time(_pulled_by_nobody)


def _pulled_by_nobody(judge: Judge) -> None:
    judge.log_in()
    judge.sim.press("3#")
    judge.sim.wait_for("bolt_drawn", slot=3)
    judge.sim.fault("unreadable", 3)
    judge.wait_for("alarm.raised", kind="unreadable", subject="slot-3")
    judge.sim.press("*")
    judge.wait_for("release.ended", slot=3, why="cancelled")

    judge.sim.fault("unreadable", 3, on=False)
    judge.wait_for("alarm.cleared", kind="unreadable", subject="slot-3")
    assert judge.moves() == []
