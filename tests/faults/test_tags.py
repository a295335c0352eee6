"""What can happen to a ring and its tag, with the whole core above: each has a row of its own, and none is invented."""

from collections.abc import Iterator

import pytest

from firmware_sim.tags import STRANGER
from tests.faults.judge import Judge
from tests.faults.tries import Sites, play_in_time, say

pytestmark = pytest.mark.campaign


@pytest.fixture
def sites() -> Iterator[Sites]:
    found = Sites()
    yield found
    found.close()


def test_missing_found_again_in_another_slot_foreign_and_twice_are_each_told_as_what_they_are(sites, capsys):
    late = play_in_time(sites, _everything_that_can_happen_to_a_tag)
    if late:
        say(capsys, late)


def _everything_that_can_happen_to_a_tag(judge: Judge) -> None:
    judge.sim.door("force")
    judge.sim.pull(3, force=True)
    missing = judge.wait_for("ring.missing", slot=3)
    judge.sim.insert(3, 3)
    assert judge.wait_for("ring.found", slot=3)["body"]["ring"] == missing["body"]["ring"]

    judge.sim.pull(3, force=True)
    judge.sim.insert(8, 3)
    moved = judge.wait_for("ring.moved", slot=8)
    assert (moved["body"]["from_slot"], moved["body"]["evidence"]) in {(3, "tag_read"), (3, "inferred")}
    judge.stay({"wrong_ring"}, [8])
    judge.sim.pull(8, force=True)
    judge.sim.insert(3, 3)
    judge.wait_for("ring.moved", slot=3)

    judge.sim.insert(8, STRANGER)
    judge.wait_for("tag.foreign", slot=8)
    judge.wait_for("alarm.raised", kind="foreign_tag", subject="slot-8")
    judge.sim.pull(8, force=True)
    judge.wait_for("alarm.cleared", kind="foreign_tag", subject="slot-8")

    judge.sim.fault("copied", 2)
    judge.sim.present(2)
    judge.wait_for("tag.refused", reason="duplicate_tag")
    judge.wait_for("alarm.raised", kind="duplicate_tag")
    judge.sim.fault("copied", 2, on=False)
    judge.sim.door("close")
    told = [kind for kind, _ in judge.moves()]
    assert told == ["ring.missing", "ring.found", "ring.moved", "ring.moved"]
    assert judge.pulses() == []
