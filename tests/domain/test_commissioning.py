"""A cabinet that is being commissioned: nothing is missed, tags are learned, latches tried, rings counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain import commissioning, service
from keycabinet.domain.books import In, Missing, SetAside
from keycabinet.domain.cabinet import carry_out, next_deadline
from keycabinet.domain.effects import Light, ReleaseSlot, WithdrawSlot
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
from keycabinet.domain.layout import Layout, Senses
from keycabinet.domain.screen import lights
from keycabinet.domain.state import Cabinet, Hindered
from keycabinet.domain.states import Learned, NotLearned, Secured, UnderTest, Unlatched
from tests.builders import NOON, SLOTS, Story, a_directory, a_person, a_ring, running, tags

NEW, BADGE = "01DEADBEEF000042", "01DEADBEEF000044"


def asked(story: Story, rule) -> str:
    """Have a rule carried out; the words of what hinders it, if anything does."""
    done = carry_out(story.cabinet, rule, story.facts)
    if isinstance(done, Hindered):
        return done.why
    cabinet, effects = done
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


def test_nothing_is_missed_and_no_tag_is_foreign_until_the_mode_is_left_and_then_both_are():
    story = begun()
    pull(story, 3)
    story.tell(ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6) | {NEW}))

    assert story.of(RingSetAside) == [RingSetAside("r3", 3)]
    assert story.cabinet.books.custody["r3"] == SetAside(3, NOON.utc)
    assert story.of(RingMissing) == story.of(AlarmRaised) == story.of(TagSeen) == []

    assert ending(story, 5) == ""

    assert story.of(RingMissing) == [RingMissing("r3", 3)]
    assert set(story.of(AlarmRaised)) == {
        AlarmRaised(AlarmKind.FOREIGN_TAG, "slot-8"),
        AlarmRaised(AlarmKind.MISSING, "r3"),
    }


def test_a_ring_that_was_set_aside_and_is_put_back_is_found_and_not_missing():
    story = begun()
    pull(story, 3)
    story.tell(ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6)))

    assert ending(story, 6) == ""

    assert isinstance(story.cabinet.books.custody["r3"], In)
    assert story.of(RingMissing) == story.of(AlarmRaised) == []


def test_the_mode_outlives_a_restart_and_so_does_the_absence_of_a_ring():
    before = begun()
    story = Story(cabinet=replace(Story().cabinet, books=before.cabinet.books), directory=before.directory)

    story.ready(1, 2, 4, 5, 6)

    assert story.of(RingSetAside) == [RingSetAside("r3", 3)]
    assert story.of(AlarmRaised) == []
    assert "COMMISSIONING" in story.display


def test_what_was_missing_before_stays_an_alarm_and_on_the_display():
    story = running()
    pull(story, 3)

    assert asked(story, lambda turn: commissioning.begin(turn, "eve")) == ""

    assert isinstance(story.cabinet.books.custody["r3"], Missing)
    assert (AlarmKind.MISSING, "r3") in story.cabinet.books.alarms
    assert story.display.splitlines()[1:] == ["COMMISSIONING", "", "ALARMS: 1"]


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
    "the badge of a person": ("somebody's badge", lambda story: put_in(story, 7, BADGE)),
    "two tags at once": ("2 tags", lambda story: put_in(story, 7, NEW, "01DEADBEEF000043")),
    "nothing for two minutes": ("no tag was seen", lambda story: story.later(minutes=2)),
}


@pytest.mark.parametrize(("words", "act"), REFUSED.values(), ids=REFUSED)
def test_nothing_that_belongs_to_another_ring_is_overwritten(words: str, act):
    story = begun()
    pull(story, 3)
    story.directory = story.directory.having(people=[a_person("bea", "1010", badge=BADGE)])
    assert learning(story) == ""

    act(story)

    (refused,) = story.of(RingNotLearned)
    assert words in refused.detail
    assert story.cabinet.learning == NotLearned("r7", refused.detail)
    assert story.last.rings == ()
    assert story.of(RingLearned) == []


@pytest.mark.parametrize("left", [True, False], ids=["put back", "not read for a moment"])
def test_a_ring_that_is_where_it_was_does_not_disturb_the_learning_of_another(left: bool):
    story = begun()
    assert learning(story) == ""
    story.tell(ContactRead(3, closed=not left), TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    story.tell(ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6)))
    story.tell(ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6) | {NEW}))

    assert story.cabinet.learning == Learned("r7", 8)


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

    assert trying(story, 7) == ""

    assert story.last.entries == (LatchTestIntended(7, "eve"),)
    assert ReleaseSlot(7) in story.last.commands
    story.now = story.now.later(timedelta(milliseconds=40))
    story.tell(BoltsRead(SLOTS, home=False))
    story.now = story.now.later(timedelta(milliseconds=160))
    story.tell(CoilPulsed(7))
    assert lights(story.cabinet, story.facts)[7] is Light.STEADY
    story.later(milliseconds=700)
    assert story.of(SlotTested) == []
    story.later(milliseconds=100)
    assert story.of(SlotTested) == [SlotTested(7, Outcome.OK, "open", 200, 40)]
    assert story.cabinet.state_of(7) == Unlatched()


TESTS = {
    "bolt after pulse": ((CoilPulsed(7), BoltsRead(SLOTS, home=False), timedelta(seconds=1)), Outcome.OK),
    "bolt does not move": ((CoilPulsed(7), timedelta(seconds=1)), Outcome.BOLT_STUCK),
    "pulse refused": ((PulseRefused(7, "queue"),), Outcome.NO_PULSE),
    "no answer": ((timedelta(seconds=8),), Outcome.NO_PULSE),
    "device lost": ((DeviceFailed("pins", "gone", ""),), Outcome.DEVICE_LOST),
}


@pytest.mark.parametrize(("happens", "outcome"), TESTS.values(), ids=TESTS)
def test_every_end_of_a_test_has_its_name_and_is_waited_for(happens: tuple, outcome: Outcome):
    story = begun()
    trying(story, 7)

    assert next_deadline(story.cabinet, story.facts) <= timedelta(seconds=8)
    for each in happens:
        story.later(seconds=each.total_seconds()) if isinstance(each, timedelta) else story.tell(each)

    (tested,) = story.of(SlotTested)
    assert tested.result is outcome
    assert not isinstance(story.cabinet.state_of(7), UnderTest)
    assert story.cabinet.tested == {7: tested}
    assert (WithdrawSlot(7) in story.commands) is (tested.coil_ms is None)


def test_one_latch_at_a_time_and_none_beside_a_bolt_that_is_not_home():
    story = begun()

    assert trying(story, 9) == "there is no slot 9"
    assert trying(story, 7) == ""
    assert "slot 7 is being tested" in trying(story, 8)
    assert "slot 7 is being tested" in ending(story, 6)
    story.tell(CoilPulsed(7), BoltsRead(SLOTS, home=False)).later(seconds=1)
    assert "not all home" in trying(story, 8)
    story.tell(BoltsRead(SLOTS, home=True))
    assert trying(story, 8) == ""


def unread(story: Story, slot: int) -> None:
    """What hangs in this slot is read no more, but its contact is closed."""
    story.tell(ContactRead(slot, closed=True), TagsRead("bank1", tags(*({1, 2, 3, 4, 5, 6} - {slot}))))


def swapped_for_a_stranger(story: Story) -> None:
    pull(story, 3)
    story.tell(ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6) | {NEW}))


INSIDE = {
    "it hangs there": (lambda _story: None, "ring 3 hangs in slot 3"),
    "its tag is not read": (lambda story: unread(story, 3), "ring 3 may hang in slot 3"),
    "something is where it was set aside from": (swapped_for_a_stranger, "ring 3 may hang in slot 3"),
    "its reader is lost": (lambda story: story.tell(DeviceFailed("bank1", "line_silent", "")), "for certain"),
    "its contact is lost": (lambda story: story.tell(DeviceFailed("pins", "gone", "")), "ring 3 hangs in slot 3"),
}


@pytest.mark.parametrize(("happens", "words"), INSIDE.values(), ids=INSIDE)
def test_no_test_opens_a_slot_with_a_ring_that_was_in_the_cabinet_before(happens, words: str):
    story = begun()
    happens(story)
    story.commands.clear()

    assert words in trying(story, 3)

    assert story.of(LatchTestIntended) == []
    assert [each for each in story.commands if isinstance(each, ReleaseSlot)] == []


def test_no_test_opens_the_slot_of_a_ring_that_is_out_and_may_be_back_with_a_tag_that_is_not_read():
    story = running().log_in().press("3#")
    story.tell(CoilPulsed(3), ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6))).press("**")
    assert asked(story, lambda turn: commissioning.begin(turn, "eve")) == ""
    unread(story, 3)

    assert "ring 3 may hang in slot 3" in trying(story, 3)


def test_a_ring_that_was_learned_in_the_wrong_slot_is_got_out_by_a_test_until_the_mode_or_the_core_begins_anew():
    story = begun()
    learning(story)
    story.tell(ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6) | {NEW}))
    again = Story(cabinet=replace(Story().cabinet, books=story.cabinet.books), directory=story.directory)
    again.ready(1, 2, 3, 4, 5, 6).tell(ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6) | {NEW}))

    assert trying(story, 8) == ""
    assert "ring 7 hangs in slot 8" in trying(again, 8)
    story.tell(CoilPulsed(8)).later(seconds=1)
    assert ending(story, 7) == ""
    assert asked(story, lambda turn: commissioning.begin(turn, "eve")) == ""
    assert "ring 7 hangs in slot 8" in trying(story, 8)


def test_no_test_opens_a_slot_that_looks_empty_only_because_nobody_can_tell_it_from_the_others():
    blind = Layout(SLOTS, {"pins": Senses(bolts=SLOTS), "bank1": Senses(banks={"bank1": SLOTS})})
    story = begun(cabinet=Cabinet(blind))

    assert "for certain" in trying(story, 7)


def test_a_contact_that_says_again_what_it_said_does_not_stop_a_test():
    story = begun()
    learning(story)
    story.tell(ContactRead(8, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6) | {NEW}))
    assert trying(story, 8) == ""

    story.tell(ContactRead(8, closed=True))

    assert story.last.commands == ()


def test_a_ring_that_is_put_in_before_the_pulse_is_not_let_out_again_by_it():
    story = begun()
    assert trying(story, 7) == ""

    story.tell(ContactRead(7, closed=True))
    assert story.last.commands == (WithdrawSlot(7),)
    story.tell(PulseRefused(7, "withdrawn"))

    assert [each.result for each in story.of(SlotTested)] == [Outcome.NO_PULSE]


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


def test_the_mode_is_not_left_while_a_bolt_is_drawn():
    story = begun()
    trying(story, 7)
    story.tell(CoilPulsed(7), BoltsRead(SLOTS, home=False)).later(seconds=1)

    assert ending(story, 6) == "slot 7 is not locked: push the ring in"

    story.tell(BoltsRead(SLOTS, home=True))
    assert ending(story, 6) == ""


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
