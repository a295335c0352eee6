"""What does not work has a name, from when it is known until it works again."""

from datetime import timedelta

from keycabinet.domain.entries import AlarmCleared, AlarmKind, AlarmRaised, LinkBack, LinkLost
from keycabinet.domain.events import DeviceFailed, DeviceReady
from keycabinet.domain.state import Lag
from tests.builders import Story, running

NOT_PUBLISHED = (AlarmKind.NOT_PUBLISHED, "mqtt")


def faults(story: Story) -> dict[str, str]:
    return {part: ill.fault for part, ill in story.cabinet.ills.items()}


def test_a_lost_device_has_the_name_of_its_fault_as_long_as_it_is_lost_and_no_longer():
    story = running()
    story.tell(DeviceFailed("bank1", "line_lost", "pulled"))
    since = story.cabinet.ills["bank1"].since
    story.later(seconds=1).tell(DeviceFailed("bank1", "line_missing", "no such file"))

    assert faults(story) == {"bank1": "line_missing"}
    assert story.cabinet.ills["bank1"].since == since

    story.tell(DeviceReady("bank1"))
    assert faults(story) == {}


def test_a_device_that_was_never_heard_is_ill_when_the_start_gives_it_up():
    story = Story().start()
    assert faults(story) == {}

    story.tell(DeviceFailed("pins", "pins_lost", "no peer")).later(seconds=11)
    assert faults(story) == {"pins": "pins_lost", "bank1": "not_heard", "panel": "not_heard"}


def test_rows_that_nobody_publishes_for_a_minute_are_an_alarm_until_they_leave():
    story = running()
    story.lag = Lag(7, story.now.elapsed)
    story.later(seconds=59)
    assert story.entries == []

    story.later(seconds=1).later(seconds=1)
    assert story.of(LinkLost) == [LinkLost("mqtt", "not_published", "no row has left since row 7")]
    assert story.of(AlarmRaised) == [AlarmRaised(*NOT_PUBLISHED)]

    story.lag = Lag(8, story.now.elapsed)
    story.later(seconds=1)
    assert story.of(LinkBack) == [LinkBack("mqtt")]
    assert story.of(AlarmCleared) == [AlarmCleared(*NOT_PUBLISHED)]


def test_what_the_publisher_says_is_wrong_is_told_at_once_and_again_when_it_is_something_else():
    story = running()
    story.lag = Lag(7, story.now.elapsed, "broker_lost", "refused")
    story.later(milliseconds=1)
    story.lag = Lag(7, story.now.elapsed, "row_denied", "row 8 denied")
    story.later(milliseconds=1).later(milliseconds=1)

    assert [it.fault for it in story.of(LinkLost)] == ["broker_lost", "row_denied"]
    assert len(story.of(AlarmRaised)) == 1
    assert faults(story) == {"mqtt": "row_denied"}


def test_a_fault_that_is_over_is_no_alarm_although_rows_still_wait():
    story = running()
    story.lag = Lag(7, story.now.elapsed, "broker_lost", "refused")
    story.later(seconds=10)
    story.lag = Lag(7, story.now.elapsed - timedelta(seconds=10))
    story.later(seconds=1)

    assert story.of(LinkBack) == [LinkBack("mqtt")]
