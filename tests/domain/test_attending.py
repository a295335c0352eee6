"""Alarms at the keypad, without any network (R40)."""

from dataclasses import replace

import pytest

from keycabinet.domain.entries import AlarmAcknowledged, AlarmKind, AlarmRaised, AlarmSilenced
from keycabinet.domain.events import DeviceFailed, DeviceReady
from keycabinet.domain.people import Role
from tests.builders import Story, a_person, running

FAULT = (AlarmKind.READER_FAULT, "bank1")
JAM = (AlarmKind.LOCK_FAULT, "slot-3")


def attended_by(role: Role) -> Story:
    """Somebody is logged in while a tag reader is lost and a latch has jammed."""
    story = running()
    story.directory = story.directory.having(people=[a_person(role=role)])
    story.tell(DeviceFailed("bank1", "line_lost", "pulled"))
    story.later(minutes=1)
    books = story.cabinet.books.fold([AlarmRaised(*JAM), AlarmRaised(AlarmKind.DURESS, "ann")], story.now.utc)
    story.cabinet = replace(story.cabinet, books=books)
    story.log_in()
    story.entries.clear()
    return story


@pytest.mark.parametrize("role", list(Role))
def test_the_alarms_are_for_supervisors_and_those_above(role: Role):
    story = attended_by(role)
    story.press("000#")

    may = role in {Role.SUPERVISOR, Role.UNIT_MANAGER, Role.WATCH_COMMANDER, Role.SUPERINTENDENT_OF_SECURITY}
    assert ("READER FAULT" in story.display) is may


def test_a_commander_acknowledges_one_alarm_after_the_other_and_goes_back():
    story = attended_by(Role.WATCH_COMMANDER)
    story.press("000#")
    assert story.display.splitlines()[1:3] == ["BANK1", "NOT ACKNOWLEDGED"]

    story.press("#")
    assert "ACKNOWLEDGED BY 1001" in story.display
    story.press("8")
    assert "SLOT 3" in story.display
    story.press("#8*")

    assert story.of(AlarmAcknowledged) == [AlarmAcknowledged(*FAULT, "ann"), AlarmAcknowledged(*JAM, "ann")]
    assert "WHICH SLOT?" in story.display


def test_a_supervisor_silences_and_does_not_acknowledge():
    story = attended_by(Role.SUPERVISOR)
    story.press("000#0")
    assert story.of(AlarmSilenced) == [AlarmSilenced(*FAULT, "ann")]

    story.press("#")
    assert story.of(AlarmAcknowledged) == []
    assert "NOT ACCEPTED" in story.display


def test_duress_is_never_among_them():
    story = attended_by(Role.WATCH_COMMANDER)
    story.press("000#")
    seen = {story.display}
    for _ in range(5):
        story.press("8")
        seen.add(story.display)

    assert len(seen) == 2
    assert "DURESS" not in "".join(seen)


def test_an_alarm_that_ends_meanwhile_is_not_acknowledged():
    story = attended_by(Role.WATCH_COMMANDER)
    story.press("000#")
    story.tell(DeviceReady("bank1"))
    assert "IT IS OVER" in story.display

    story.press("#")
    assert story.of(AlarmAcknowledged) == []
    assert "SLOT 3" in story.display


def test_nobody_stays_there_for_ever():
    story = attended_by(Role.WATCH_COMMANDER)
    story.press("000#").later(seconds=31)
    assert "TYPE YOUR CODE" in story.display
