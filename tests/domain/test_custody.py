"""Where rings are: what is seen against the books."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.domain.books import Books, In, Missing, OpenRelease, Out
from keycabinet.domain.directory import Directory
from keycabinet.domain.effects import ReleaseDoor, ReleaseSlot
from keycabinet.domain.entries import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    Evidence,
    Reason,
    ReleaseEnded,
    ReleaseRefused,
    ReturnOffered,
    RingEnrolled,
    RingFound,
    RingMissing,
    RingMoved,
    RingReturned,
    RingTaken,
    TagRefused,
    TagSeen,
)
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    DeviceFailed,
    DeviceReady,
    DirectoryChanged,
    DoorRead,
    TagPresented,
    TagsRead,
)
from tests.builders import NOON, SLOTS, Story, a_directory, a_ring, running, tags

ALL = (1, 2, 3, 4, 5, 6)


def out(story: Story, *rings: int) -> Story:
    """Ann takes these rings and logs out."""
    story.log_in()
    left = list(ALL)
    for ring in rings:
        left.remove(ring)
        story.press(f"{ring}#").tell(BoltsRead(SLOTS, home=False), ContactRead(ring, closed=False))
        story.tell(BoltsRead(SLOTS, home=True), TagsRead("bank1", tags(*left)))
    story.press("*")
    story.entries.clear()
    story.commands.clear()
    return story


def raised(story: Story) -> list[tuple[AlarmKind, str]]:
    return [(it.kind, it.subject) for it in story.of(AlarmRaised)]


def test_a_ring_put_back_is_returned_by_somebody_unknown_beside_the_booked_holder():
    story = out(running(), 3).tell(ContactRead(3, closed=True), TagsRead("bank1", tags(*ALL)))

    assert story.of(RingReturned) == [RingReturned("r3", 3, Evidence.TAG_READ, "ann", None)]


def test_a_ring_put_back_in_a_session_is_returned_by_the_person_of_the_session():
    story = out(running(), 3).log_in("1002").tell(ContactRead(3, closed=True), TagsRead("bank1", tags(*ALL)))

    (returned,) = story.of(RingReturned)
    assert (returned.booked_holder, returned.returned_by) == ("ann", "bob")


def test_a_ring_put_into_another_slot_is_returned_there_and_the_display_says_where_it_belongs():
    story = out(running(), 3).tell(ContactRead(7, closed=True), TagsRead("bank1", tags(*ALL)))

    assert [it.slot for it in story.of(RingReturned)] == [7]
    assert "BELONGS IN SLOT 3" in story.display
    assert story.cabinet.books.custody["r3"] == In(7, NOON.utc, Evidence.TAG_READ)


def test_two_rings_that_come_back_at_once_are_placed_by_habit_and_said_to_be_inferred():
    story = out(running(), 3, 4)
    story.tell(ContactRead(3, closed=True), ContactRead(4, closed=True), TagsRead("bank1", tags(*ALL)))

    assert [(it.ring, it.slot, it.evidence) for it in story.of(RingReturned)] == [
        ("r3", 3, Evidence.INFERRED),
        ("r4", 4, Evidence.INFERRED),
    ]


def test_a_ring_that_leaves_without_a_release_is_missing_until_it_is_found():
    story = running().tell(ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    assert story.of(RingMissing) == [RingMissing("r3", 3)]
    assert raised(story) == [(AlarmKind.MISSING, "r3")]

    story.tell(ContactRead(3, closed=True), TagsRead("bank1", tags(*ALL)))
    assert story.of(RingFound) == [RingFound("r3", 3, Evidence.TAG_READ)]
    assert story.of(AlarmCleared) == [AlarmCleared(AlarmKind.MISSING, "r3")]


def test_a_tag_that_is_not_read_while_its_contact_is_closed_is_unreadable_and_not_gone():
    story = running().tell(TagsRead("bank1", tags(1, 2, 4, 5, 6))).later(seconds=3)
    assert story.of(RingMissing) == []
    assert raised(story) == [(AlarmKind.UNREADABLE, "slot-3")]

    story.tell(TagsRead("bank1", tags(*ALL)))
    assert story.of(AlarmCleared) == [AlarmCleared(AlarmKind.UNREADABLE, "slot-3")]
    assert story.of(RingReturned) == story.of(RingMoved) == []


def test_a_contact_that_opens_while_the_tag_is_read_takes_nothing_away():
    story = running().tell(ContactRead(3, closed=False)).later(seconds=5)

    assert raised(story) == [(AlarmKind.UNREADABLE, "slot-3")]
    assert [type(entry) for entry in story.entries] == [AlarmRaised]
    assert isinstance(story.cabinet.books.custody["r3"], In)


def test_pulling_one_ring_while_another_comes_back_moves_neither():
    story = out(running(), 5).log_in().press("3#").tell(BoltsRead(SLOTS, home=False))
    story.tell(ContactRead(3, closed=False), ContactRead(5, closed=True))
    story.tell(TagsRead("bank1", tags(*ALL)), TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    assert story.of(RingMoved) == story.of(RingMissing) == []
    assert [(it.ring, it.slot) for it in story.of(RingReturned)] == [("r5", 5)]
    assert [it.ring for it in story.of(RingTaken)] == ["r3"]


def test_a_ring_that_changes_its_slot_in_a_moment_is_moved_once_the_readings_have_settled():
    story = running().tell(ContactRead(3, closed=False), ContactRead(7, closed=True))
    assert story.of(RingMoved) == []

    story.later(seconds=2)
    assert story.of(RingMoved) == [RingMoved("r3", 3, 7, Evidence.INFERRED)]


def test_a_foreign_tag_is_named_by_its_last_digits_and_alarms_until_it_is_gone():
    foreign = a_ring(99).tag
    story = running().tell(ContactRead(7, closed=True), TagsRead("bank1", tags(*ALL) | {foreign}))
    assert story.of(TagSeen) == [TagSeen(7, foreign[-4:])]
    assert raised(story) == [(AlarmKind.FOREIGN_TAG, "slot-7")]

    story.tell(TagsRead("bank1", tags(*ALL)), ContactRead(7, closed=False))
    assert [it.kind for it in story.of(AlarmCleared)] == [AlarmKind.FOREIGN_TAG]


def test_before_any_ring_is_enrolled_no_tag_is_foreign():
    story = running()
    story.directory = Directory()
    story.tell(TagsRead("bank1", tags(*ALL) | {a_ring(99).tag}))

    assert story.entries == []


def test_rings_that_are_enrolled_while_they_hang_are_found_where_they_belong():
    story = Story(directory=Directory()).ready(*ALL)
    rings = [a_ring(n, tag=a_ring(7 - n).tag) for n in ALL]  # the tags are not in the order of the slots
    story.directory = a_directory(rings=tuple(rings))
    enrolled = [RingEnrolled(ring.id, ring.home_slot) for ring in rings]
    story.cabinet = replace(story.cabinet, books=story.cabinet.books.fold(enrolled, story.now.utc))
    story.tell(DirectoryChanged())

    assert {it.ring: it.slot for it in story.of(RingFound)} == {f"r{n}": n for n in ALL}


def test_rings_enrolled_while_their_reader_is_lost_are_found_where_they_belong_when_it_is_back():
    story = Story(directory=Directory()).ready(*ALL).tell(DeviceFailed("bank1", "line_silent", "no answer"))
    rings = [a_ring(n, tag=a_ring(7 - n).tag) for n in ALL]  # the tags are not in the order of the slots
    story.directory = a_directory(rings=tuple(rings))
    enrolled = [RingEnrolled(ring.id, ring.home_slot) for ring in rings]
    story.cabinet = replace(story.cabinet, books=story.cabinet.books.fold(enrolled, story.now.utc))
    story.tell(DirectoryChanged(), TagsRead("bank1", tags(*ALL)), DeviceReady("bank1"))

    assert {it.ring: it.slot for it in story.of(RingFound)} == {f"r{n}": n for n in ALL}


def test_an_overdue_ring_alarms_once_and_the_return_clears_it():
    story = out(running(), 3).later(hours=7, minutes=59, seconds=59)
    assert raised(story) == []

    story.later(seconds=1).later(hours=1).later(hours=1)
    assert raised(story) == [(AlarmKind.OVERDUE, "r3")]
    assert story.display.splitlines()[1] == "OVERDUE: SLOT 3"

    story.tell(ContactRead(3, closed=True), TagsRead("bank1", tags(*ALL)))
    assert story.of(AlarmCleared) == [AlarmCleared(AlarmKind.OVERDUE, "r3")]


def test_the_loss_of_a_reader_makes_its_slots_unknown_and_takes_nothing_away():
    story = running().tell(DeviceFailed("bank1", "line_silent", "no answer"))
    assert story.cabinet.seen.tags == {}
    assert raised(story) == [(AlarmKind.READER_FAULT, "bank1")]

    story.tell(TagsRead("bank1", tags(*ALL)), DeviceReady("bank1"))
    assert [type(it).__name__ for it in story.entries] == [
        "DeviceLost", "AlarmRaised", "DeviceBack", "AlarmCleared",
    ]  # fmt: skip


def test_a_device_that_keeps_failing_is_recorded_once():
    story = running()
    for _ in range(5):
        story.tell(DeviceFailed("bank1", "line_silent", "no answer"))

    assert [type(it).__name__ for it in story.entries] == ["DeviceLost", "AlarmRaised"]


# ---- witnesses that contradict each other, or are lost ----


def released(slot: int = 3) -> Story:
    """Ann has opened this slot, and not pulled yet."""
    return running().log_in().press(f"{slot}#").tell(BoltsRead(SLOTS, home=False))


def test_a_tag_that_breaks_in_a_released_slot_is_no_ring_that_was_taken():
    story = released().tell(TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    assert story.of(RingTaken) == []

    story.tell(ContactRead(3, closed=False))
    assert [it.evidence for it in story.of(RingTaken)] == [Evidence.TAG_READ]


def test_a_ring_pulled_from_a_released_slot_while_its_reader_is_lost_is_taken_by_the_word_of_the_contact():
    story = released().tell(DeviceFailed("bank1", "line_silent", "no answer"), ContactRead(3, closed=False))
    assert [(it.holder, it.evidence) for it in story.of(RingTaken)] == [("ann", Evidence.CONTACT)]

    story.tell(TagsRead("bank1", tags(1, 2, 4, 5, 6)), DeviceReady("bank1"))
    assert story.of(RingReturned) == story.of(RingMissing) == []


def test_a_ring_pulled_from_a_released_slot_while_the_contacts_are_lost_is_taken_by_the_word_of_its_reader():
    story = released().tell(DeviceFailed("pins", "pins_lost", "no link"), TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    assert [(it.holder, it.evidence) for it in story.of(RingTaken)] == [("ann", Evidence.TAG_READ)]


@pytest.mark.parametrize("device", ["bank1", "pins"])
def test_no_slot_is_opened_as_long_as_what_senses_it_is_lost(device):
    story = running().log_in().tell(DeviceFailed(device, "line_silent", "no answer")).press("3#")

    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.SLOT_UNKNOWN]
    assert ReleaseSlot(3) not in story.commands


def test_a_tag_that_touches_a_slot_whose_contact_says_empty_is_not_returned():
    story = out(running(), 3)
    for _ in range(3):
        story.tell(TagsRead("bank1", tags(*ALL))).later(seconds=1).tell(TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    assert story.entries == []

    story.tell(TagsRead("bank1", tags(*ALL)), ContactRead(7, closed=True))
    assert [(it.slot, it.evidence) for it in story.of(RingReturned)] == [(7, Evidence.TAG_READ)]


@pytest.mark.parametrize("slot", [5, 7])
def test_a_ring_whose_tag_comes_before_its_contact_is_not_taken_for_one_that_is_unreadable(slot):
    story = out(running(), 5).tell(TagsRead("bank1", tags(1, 2, 4, 6))).later(seconds=10)
    story.tell(TagsRead("bank1", tags(1, 2, 4, 5, 6)), ContactRead(slot, closed=True)).later(seconds=10)

    assert [(it.ring, it.slot, it.evidence) for it in story.of(RingReturned)] == [("r5", slot, Evidence.TAG_READ)]
    assert story.of(RingMissing) == story.of(RingMoved) == []
    assert (AlarmKind.UNREADABLE, "slot-3") in story.cabinet.books.alarms


def test_a_tag_that_is_read_again_is_where_it_was():
    story = running().tell(TagsRead("bank1", tags(1, 2, 5, 6))).later(seconds=10).tell(TagsRead("bank1", tags(*ALL)))

    assert {slot: it.tag for slot, it in story.cabinet.seen.hanging.items()} == {n: a_ring(n).tag for n in ALL}
    assert story.of(RingMissing) == story.of(RingMoved) == story.of(RingReturned) == []


def test_a_ring_that_changes_its_slot_while_the_reader_is_lost_is_moved_when_it_is_back():
    story = running().tell(DeviceFailed("bank1", "line_silent", "no answer"))
    story.tell(ContactRead(3, closed=False), ContactRead(7, closed=True), TagsRead("bank1", tags(*ALL)))

    assert [(it.ring, it.slot) for it in story.of(RingMoved)] == [("r3", 7)]
    assert story.of(RingMissing) == []


def test_a_tag_that_is_held_to_a_slot_whose_contact_says_empty_is_a_fault_and_no_return():
    story = out(running(), 3).tell(TagsRead("bank1", tags(*ALL))).later(hours=1)
    assert story.of(RingReturned) == []
    assert (AlarmKind.UNREADABLE, "slot-3") in raised(story)

    story.tell(ContactRead(3, closed=True))
    assert [(it.slot, it.evidence) for it in story.of(RingReturned)] == [(3, Evidence.INFERRED)]
    assert AlarmCleared(AlarmKind.UNREADABLE, "slot-3") in story.of(AlarmCleared)


def test_a_tag_held_to_an_empty_slot_finds_no_missing_ring():
    story = running().tell(ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    assert (AlarmKind.MISSING, "r3") in raised(story)

    story.tell(TagsRead("bank1", tags(*ALL))).later(seconds=10)
    assert story.of(RingFound) == []
    assert (AlarmKind.MISSING, "r3") in story.cabinet.books.alarms


readings = st.one_of(
    st.builds(ContactRead, st.integers(1, 8), closed=st.booleans()),
    st.frozensets(st.integers(1, 6)).map(lambda rings: TagsRead("bank1", tags(*rings))),
)


@given(st.lists(st.tuples(readings, st.integers(0, 4)), max_size=20))
def test_no_ring_is_said_to_be_back_in_a_slot_whose_contact_says_empty(readings):
    story = out(running(), 3, 5)
    for reading, seconds in readings:
        story.entries.clear()
        story.tell(reading).later(seconds=seconds)
        back = story.of(RingReturned) + story.of(RingFound)
        assert all(story.cabinet.seen.contacts[it.slot] for it in back)


# ---- the tag at the panel ----


def test_the_tag_of_a_ring_that_is_out_opens_the_door_and_its_empty_slot():
    story = out(running(), 3).tell(TagPresented("panel", a_ring(3).tag))

    assert story.of(ReturnOffered) == [ReturnOffered("panel", "r3", 3)]
    assert [it for it in story.commands if isinstance(it, ReleaseDoor | ReleaseSlot)] == [ReleaseDoor(), ReleaseSlot(3)]


def test_the_tag_of_a_ring_whose_slot_is_taken_opens_the_door_alone():
    story = out(running(), 3).tell(ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6) | {"FF"}))
    story.commands.clear()
    story.tell(TagPresented("panel", a_ring(3).tag))

    assert [it for it in story.commands if isinstance(it, ReleaseDoor | ReleaseSlot)] == [ReleaseDoor()]


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        (a_ring(3).tag, Reason.DUPLICATE_TAG),
        ("01FFFFFFFFFFFF00", Reason.UNKNOWN_TAG),
    ],
)
def test_any_other_tag_opens_nothing(tag, reason):
    story = running().tell(TagPresented("panel", tag))

    assert [it.reason for it in story.of(TagRefused)] == [reason]
    assert not [it for it in story.commands if isinstance(it, ReleaseDoor | ReleaseSlot)]


def test_the_copy_of_a_tag_alarms_until_its_ring_is_taken_by_somebody():
    story = running().tell(TagPresented("panel", a_ring(3).tag)).later(hours=2)
    assert raised(story) == [(AlarmKind.DUPLICATE_TAG, "r3")]
    assert story.of(AlarmCleared) == []

    story.log_in().press("3#").tell(ContactRead(3, closed=False), TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    assert [it.kind for it in story.of(AlarmCleared)] == [AlarmKind.DUPLICATE_TAG]


def test_a_tag_held_to_the_panel_again_and_again_opens_the_door_at_a_limited_rate():
    story = out(running(), 3).tell(*[TagPresented("panel", a_ring(3).tag)] * 5)

    assert len(story.of(ReturnOffered)) == 1
    assert story.later(seconds=5).tell(TagPresented("panel", a_ring(3).tag)).of(ReturnOffered)[1:]


# ---- after a restart ----


def restarted(release: OpenRelease | None, *hanging: int) -> Story:
    """A cabinet whose books have r1-r6 in their slots and this release open, started with these rings in it."""
    story = Story()
    books = Books().fold([RingEnrolled(f"r{n}", n) for n in ALL], NOON.utc)
    books = books.fold([RingFound(f"r{n}", n, Evidence.TAG_READ) for n in ALL], NOON.utc)
    releases = {release.slot: release} if release else {}
    story.cabinet = replace(story.cabinet, books=replace(books, releases=releases))
    return story.ready(*hanging)


A_RELEASE = OpenRelease("x", "ann", "r3", 3, NOON.utc + timedelta(hours=8))


def test_after_a_restart_a_ring_gone_under_an_open_release_was_taken_and_that_is_said_to_be_inferred():
    story = restarted(A_RELEASE, 1, 2, 4, 5, 6)

    assert story.of(RingTaken) == [RingTaken("x", "r3", 3, "ann", Evidence.INFERRED, A_RELEASE.due)]
    assert isinstance(story.cabinet.books.custody["r3"], Out)


def test_after_a_restart_a_release_whose_ring_hangs_in_its_slot_is_over():
    assert [it.why for it in restarted(A_RELEASE, *ALL).of(ReleaseEnded)] == ["restarted"]


def test_after_a_restart_a_ring_gone_without_a_release_is_missing():
    assert restarted(None, 1, 2, 4, 5, 6).of(RingMissing) == [RingMissing("r3", 3)]


def test_nothing_is_energised_while_the_cabinet_starts():
    assert [it for it in restarted(A_RELEASE, *ALL).commands if isinstance(it, ReleaseSlot | ReleaseDoor)] == []


def test_a_reader_that_stays_silent_at_the_start_is_waited_for_and_then_named():
    story = Story().start().tell(BoltsRead(SLOTS, home=True), DoorRead(is_open=False), DeviceReady("pins"))
    assert not story.cabinet.running

    story.later(seconds=10)
    assert story.cabinet.running
    assert story.of(RingMissing) == []
    assert (AlarmKind.READER_FAULT, "bank1") in raised(story)


# ---- a ring is torn out, and another tag put in its place ----


@pytest.mark.parametrize("other", [a_ring(1).tag, a_ring(99).tag], ids=["a ring that was out", "a foreign tag"])
@pytest.mark.parametrize("order", ["the new tag is read first", "the old tag is missed first", "both at once"])
def test_a_ring_that_is_replaced_by_another_tag_is_never_without_an_alarm(other, order):
    story = out(running(), 1)
    rest = tags(2, 4, 5, 6)
    between = {"the new tag is read first": rest | tags(3) | {other}, "the old tag is missed first": rest}
    if order in between:
        story.tell(TagsRead("bank1", between[order]))
    story.tell(TagsRead("bank1", rest | {other})).later(seconds=3).later(seconds=3)

    about_it = {(AlarmKind.MISSING, "r3"), (AlarmKind.UNREADABLE, "slot-3")}
    assert about_it & story.cabinet.books.alarms.keys()


def test_a_ring_put_in_the_place_of_another_is_there_and_the_other_is_missing_although_only_the_bus_tells():
    story = running()
    story.log_in().press("5#").tell(CoilPulsed(5), ContactRead(5, closed=False), TagsRead("bank1", tags(1, 2, 3, 4, 6)))
    assert isinstance(story.cabinet.books.custody["r5"], Out)

    story.tell(TagsRead("bank1", tags(2, 3, 4, 5, 6))).later(seconds=2)

    custody = story.cabinet.books.custody
    assert (custody["r5"].slot, custody["r5"].evidence) == (1, Evidence.INFERRED)
    assert isinstance(custody["r1"], Missing)
    assert (AlarmKind.MISSING, "r1") in raised(story)
