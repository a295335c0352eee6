"""Cells in which no device is lost: what happens then, and what has to be told of it."""

from collections.abc import Callable, Mapping

from firmware_sim.tags import STRANGER
from tests.faults.judge import OUT, Judge
from tests.waiting import wait_until

FORCED_WITHIN_S = 2.0


def _pulse_in_vain(judge: Judge, fault: str, subject: int | str) -> None:
    judge.log_in()
    judge.sim.fault(fault, subject)
    judge.sim.press("3#")
    judge.wait_for("alarm.raised", kind="lock_fault", subject="slot-3")
    assert judge.wait_for("release.ended", slot=3)["body"]["why"] == "latch_stuck"
    judge.stay({"in"}, [3])
    assert judge.sim.slot(3)["place"] == "seated"

    judge.sim.fault(fault, subject, on=False)
    judge.sim.press("3#")
    judge.wait_for("alarm.cleared", kind="lock_fault", subject="slot-3")
    judge.sim.wait_for_text("SLOT 3 IS OPEN")
    _push_home(judge)
    assert judge.moves() == []


def _push_home(judge: Judge) -> None:
    """Leave the open slot 3 as it was."""
    judge.sim.press("*")
    wait_until(lambda: len(judge.rows("release.ended")) == 2, 5, "the end of the second release")
    judge.open_door()
    judge.sim.push(3)
    judge.sim.door("close")
    judge.log_out()


def stuck_bolt(judge: Judge) -> None:
    """alarm lock_fault at the next pulse; cleared by the next that works"""
    _pulse_in_vain(judge, "stuck_bolt", 3)


def broken_coil(judge: Judge) -> None:
    """alarm lock_fault at the next pulse; cleared by the next that works"""
    _pulse_in_vain(judge, "broken_coil", 3)


def brown_out(judge: Judge) -> None:
    """alarm lock_fault at the next pulse; cleared by the next that works"""
    _pulse_in_vain(judge, "brown_out", "")


def bounce(judge: Judge) -> None:
    """nothing but the truth: one ring.missing when it settles, one ring.found"""
    judge.sim.fault("bounce", 3)
    _force_out(judge, 3)
    judge.wait_for("ring.missing", slot=3)
    judge.sim.insert(3)
    judge.wait_for("ring.found", slot=3)
    judge.sim.fault("bounce", 3, on=False)
    judge.sim.door("close")
    assert judge.moves() == [("ring.missing", 3), ("ring.found", 3)]


def door_forced(judge: Judge) -> None:
    """alarm door_forced until the door is closed"""
    judge.sim.door("force")
    judge.wait_for("door.forced", FORCED_WITHIN_S)
    judge.wait_for("alarm.raised", kind="door_forced")
    judge.sim.door("close")
    judge.wait_for("alarm.cleared", kind="door_forced")
    judge.nothing_was_invented()


def ring_forced(judge: Judge) -> None:
    """alarm missing within 2 s, until the ring is found"""
    _force_out(judge, 3)
    judge.wait_for("alarm.raised", FORCED_WITHIN_S, kind="missing")
    judge.stay({"missing"}, [3])
    judge.sim.insert(3)
    judge.wait_for("ring.found", slot=3, evidence="tag_read")
    judge.sim.door("close")
    assert judge.moves() == [("ring.missing", 3), ("ring.found", 3)]


def _force_out(judge: Judge, slot: int) -> None:
    judge.sim.door("force")
    judge.sim.pull(slot, force=True)


def a_second_tag(judge: Judge) -> None:
    """tag.foreign, and alarm foreign_tag until it is gone"""
    judge.sim.fault("second_tag", "bank1")
    assert judge.wait_for("tag.foreign")["body"]["tag"] == STRANGER[-4:]
    judge.wait_for("alarm.raised", kind="foreign_tag")
    judge.sim.fault("second_tag", "bank1", on=False)
    judge.wait_for("alarm.cleared", kind="foreign_tag")
    judge.nothing_was_invented()


def a_second_tag_at_the_probe(judge: Judge) -> None:
    """tag.refused: unknown_tag"""
    judge.sim.fault("second_tag", "probe")
    judge.wait_for("tag.refused", reason="unknown_tag")
    judge.sim.fault("second_tag", "probe", on=False)
    judge.nothing_was_invented()


