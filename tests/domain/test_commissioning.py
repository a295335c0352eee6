"""A cabinet that is being commissioned: nothing is missed, tags are learned, latches tried, rings counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain import commissioning, service
from keycabinet.domain.books import In, Missing, Unverified
from keycabinet.domain.cabinet import carry_out, next_deadline
from keycabinet.domain.effects import Light, ReleaseSlot
from keycabinet.domain.entries import (
    AlarmKind,
    AlarmRaised,
    CommissioningEnded,
    LatchTestIntended,
    Outcome,
    Reason,
    ReleaseRefused,
    ReturnOffered,
    RingLearned,
    RingMissing,
    RingNotLearned,
    RingSetAside,
    SlotTested,
    TagSeen,
)
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    DeviceFailed,
    PulseRefused,
    TagPresented,
    TagsRead,
)
from keycabinet.domain.screen import lights
from keycabinet.domain.state import Hindered
from keycabinet.domain.states import Learned, NotLearned, Secured, UnderTest, Unlatched
from tests.builders import SLOTS, Story, a_directory, a_ring, running, tags

NEW = "01DEADBEEF000042"


def asked(story: Story, rule) -> str:
    """Have a rule carried out; the words of what hinders it, if anything does."""
    done = carry_out(story.cabinet, rule, story.facts)
    if isinstance(done, Hindered):
        return done.why
    cabinet, effects = done
    story.directory = story.directory.having(rings=effects.rings)
    story._keep(cabinet, effects)
    return ""


def begun(*rings: int, **more) -> Story:
    """A cabinet in the mode, with nothing told yet; ring 7 has no tag."""
    bare = a_ring(7, tag="")
    story = running(*rings, directory=a_directory().having(rings=[bare]), **more)
    assert asked(story, lambda turn: commissioning.begin(turn, "eve")) == ""
    story.entries.clear()
    story.commands.clear()
    return story


def learning(story: Story, ring: str = "r7") -> str:
    return asked(story, lambda turn: commissioning.learn(turn, "eve", ring))


def trying(story: Story, slot: int) -> str:
    return asked(story, lambda turn: commissioning.test(turn, "eve", slot))


def ending(story: Story, counted: int) -> str:
    return asked(story, lambda turn: commissioning.end(turn, "eve", counted))


def pull(story: Story, slot: int) -> None:
    rest = {1, 2, 3, 4, 5, 6} - {slot}
    story.tell(ContactRead(slot, closed=False), TagsRead("bank1", tags(*rest)))


# ---- while it lasts


def test_nothing_is_missed_and_no_tag_is_foreign_until_the_mode_is_left():
    story = begun()
    pull(story, 3)
    story.tell(ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6) | {NEW}))

    assert story.of(RingSetAside) == [RingSetAside("r3", 3)]
    assert isinstance(story.cabinet.books.custody["r3"], Unverified)
    assert story.of(RingMissing) == story.of(AlarmRaised) == story.of(TagSeen) == []

    assert ending(story, 5) == ""

    assert story.of(AlarmRaised) == [AlarmRaised(AlarmKind.FOREIGN_TAG, "slot-8")]


def test_the_mode_outlives_a_restart_and_so_does_the_absence_of_a_ring():
    before = begun()
    story = Story(cabinet=replace(Story().cabinet, books=before.cabinet.books), directory=before.directory)

    story.ready(1, 2, 4, 5, 6)

    assert story.of(RingSetAside) == [RingSetAside("r3", 3)]
    assert story.of(AlarmRaised) == []
    assert "COMMISSIONING" in story.display


def test_what_was_missing_before_stays_an_alarm():
    story = running()
    pull(story, 3)

    assert asked(story, lambda turn: commissioning.begin(turn, "eve")) == ""

    assert isinstance(story.cabinet.books.custody["r3"], Missing)
    assert (AlarmKind.MISSING, "r3") in story.cabinet.books.alarms


def test_nobody_takes_a_ring_meanwhile():
    story = begun().log_in()

    story.press("3#")

    assert story.of(ReleaseRefused) == [ReleaseRefused("ann", 3, Reason.COMMISSIONING, "r3")]
    assert [each for each in story.commands if isinstance(each, ReleaseSlot)] == []


def test_the_mode_is_not_begun_twice_nor_while_a_ring_is_being_released_nor_before_the_devices_are_heard():
    releasing = running().log_in().press("3#")

    assert "already" in asked(begun(), lambda turn: commissioning.begin(turn, "eve"))
    assert "slot 3 is being released" in asked(releasing, lambda turn: commissioning.begin(turn, "eve"))
    assert "devices" in asked(Story().start(), lambda turn: commissioning.begin(turn, "eve"))


def test_nothing_of_the_mode_works_outside_of_it():
    for act in (learning, lambda story: trying(story, 3), lambda story: ending(story, 6)):
        story = running()

        assert act(story) == "the cabinet is not being commissioned"
        assert story.entries == story.commands == []


# ---- learning


@pytest.mark.parametrize("tag_first", [False, True], ids=["contact first", "tag first"])
def test_the_tag_that_appears_alone_in_an_empty_slot_is_bound_to_the_ring_with_its_slot(tag_first: bool):
    story = begun()
    assert learning(story) == ""
    assert "PUT ONE RING IN" in story.display
    readings = [ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6) | {NEW})]

    for reading in readings[::-1] if tag_first else readings:
        story.tell(reading)

    (ring,) = story.last.rings
    assert (ring.id, ring.tag, ring.home_slot) == ("r7", NEW, 8)
    assert story.of(RingLearned) == [RingLearned("r7", 8, "eve")]
    assert story.cabinet.learning == Learned("r7", 8)
    custody = story.cabinet.books.custody["r7"]
    assert isinstance(custody, In)
    assert custody.slot == 8


def put_in(story: Story, slot: int, *new: str) -> None:
    story.tell(ContactRead(slot, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6) | set(new)))


REFUSED = {
    "the tag of another ring": ("that of ring 3", lambda story: put_in(story, 7, a_ring(3).tag)),
    "the home of another ring": ("home of ring 3", lambda story: put_in(story, 3, NEW)),
    "two tags at once": ("2 tags", lambda story: put_in(story, 7, NEW, "01DEADBEEF000043")),
    "nothing for two minutes": ("no tag was seen", lambda story: story.later(minutes=2)),
}


@pytest.mark.parametrize(("words", "act"), REFUSED.values(), ids=REFUSED)
def test_nothing_that_belongs_to_another_ring_is_overwritten(words: str, act):
    story = begun()
    pull(story, 3)
    assert learning(story) == ""

    act(story)

    (refused,) = story.of(RingNotLearned)
    assert words in refused.detail
    assert story.cabinet.learning == NotLearned("r7", refused.detail)
    assert story.last.rings == ()
    assert story.of(RingLearned) == []


def test_a_ring_that_hangs_or_is_out_is_not_learned_anew():
    out = running().log_in().press("3#")
    out.tell(CoilPulsed(3), ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    out.press("*")
    assert asked(out, lambda turn: commissioning.begin(turn, "eve")) == ""

    assert "hangs in slot 2" in learning(out, "r2")
    assert "ring 3 is out" in learning(out, "r3")
    assert learning(out, "r99") == "there is no such ring"


# ---- trying latches


def test_a_test_is_recorded_with_its_person_before_the_latch_is_pulsed_and_then_with_what_was_measured():
    story = begun()

    assert trying(story, 3) == ""

    assert story.last.entries == (LatchTestIntended(3, "eve"),)
    assert ReleaseSlot(3) in story.last.commands
    story.now = story.now.later(timedelta(milliseconds=40))
    story.tell(BoltsRead(SLOTS, home=False))
    story.now = story.now.later(timedelta(milliseconds=160))
    story.tell(CoilPulsed(3))
    assert lights(story.cabinet, story.facts)[3] is Light.STEADY
    story.later(milliseconds=700)
    assert story.of(SlotTested) == []
    story.later(milliseconds=100)
    assert story.of(SlotTested) == [SlotTested(3, Outcome.OK, "closed", 200, 40)]
    assert story.cabinet.state_of(3) == Unlatched()


TESTS = {
    "bolt after pulse": ((CoilPulsed(3), BoltsRead(SLOTS, home=False), timedelta(seconds=1)), Outcome.OK),
    "bolt does not move": ((CoilPulsed(3), timedelta(seconds=1)), Outcome.BOLT_STUCK),
    "pulse refused": ((PulseRefused(3, "queue"),), Outcome.NO_PULSE),
    "no answer": ((timedelta(seconds=8),), Outcome.NO_PULSE),
    "device lost": ((DeviceFailed("pins", "gone", ""),), Outcome.DEVICE_LOST),
}


@pytest.mark.parametrize(("happens", "outcome"), TESTS.values(), ids=TESTS)
def test_every_end_of_a_test_has_its_name_and_is_waited_for(happens: tuple, outcome: Outcome):
    story = begun()
    trying(story, 3)

    assert next_deadline(story.cabinet, story.facts) <= timedelta(seconds=8)
    for each in happens:
        story.later(seconds=each.total_seconds()) if isinstance(each, timedelta) else story.tell(each)

    (tested,) = story.of(SlotTested)
    assert tested.outcome is outcome
    assert not isinstance(story.cabinet.state_of(3), UnderTest)
    assert story.cabinet.tested == {3: tested}


def test_one_latch_at_a_time_and_none_beside_a_bolt_that_is_not_home():
    story = begun()

    assert trying(story, 9) == "there is no slot 9"
    assert trying(story, 3) == ""
    assert "slot 3 is being tested" in trying(story, 4)
    assert "slot 3 is being tested" in ending(story, 6)
    story.tell(CoilPulsed(3), BoltsRead(SLOTS, home=False)).later(seconds=1)
    assert "not all home" in trying(story, 4)
    story.tell(BoltsRead(SLOTS, home=True))
    assert trying(story, 4) == ""


# ---- leaving


def test_the_mode_is_left_with_the_right_count_only_and_a_wrong_one_is_answered_slot_by_slot():
    story = begun()
    story.tell(ContactRead(8, closed=True))

    words = ending(story, 7)

    assert "you counted 7, the cabinet sees 6" in words
    assert "slot 3: ring 3" in words
    assert "slot 7: empty" in words
    assert "slot 8: something whose tag is not read" in words
    assert story.cabinet.books.commissioning is not None
    assert ending(story, 6) == ""
    assert story.of(CommissioningEnded) == [CommissioningEnded("eve", 6, 6)]
    assert story.cabinet.books.commissioning is None


def test_nobody_counts_what_the_cabinet_cannot_see():
    story = begun().tell(DeviceFailed("bank1", "line_silent", ""))

    assert "nobody can see what is in slot 1, 2" in ending(story, 6)


# ---- out of service


def out_of_service(story: Story, slot: int) -> str:
    return asked(story, lambda turn: service.take_out(turn, "eve", slot, "bolt bent"))


def test_a_slot_that_is_out_of_service_releases_nothing_and_is_quiet_but_its_ring_is_missed():
    story = running()
    assert out_of_service(story, 3) == ""

    story.log_in().press("3#")
    assert story.of(ReleaseRefused) == [ReleaseRefused("ann", 3, Reason.OUT_OF_SERVICE, "r3")]
    story.tell(TagsRead("bank1", tags(1, 2, 4, 5, 6))).later(seconds=5)
    assert story.of(AlarmRaised) == []
    story.tell(ContactRead(3, closed=False))

    assert story.of(AlarmRaised) == [AlarmRaised(AlarmKind.MISSING, "r3")]


def test_the_tag_of_a_ring_that_is_out_does_not_open_its_slot_while_that_is_out_of_service():
    story = running().log_in().press("3#")
    story.tell(CoilPulsed(3), ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6))).press("**")
    assert out_of_service(story, 3) == ""
    story.commands.clear()

    story.tell(TagPresented("panel", a_ring(3).tag))

    assert story.of(ReturnOffered) == [ReturnOffered("panel", "r3", None)]
    assert [each for each in story.commands if isinstance(each, ReleaseSlot)] == []


def test_a_stuck_latch_is_no_alarm_once_its_slot_is_out_of_service_and_the_slot_comes_back():
    story = running().log_in().press("3#").tell(CoilPulsed(3)).later(seconds=1)
    assert (AlarmKind.LOCK_FAULT, "slot-3") in story.cabinet.books.alarms

    assert out_of_service(story, 3) == ""
    assert story.cabinet.books.alarms == {}
    assert "already" in out_of_service(story, 3)
    assert asked(story, lambda turn: service.put_back(turn, "eve", 3)) == ""
    assert "not out of service" in asked(story, lambda turn: service.put_back(turn, "eve", 3))

    story.press("3#")
    assert isinstance(story.last.commands[-1], ReleaseSlot)


def test_a_slot_in_use_is_not_taken_out_of_service():
    story = running().log_in().press("3#")

    assert "slot 3 is in use" in out_of_service(story, 3)
    assert out_of_service(story, 9) == "there is no slot 9"
    assert isinstance(story.cabinet.state_of(4), Secured)
