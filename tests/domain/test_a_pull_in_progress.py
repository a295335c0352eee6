"""Between the hand that pulls and the tag that is missed lies up to a second: who pulled is not forgotten in it."""

from keycabinet.domain.entries import LoginGranted, ReleaseEnded, RingMissing, RingTaken
from keycabinet.domain.events import CoilPulsed, ContactRead, TagsRead
from tests.builders import running, tags


def a_pull_at_slot_1():
    """Ann has pulled ring 1; its contact is open, its tag not yet missed."""
    story = running()
    story.log_in()
    assert story.of(LoginGranted)
    story.press("1#").tell(CoilPulsed(1))
    return story.tell(ContactRead(1, closed=False))


def test_a_ring_that_was_pulled_is_booked_although_its_holder_cancels_before_the_tag_is_missed():
    story = a_pull_at_slot_1().press("*").tell(TagsRead("bank1", tags(2, 3, 4, 5, 6)))

    assert [taken.holder for taken in story.of(RingTaken)] == ["ann"]
    assert story.of(ReleaseEnded) == story.of(RingMissing) == []


def test_a_bolt_that_was_not_seen_to_move_is_not_called_stuck_when_the_ring_has_been_pulled():
    story = a_pull_at_slot_1().later(seconds=0.9).tell(TagsRead("bank1", tags(2, 3, 4, 5, 6)))

    assert [taken.holder for taken in story.of(RingTaken)] == ["ann"]
    assert story.of(ReleaseEnded) == story.of(RingMissing) == []
