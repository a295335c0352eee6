"""What can happen to a ring and its tag, with the whole core above: each has a row of its own, and none is invented."""

from collections.abc import Iterator

import pytest

from firmware_sim.tags import STRANGER
from tests.faults.judge import Judge

pytestmark = pytest.mark.campaign


@pytest.fixture(scope="module")
def site() -> Iterator[Judge]:
    judge = Judge()
    try:
        yield judge.open()
    finally:
        judge.close()


@pytest.fixture
def judge(site: Judge) -> Judge:
    assert site.comes_to_rest(), site.trouble()
    site.begin()
    return site


def test_missing_found_again_in_another_slot_foreign_and_twice_are_each_told_as_what_they_are(judge):
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