def unreadable(judge: Judge) -> None:
    """alarm unreadable of the slot; its ring is not called missing"""
    judge.sim.fault("unreadable", 3)
    judge.wait_for("alarm.raised", kind="unreadable", subject="slot-3")
    judge.stay({"unreadable"}, [3])
    judge.is_refused(3)
    judge.sim.fault("unreadable", 3, on=False)
    judge.wait_for("alarm.cleared", kind="unreadable", subject="slot-3")
    judge.nothing_was_invented()


def chatter(judge: Judge) -> None:
    """nothing is told of a ring: one that hangs is not gone, one that is held to a slot is not put back (unreadable)"""
    for chattering in (False, True):
        judge.sim.fault("chatter", OUT, on=chattering)
        judge.sim.present(OUT, hold_ms=1500, reader="bank1")
        judge.sim.wait_for("tag_lifted")
        judge.log_in()
        judge.log_out()
    judge.sim.fault("chatter", OUT, on=False)
    judge.sim.present(OUT, hold_ms=5000, reader="bank1")
    judge.wait_for("alarm.raised", kind="unreadable", subject=f"slot-{OUT}")
    judge.sim.wait_for("tag_lifted", within=8)
    judge.wait_for("alarm.cleared", kind="unreadable", subject=f"slot-{OUT}")
    judge.sim.fault("chatter", 3)
    for _ in range(3):
        judge.log_in()
        judge.log_out()
        judge.stay({"in", "unreadable"}, [3])
    judge.sim.fault("chatter", 3, on=False)
    judge.recovers()
    judge.nothing_was_invented()


def chatter_at_the_probe(judge: Judge) -> None:
    """one return.offered, and no ring returned"""
    judge.sim.fault("chatter", OUT)
    judge.sim.present(OUT, hold_ms=2500)
    judge.wait_for("return.offered")
    judge.sim.wait_for("tag_lifted")
    judge.sim.fault("chatter", OUT, on=False)
    wait_until(lambda: {OUT, "door"} <= set(judge.pulses()), 5, "the pulses of door and slot")
    assert len(judge.rows("return.offered")) == 1
    assert sorted(judge.pulses(), key=str) == [OUT, "door"]
    assert judge.moves() == []
    judge.open_door()
    judge.sim.door("close")


def a_copy_in_another_slot(judge: Judge) -> None:
    """alarm unreadable of the slot that holds the copy: one number on one bus is one tag"""
    judge.sim.fault("copied", 3)
    judge.sim.door("force")
    judge.sim.insert(8, 3)
    judge.wait_for("alarm.raised", kind="unreadable", subject="slot-8")
    judge.stay({"unreadable"}, [8])
    judge.stay({"in"}, [3])
    judge.sim.pull(8, force=True)
    judge.sim.fault("copied", 3, on=False)
    judge.wait_for("alarm.cleared", kind="unreadable", subject="slot-8")
    judge.sim.door("close")
    judge.nothing_was_invented()


def a_copy_at_the_probe(judge: Judge) -> None:
    """tag.refused and alarm duplicate_tag, until the ring is taken"""
    judge.sim.fault("copied", 2)
    judge.sim.present(2)
    judge.wait_for("tag.refused", reason="duplicate_tag")
    judge.wait_for("alarm.raised", kind="duplicate_tag")
    judge.sim.fault("copied", 2, on=False)
    judge.nothing_was_invented()


def panel_doubled(judge: Judge) -> None:
    """absorbed: every key counts once"""
    judge.sim.fault("doubled", "panel")
    judge.log_in()
    judge.log_out()
    judge.sim.fault("doubled", "panel", on=False)
    assert judge.rows("device.lost", "login.refused") == []
    judge.nothing_was_invented()


STORIES: Mapping[tuple[str, str], Callable[[Judge], None]] = {
    ("pins", "stuck_bolt"): stuck_bolt,
    ("pins", "broken_coil"): broken_coil,
    ("pins", "brown_out"): brown_out,
    ("pins", "bounce"): bounce,
    ("pins", "door_forced"): door_forced,
    ("pins", "ring_forced"): ring_forced,
    ("bank1", "second_tag"): a_second_tag,
    ("probe", "second_tag"): a_second_tag_at_the_probe,
    ("bank1", "unreadable"): unreadable,
    ("bank1", "chatter"): chatter,
    ("probe", "chatter"): chatter_at_the_probe,
    ("bank1", "copied"): a_copy_in_another_slot,
    ("probe", "copied"): a_copy_at_the_probe,
    ("panel", "doubled"): panel_doubled,
}
