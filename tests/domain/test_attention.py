"""What becomes of an alarm that stands (R35, R40)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain.alarm import Alarm, AlarmRules
from keycabinet.domain.cabinet import next_deadline
from keycabinet.domain.effects import Play, Tune
from keycabinet.domain.entries import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmDelivered,
    AlarmEscalated,
    AlarmKind,
    AlarmRaised,
    AlarmSilenced,
    Entry,
    RingExtended,
)
from keycabinet.domain.events import ContactRead, DeviceFailed, DeviceReady, DoorRead, TagsRead
from tests.builders import NOON, Story, running, tags

FAULT = (AlarmKind.READER_FAULT, "bank1")
MISSING = (AlarmKind.MISSING, "r2")
RULES = AlarmRules(
    warn_before=timedelta(minutes=10),
    escalate_after=(timedelta(minutes=5), timedelta(minutes=15)),
    damp=timedelta(minutes=1),
)


def watched() -> Story:
    story = running()
    story.cabinet = replace(story.cabinet, alarm_rules=RULES)
    return story


def recorded(story: Story, *entries: Entry) -> None:
    """As the control socket records: the books follow, and the next step sees them."""
    story.cabinet = replace(story.cabinet, books=story.cabinet.books.fold(entries, story.now.utc))
    story.later(seconds=1)


def faulty() -> Story:
    story = watched()
    story.tell(DeviceFailed("bank1", "line_lost", "pulled"))
    story.commands.clear()
    return story


def torn_out() -> Story:
    story = watched()
    story.tell(DoorRead(is_open=True), ContactRead(2, closed=False), TagsRead("bank1", tags(1, 3, 4, 5, 6)))
    story.later(seconds=2)
    assert MISSING in story.cabinet.books.alarms
    story.commands.clear()
    return story


def sounds(story: Story, seconds: int) -> int:
    """How often the alarm is heard in so many seconds."""
    story.commands.clear()
    for _ in range(seconds):
        story.later(seconds=1)
    return story.commands.count(Play(Tune.ALARM))


# ---- heard


def test_an_alarm_is_heard_every_half_minute_until_somebody_acknowledges_it():
    story = faulty()
    assert sounds(story, 120) == 4

    recorded(story, AlarmAcknowledged(*FAULT, actor="ann", via="socket"))
    assert sounds(story, 120) == 0


def test_what_is_forced_or_missing_is_silenced_at_the_keypad_alone():
    story = torn_out()
    story.tell(DoorRead(is_open=False))

    recorded(story, AlarmAcknowledged(*MISSING, actor="ann", via="socket"))
    assert sounds(story, 60) == 2

    recorded(story, AlarmSilenced(*MISSING, actor="ann"))
    assert sounds(story, 60) == 0


def test_an_alarm_that_stands_after_a_restart_is_heard_although_it_is_not_raised_again():
    story = faulty()
    books = story.cabinet.books
    again = running()
    again.cabinet = replace(again.cabinet, books=replace(again.cabinet.books, alarms=books.alarms))
    again.tell(DeviceFailed("bank1", "line_lost", "pulled"))

    assert again.of(AlarmRaised) == []
    assert again.commands.count(Play(Tune.ALARM)) == 1


def test_the_rules_wake_up_to_sound():
    story = faulty()
    assert next_deadline(story.cabinet, story.facts) == RULES.repeat


# ---- escalated


def test_what_nobody_acknowledges_is_escalated_at_the_sites_times_and_no_further():
    story = faulty()
    for _ in range(40):
        story.later(minutes=1)

    assert story.of(AlarmEscalated) == [AlarmEscalated(*FAULT, level=2), AlarmEscalated(*FAULT, level=3)]
    assert story.cabinet.books.alarms[FAULT].level == 3


def test_what_is_acknowledged_is_not_escalated():
    story = faulty()
    recorded(story, AlarmAcknowledged(*FAULT, actor="ann"))
    for _ in range(40):
        story.later(minutes=1)

    assert story.of(AlarmEscalated) == []


def test_an_escalated_alarm_is_heard_again_although_it_was_silenced():
    story = faulty()
    recorded(story, AlarmSilenced(*FAULT, actor="ann"))
    assert sounds(story, 200) == 0
    assert sounds(story, 120) > 0


def test_an_escalation_that_was_due_while_the_power_was_off_comes_at_the_next_step():
    story = faulty()
    story.now = story.now.later(timedelta(hours=9))
    story.later(seconds=1).later(seconds=1).later(seconds=1)

    assert [it.level for it in story.of(AlarmEscalated)] == [2, 3]


# ---- delivered


def test_an_alarm_is_delivered_once_when_all_consumers_have_it():
    story = faulty()
    story.delivered = frozenset({FAULT, (AlarmKind.OVERDUE, "nobody-has-it")})
    story.later(seconds=1).later(seconds=1)

    assert story.of(AlarmDelivered) == [AlarmDelivered(*FAULT)]
    assert story.cabinet.books.alarms[FAULT].delivered_at == story.now.utc - timedelta(seconds=1)


# ---- due soon, and extended


def out_until(minutes: int) -> Story:
    story = watched()
    story.log_in()
    story.press("2#")
    story.tell(ContactRead(2, closed=False), TagsRead("bank1", tags(1, 3, 4, 5, 6)))
    story.press("**")
    story.tell(DoorRead(is_open=True), DoorRead(is_open=False))
    recorded(story, RingExtended("r2", NOON.utc + timedelta(minutes=minutes), "ann"))
    story.entries.clear()
    story.commands.clear()
    return story


def test_a_ring_that_is_due_soon_is_warned_of_once_and_then_overdue_once():
    story = out_until(30)
    assert next_deadline(story.cabinet, story.facts) <= timedelta(minutes=20)
    for _ in range(60):
        story.later(minutes=1)

    assert [(it.kind, it.level) for it in story.of(AlarmRaised)] == [(AlarmKind.DUE_SOON, 0), (AlarmKind.OVERDUE, 1)]
    assert [it.kind for it in story.of(AlarmCleared)] == [AlarmKind.DUE_SOON]
    assert story.commands.count(Play(Tune.WARNING)) == 1


def test_a_warning_is_on_the_display_and_counts_as_no_alarm():
    story = out_until(30)
    story.later(minutes=25)

    assert "DUE SOON: SLOT 2" in story.display
    assert "ALARMS" not in story.display
    assert sounds(story, 90) == 0


def test_a_ring_that_may_be_out_for_less_than_the_warning_time_is_not_warned_of():
    story = out_until(8)
    for _ in range(7):
        story.later(minutes=1)
    assert story.of(AlarmRaised) == []


def test_an_overdue_ring_whose_time_is_extended_is_overdue_no_more_until_then():
    story = out_until(30)
    story.later(minutes=31)
    recorded(story, RingExtended("r2", story.now.utc + timedelta(hours=1), "ann", "court runs late"))
    assert (AlarmKind.OVERDUE, "r2") not in story.cabinet.books.alarms

    story.later(minutes=61)
    assert [it.kind for it in story.of(AlarmRaised)].count(AlarmKind.OVERDUE) == 2


# ---- flapping


def flap(story: Story, times: int, *, every_s: float) -> None:
    for _ in range(times):
        story.tell(DeviceFailed("bank1", "line_lost", "loose"))
        story.later(seconds=every_s)
        story.tell(DeviceReady("bank1"))
        story.later(seconds=every_s)


def test_what_comes_and_goes_is_raised_twice_at_most_and_says_how_often_when_it_was_quiet_for_a_minute():
    story = watched()
    flap(story, 50, every_s=0.5)
    assert story.of(AlarmRaised) == [AlarmRaised(*FAULT), AlarmRaised(*FAULT, count=2)]
    assert len(story.of(AlarmCleared)) == 1

    for _ in range(61):
        story.later(seconds=1)
    assert story.of(AlarmCleared)[1:] == [AlarmCleared(*FAULT, count=50)]
    assert story.cabinet.flaps == {}


def test_what_comes_back_later_is_a_new_alarm():
    story = watched()
    flap(story, 3, every_s=61)

    assert story.of(AlarmRaised) == [AlarmRaised(*FAULT)] * 3
    assert story.of(AlarmCleared) == [AlarmCleared(*FAULT)] * 3


def test_an_alarm_that_is_held_is_still_acknowledged_and_not_forgotten():
    story = watched()
    flap(story, 3, every_s=1)
    recorded(story, AlarmAcknowledged(*FAULT, actor="ann"))
    flap(story, 1, every_s=1)

    assert story.cabinet.books.alarms[FAULT].acknowledged_by == "ann"


# ---- duress


def test_an_alarm_of_duress_ends_when_a_commander_has_acknowledged_it_and_not_before():
    duress = (AlarmKind.DURESS, "ann")
    story = watched()
    alarms = {duress: Alarm(story.now.utc)}
    story.cabinet = replace(story.cabinet, books=replace(story.cabinet.books, alarms=alarms))
    story.later(minutes=4)
    assert duress in story.cabinet.books.alarms
    assert sounds(story, 60) == 0

    recorded(story, AlarmAcknowledged(*duress, actor="sue", via="socket"))
    assert story.of(AlarmCleared) == [AlarmCleared(*duress)]


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_levels_are_the_sites_choice_but_a_warning_stays_one(kind: AlarmKind):
    rules = AlarmRules(levels=dict.fromkeys(AlarmKind, 2))
    assert rules.level(kind) == (0 if kind is AlarmKind.DUE_SOON else 2)
