"""The dialogue at the keypad, told as stories."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain.effects import ReleaseDoor, ReleaseSlot, WithdrawSlot
from keycabinet.domain.entries import (
    LoginGranted,
    LoginRefused,
    Reason,
    ReleaseEnded,
    ReleaseIntended,
    ReleaseRefused,
    RingTaken,
    SessionEnded,
)
from keycabinet.domain.events import (
    BoltsRead,
    CoilPulsed,
    ContactRead,
    CredentialChecked,
    DeviceFailed,
    PulseRefused,
    TagsRead,
    Verdict,
)
from keycabinet.domain.screen import screen
from keycabinet.domain.session import REFUSED
from keycabinet.domain.states import IDLE, Checking, Choosing, CodeEntry, PinEntry, Taking, Unlatched
from tests.builders import NOON, SLOTS, Story, a_directory, a_person, running, tags

REFUSAL = "\n".join(REFUSED)


def pull(story: Story, slot: int, *left: int) -> Story:
    """The latch opens and the ring is pulled: what the devices say of it, ``left`` being the rings that still hang."""
    story.tell(BoltsRead(SLOTS, home=False), CoilPulsed(slot), ContactRead(slot, closed=False))
    return story.tell(BoltsRead(SLOTS, home=True), TagsRead("bank1", tags(*left)))


def test_a_ring_is_booked_to_the_person_who_asked_for_it_with_its_due_time():
    story = pull(running().log_in().press("3#"), 3, 1, 2, 4, 5, 6)

    (taken,) = story.of(RingTaken)
    assert (taken.ring, taken.slot, taken.holder) == ("r3", 3, "ann")
    assert taken.due == NOON.utc + timedelta(hours=8)


def test_the_intent_is_recorded_in_the_step_that_commands_the_latch():
    story = running().log_in().press("3#")

    (intent,) = (entry for entry in story.last.entries if isinstance(entry, ReleaseIntended))
    assert (intent.actor, intent.ring, intent.slot) == ("ann", "r3", 3)
    assert [it for it in story.last.commands if isinstance(it, ReleaseSlot | ReleaseDoor)] == [
        ReleaseDoor(),
        ReleaseSlot(3),
    ]


def test_the_due_time_is_shown_while_the_slot_is_open_and_when_the_ring_is_taken():
    story = running().log_in().press("3#")
    assert "BACK BY 20:00" in story.display

    pull(story, 3, 1, 2, 4, 5, 6)
    assert story.display.startswith("SLOT 3 TAKEN\nBACK BY 20:00")


def test_several_rings_are_taken_in_one_log_in():
    story = pull(running().log_in().press("3#"), 3, 1, 2, 4, 5, 6)
    pull(story.press("5#"), 5, 1, 2, 4, 6)

    assert [entry.ring for entry in story.of(RingTaken)] == ["r3", "r5"]
    assert len(story.of(LoginGranted)) == 1


@pytest.mark.parametrize(
    ("code", "pin", "reason"),
    [
        ("9999", "4711", Reason.UNKNOWN_CODE),
        ("1001", "0000", Reason.WRONG_PIN),
    ],
)
def test_a_log_in_with_a_wrong_code_or_pin_is_refused_with_its_reason_and_the_one_text(code, pin, reason):
    story = running().log_in(code, pin)

    assert [entry.reason for entry in story.of(LoginRefused)] == [reason]
    assert story.display == REFUSAL
    assert story.cabinet.session == IDLE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"suspended": True}, Reason.SUSPENDED),
        ({"valid_from": NOON.utc + timedelta(seconds=1)}, Reason.NOT_YET_VALID),
        ({"valid_until": NOON.utc}, Reason.EXPIRED),
    ],
)
def test_a_person_who_does_not_count_now_is_refused_like_anybody_else(changes, reason):
    story = running(directory=a_directory(people=(a_person(**changes),))).log_in()

    assert [entry.reason for entry in story.of(LoginRefused)] == [reason]
    assert story.display == REFUSAL


@pytest.mark.parametrize(
    ("code", "slot", "reason"),
    [
        ("1003", 1, Reason.NO_RIGHT),
        ("1001", 6, Reason.OUTSIDE_GROUP),
        ("1001", 7, Reason.EMPTY_SLOT),
        ("1001", 9, Reason.NO_SUCH_SLOT),
        ("1001", 3, Reason.ALREADY_OUT),
    ],
)
def test_a_slot_that_a_person_may_not_open_is_refused_with_its_reason_and_the_one_text(code, slot, reason):
    story = pull(running().log_in("1002").press("3#"), 3, 1, 2, 4, 5, 6).press("*").log_in(code)
    story.commands.clear()
    story.press(f"{slot}#")

    assert [(it.slot, it.reason) for it in story.of(ReleaseRefused)] == [(slot, reason)]
    assert story.display == REFUSAL
    assert not [it for it in story.commands if isinstance(it, ReleaseSlot | ReleaseDoor)]
    assert isinstance(story.cabinet.session, Choosing)


def test_a_slot_whose_bus_is_not_read_is_not_released():
    story = running().tell(DeviceFailed("bank1", "line_silent", "no answer")).log_in().press("3#")

    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.SLOT_UNKNOWN]


def test_a_suspension_takes_effect_at_the_next_key():
    story = running().log_in()
    story.directory = a_directory(people=(a_person(suspended=True),))
    story.press("3")

    assert story.cabinet.session == IDLE
    assert [it.why for it in story.of(SessionEnded)] == ["no_longer_valid"]


@pytest.mark.parametrize(
    ("keys", "stars"),
    [("1", 1), ("1001#", 1), ("1001#47", 2)],
)
def test_a_star_leads_back_to_idle_from_every_step_before_the_log_in(keys, stars):
    story = running().press(keys).press("*" * stars)

    assert story.cabinet.session == IDLE
    assert story.entries == []


@pytest.mark.parametrize("keys", ["1", "1001#", "1001#47"])
def test_a_person_who_walks_away_before_the_log_in_leaves_nothing(keys):
    story = running().press(keys).later(seconds=10)

    assert story.cabinet.session == IDLE
    assert story.entries == []


def test_a_star_empties_a_mistyped_pin_before_it_leaves():
    story = running().press("1001#99*")
    assert story.cabinet.session == PinEntry("1001", story.cabinet.session.pin, story.cabinet.session.until)
    assert len(story.cabinet.session.pin) == 0

    story.press("4711#").answer()
    assert isinstance(story.cabinet.session, Choosing)


def test_a_star_ends_a_session_and_so_does_waiting():
    assert [it.why for it in running().log_in().press("*").of(SessionEnded)] == ["cancelled"]
    assert [it.why for it in running().log_in().later(seconds=30).of(SessionEnded)] == ["timeout"]


def test_a_star_at_an_open_slot_gives_the_release_back():
    story = running().log_in().press("3#").tell(BoltsRead(SLOTS, home=False), CoilPulsed(3)).press("*")

    assert [it.why for it in story.of(ReleaseEnded)] == ["cancelled"]
    assert isinstance(story.cabinet.session, Choosing)
    assert story.cabinet.state_of(3) == Unlatched()


@pytest.mark.parametrize("answer", [CoilPulsed(3), PulseRefused(3, "withdrawn")])
def test_a_release_that_is_given_back_before_its_pulse_is_over_only_when_none_can_come_any_more(answer):
    story = running().log_in().press("3#*")
    assert WithdrawSlot(3) in story.last.commands
    assert story.of(ReleaseEnded) == []

    story.press("3#")
    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.SLOT_BUSY]

    story.tell(answer)
    assert [it.why for it in story.of(ReleaseEnded)] == ["cancelled"]


def test_a_ring_taken_by_a_pulse_that_could_not_be_withdrawn_is_booked_to_the_person():
    story = running().log_in().press("3#**").tell(BoltsRead(SLOTS, home=False), ContactRead(3, closed=False))
    story.tell(CoilPulsed(3), TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    assert [it.holder for it in story.of(RingTaken)] == ["ann"]


def test_a_driver_that_never_answers_does_not_keep_a_release_open_for_ever():
    story = running().log_in().press("3#*").later(seconds=8)

    assert [it.why for it in story.of(ReleaseEnded)] == ["cancelled"]


def test_a_ring_that_nobody_pulls_is_recorded_as_not_taken():
    story = running().log_in().press("3#").tell(BoltsRead(SLOTS, home=False), CoilPulsed(3)).later(seconds=15)

    assert [it.why for it in story.of(ReleaseEnded)] == ["not_taken"]
    assert story.cabinet.books.releases == {}
    assert isinstance(story.cabinet.session, Choosing)


def test_a_ring_pulled_in_the_last_moment_is_taken_and_not_missing():
    story = running().log_in().press("3#").tell(BoltsRead(SLOTS, home=False), CoilPulsed(3))
    story.now = story.now.later(timedelta(seconds=14.9))
    story.tell(ContactRead(3, closed=False)).later(seconds=0.2)
    story.tell(TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    assert [it.holder for it in story.of(RingTaken)] == ["ann"]
    assert story.of(ReleaseEnded) == []


def test_a_latch_whose_bolt_does_not_move_is_a_lock_fault_and_ends_the_release():
    story = running().log_in().press("3#").tell(CoilPulsed(3)).later(seconds=0.5)

    assert [it.why for it in story.of(ReleaseEnded)] == ["latch_stuck"]
    assert story.display.startswith("SLOT 3 IS STUCK")


def test_the_display_calls_a_slot_open_when_its_bolt_has_moved_and_not_before():
    story = running().log_in().press("3#")
    assert story.display.startswith("SLOT 3 OPENS")

    story.tell(BoltsRead(SLOTS, home=False))
    assert story.display.startswith("SLOT 3 IS OPEN")


def test_keys_typed_while_the_pin_is_compared_count_if_it_was_right():
    story = running().press("1001#4711#")
    asked = story.last
    story.press("3#")
    assert story.of(ReleaseIntended) == []

    story.tell(CredentialChecked(asked.commands[0].attempt, Verdict.RIGHT, "ann"))
    assert [it.slot for it in story.of(ReleaseIntended)] == [3]


def test_keys_typed_while_the_pin_is_compared_are_forgotten_if_it_was_wrong():
    story = running().press("1001#0000#")
    asked = story.last
    story.press("3#").tell(CredentialChecked(asked.commands[0].attempt, Verdict.WRONG_PIN, "ann"))

    assert story.cabinet.session == IDLE
    assert story.of(ReleaseIntended) == []


def test_a_star_typed_ahead_takes_back_what_was_typed_before_it():
    story = running().press("1001#4711#")
    asked = story.last
    story.press("3#*").tell(CredentialChecked(asked.commands[0].attempt, Verdict.RIGHT, "ann"))

    assert isinstance(story.cabinet.session, Choosing)
    assert story.of(ReleaseIntended) == []


def test_a_slot_number_with_a_digit_too_many_is_no_other_slot():
    story = running().log_in().press("0000003#")
    assert [it.slot for it in story.of(ReleaseIntended)] == [3]

    story = running().log_in().press("1" * 30 + "#")
    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NO_SUCH_SLOT]


def test_a_worker_that_never_answers_is_a_refusal():
    story = running().press("1001#4711#").later(seconds=10)

    assert [it.reason for it in story.of(LoginRefused)] == [Reason.NOT_ANSWERED]
    assert story.display == REFUSAL


def test_an_answer_to_an_attempt_that_is_over_lets_nobody_in():
    story = running().press("1001#4711#")
    attempt = story.cabinet.session.attempt
    story.later(seconds=10).tell(CredentialChecked(attempt, Verdict.RIGHT, "ann"))

    assert story.cabinet.session == IDLE
    assert story.of(LoginGranted) == []


def test_no_repr_of_the_cabinet_or_of_its_events_shows_a_pin():
    story = running().press("1001#73901")
    seen = [repr(story.cabinet)]
    story.press("#")
    seen += [repr(story.cabinet), repr(story.last)]

    assert isinstance(story.cabinet.session, Checking)
    assert "73901" not in "".join(seen)


def test_a_pin_longer_than_any_is_never_cut_down_to_a_right_one():
    story = running()
    story.press("1001#" + "4711" + "0" * 40)

    assert len(story.cabinet.session.pin) > 12


def test_no_display_text_is_wider_than_the_display():
    story = running()
    for keys in ("1", "001#", "4711", "#"):
        story.press(keys)
        lines = screen(story.cabinet, story.facts)
        assert [len(line) for line in lines] == [20] * 4
    story.answer()
    for keys in ("3", "#", "*", "6#", "*"):
        story.press(keys)
        assert [len(line) for line in screen(story.cabinet, story.facts)] == [20] * 4


def test_the_states_of_the_dialogue_follow_the_keys():
    story = running()
    seen = []
    for keys in ("1001", "#", "4711", "#"):
        story.press(keys)
        seen.append(type(story.cabinet.session))
    assert seen == [CodeEntry, PinEntry, PinEntry, Checking]
    story.answer().press("3#")
    assert type(story.cabinet.session) is Taking


def test_keys_before_the_cabinet_is_ready_are_dropped():
    story = Story().start().press("1001#")

    assert story.cabinet.session == IDLE
    assert story.display == "STARTING\nPLEASE WAIT"


def test_a_session_keeps_its_book_of_what_the_person_holds():
    story = pull(running().log_in().press("3#"), 3, 1, 2, 4, 5, 6).press("*").log_in()

    assert "YOU HOLD: 3" in story.display
    assert replace(story.cabinet) == story.cabinet
