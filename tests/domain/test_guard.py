"""Wrong PINs: what is counted, what is shut, and what nobody at the cabinet can tell from it (R4, R5, R6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain.effects import AnswerLogin, CheckCredential, Play
from keycabinet.domain.entries import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    DuressUsed,
    KeypadPaused,
    LoginGranted,
    LoginRefused,
    PinDisabled,
    Reason,
    Visibility,
    visibility_of,
)
from keycabinet.domain.events import CredentialChecked, LoginAsked, Verdict
from keycabinet.domain.guard import Guard, Limits, Pause
from keycabinet.domain.people import Pin, Terms
from keycabinet.domain.session import REFUSED
from keycabinet.domain.states import IDLE, Choosing
from tests.builders import NOON, Story, a_directory, a_person, running

REFUSAL = "\n".join(REFUSED)
LIMITS = Limits()


def wrong(story: Story, times: int, code: str = "1001", apart: float = 61) -> Story:
    """So many wrong PINs, far enough apart not to pause the keypad."""
    for _ in range(times):
        story.later(seconds=apart).log_in(code, "0000")
    return story


def alarms(story: Story) -> set[str]:
    return {kind.value for kind, _ in story.cabinet.books.alarms}


def socket_login(story: Story, code: str, pin: str) -> Story:
    story.tell(LoginAsked("s", "socket", code, Pin(pin)))
    return story.answer()


def test_a_try_is_counted_in_the_step_that_asks_for_the_comparison():
    story = running().press("1001#4711#")

    assert [type(it) for it in story.last.commands] == [CheckCredential]
    assert story.cabinet.guard.failures == {"ann": 1}
    assert len(story.cabinet.guard.recent) == 1


def test_a_right_pin_takes_back_its_try_and_ends_the_failures_in_a_row():
    story = wrong(running(), 2)
    assert story.cabinet.guard.failures == {"ann": 2}

    story.log_in()
    assert story.cabinet.guard.failures == {}
    assert isinstance(story.cabinet.session, Choosing)


def test_a_right_pin_of_somebody_who_may_not_enter_stays_counted():
    story = running(directory=a_directory(people=(a_person(suspended=True),))).log_in()

    assert story.cabinet.guard.failures == {"ann": 1}


def test_an_unknown_code_counts_for_the_keypad_only():
    story = wrong(running(), 1, code="9999")

    assert story.cabinet.guard.failures == {}
    assert len(story.cabinet.guard.recent) == 1


def test_the_third_failure_in_a_row_raises_an_alarm_and_the_next_right_pin_clears_it():
    story = wrong(running(), 2)
    assert alarms(story) == set()

    wrong(story, 1)
    assert alarms(story) == {"repeated_wrong_pin"}

    story.later(seconds=61).log_in()
    assert AlarmCleared(AlarmKind.REPEATED_WRONG_PIN, "ann") in story.entries


def test_a_try_that_is_still_compared_raises_nothing():
    story = wrong(running(), 2).press("1001#4711#")

    assert alarms(story) == set()


def test_ten_failures_in_a_row_disable_the_pin_and_the_right_one_is_refused_like_any_other():
    story = wrong(running(), 9).later(seconds=61)
    assert story.of(PinDisabled) == []

    wrong(story, 1)
    assert story.of(PinDisabled) == [PinDisabled("ann")]
    assert "pin_disabled" in alarms(story)

    story.later(seconds=61).log_in()
    assert story.of(LoginGranted) == []
    assert story.of(LoginRefused)[-1] == LoginRefused(Reason.PIN_DISABLED, "ann")
    assert story.display == REFUSAL
    assert len(story.of(PinDisabled)) == 1


def test_the_tenth_try_may_still_be_right():
    story = wrong(running(), 9).later(seconds=61).log_in()

    assert len(story.of(LoginGranted)) == 1


def test_one_persons_failures_are_not_anothers():
    story = wrong(running(), 10).later(seconds=61).log_in("1002")

    assert [it.actor for it in story.of(LoginGranted)] == ["bob"]


def test_wrong_pins_at_the_socket_count_for_the_person_and_not_for_the_keypad():
    story = running()
    for _ in range(10):
        socket_login(story, "1001", "0000")
    assert story.of(PinDisabled) == [PinDisabled("ann")]
    assert story.of(KeypadPaused) == []

    story.log_in()
    assert story.display == REFUSAL


def test_a_log_in_at_the_socket_is_answered_when_it_is_compared_and_disturbs_nobody_at_the_keypad():
    story = running().log_in("1002")
    socket_login(story, "1001", "4711")

    assert AnswerLogin("s", "ann") in story.last.commands
    assert LoginGranted("ann", "socket", "code+pin") in story.last.entries
    assert story.cabinet.session.person == "bob"

    socket_login(story, "1001", "0000")
    assert AnswerLogin("s", None) in story.last.commands


def test_an_eleventh_try_that_overtakes_the_tenth_is_not_allowed():
    story = wrong(running(), 9).press("1001#4711#")
    tenth = story.last.commands[0]
    story.tell(LoginAsked("s", "socket", "1001", Pin("4711")))
    story.tell(CredentialChecked("s", Verdict.RIGHT, "ann"))

    assert AnswerLogin("s", None) in story.last.commands

    story.tell(CredentialChecked(tenth.attempt, Verdict.RIGHT, "ann"))
    assert [it.via for it in story.of(LoginGranted)] == [None]


def test_a_right_pin_does_not_take_back_a_try_that_is_still_compared_elsewhere():
    story = running().press("1001#4711#")
    at_the_keypad = story.last.commands[0]
    story.tell(LoginAsked("s", "socket", "1001", Pin("0000")))
    story.tell(CredentialChecked(at_the_keypad.attempt, Verdict.RIGHT, "ann"))

    assert story.cabinet.guard.failures == {"ann": 1}


def test_five_failures_within_five_minutes_pause_the_keypad_for_half_a_minute():
    story = wrong(running(), 4, code="9999", apart=10)
    assert story.of(KeypadPaused) == []

    wrong(story, 1, apart=10)
    assert story.of(KeypadPaused) == [KeypadPaused(30)]
    story.later(seconds=5)
    assert story.display == "TOO MANY WRONG PINS\nWAIT UNTIL 12:01:20"


def test_five_failures_in_more_than_five_minutes_do_not_pause_the_keypad():
    assert wrong(running(), 8, apart=76).of(KeypadPaused) == []


def test_keys_do_nothing_while_the_keypad_is_paused_and_everything_afterwards():
    story = wrong(running(), 5, apart=1).later(seconds=5)
    checks = [it for it in story.commands if isinstance(it, CheckCredential)]
    story.press("1002#2580#")
    assert story.cabinet.session == IDLE
    assert [it for it in story.commands if isinstance(it, CheckCredential)] == checks

    story.later(seconds=26).log_in("1002")
    assert [it.actor for it in story.of(LoginGranted)] == ["bob"]
    assert AlarmCleared(AlarmKind.KEYPAD_PAUSED, "keypad") in story.entries


def test_who_is_logged_in_when_the_keypad_pauses_goes_on():
    story = running().log_in()
    guard = Guard(pause=Pause(NOON.utc + timedelta(seconds=30), timedelta(seconds=30)))
    story.cabinet = replace(story.cabinet, guard=guard)
    story.press("3#")

    assert story.display.startswith("SLOT 3 OPENS")


def test_each_pause_is_twice_as_long_up_to_an_hour_and_short_again_after_an_hour_of_rest():
    story, lengths = running(), []
    for _ in range(9):
        wrong(story, 5, code="9999", apart=1)
        lengths.append(story.of(KeypadPaused)[-1].seconds)
        story.later(seconds=lengths[-1])
    assert lengths == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]

    wrong(story.later(hours=1), 5, code="9999", apart=1)
    assert story.of(KeypadPaused)[-1].seconds == 30


def test_a_right_pin_does_not_end_what_others_have_failed_at_the_keypad():
    story = wrong(running(), 4, code="9999", apart=1).log_in().press("*")

    assert wrong(story, 1, code="9999", apart=1).of(KeypadPaused) == [KeypadPaused(30)]


def test_a_worker_that_never_answers_leaves_the_try_counted():
    story = running().press("1001#4711#").later(seconds=10)

    assert story.cabinet.guard.failures == {"ann": 1}
    assert story.cabinet.tries == {}


@pytest.mark.parametrize("terms", [Terms(disabled=True), Terms(expires_at=NOON.utc)])
def test_a_right_pin_that_is_shut_or_expired_is_refused_with_the_one_text(terms: Terms):
    story = running().press("1001#4711#")
    story.tell(CredentialChecked(story.last.commands[0].attempt, Verdict.RIGHT, "ann", terms))

    reason = Reason.PIN_DISABLED if terms.disabled else Reason.PIN_EXPIRED
    assert story.of(LoginRefused) == [LoginRefused(reason, "ann")]
    assert story.display == REFUSAL


# ---- what the cabinet gives away ----


def seen_and_heard(code: str, verdict: Verdict, person: str | None, terms: Terms = Terms()) -> list[object]:
    """Everything on the display and from the sounder during four log-ins that end the same way."""
    story, told = running(), []
    for _ in range(4):
        story.later(seconds=20).press(f"{code}#4711#")
        told.append(story.display)
        story.tell(CredentialChecked(story.last.commands[0].attempt, verdict, person, terms))
        told += [story.display, *(it for it in story.last.commands if isinstance(it, Play))]
        told.append(story.later(seconds=5).display)
        story.press("**")
    return told


def test_every_refusal_looks_and_sounds_the_same_however_often_it_happens():
    unknown = seen_and_heard("9999", Verdict.UNKNOWN_CODE, None)

    assert seen_and_heard("1001", Verdict.WRONG_PIN, "ann") == unknown
    assert seen_and_heard("1001", Verdict.NO_CREDENTIAL, "ann") == unknown
    assert seen_and_heard("1001", Verdict.RIGHT, "ann", Terms(disabled=True)) == unknown
    assert seen_and_heard("1001", Verdict.RIGHT, "ann", Terms(expires_at=NOON.utc)) == unknown
    assert seen_and_heard("1001", Verdict.DURESS, "ann", Terms(disabled=True)) == unknown


def test_a_pin_for_duress_looks_and_sounds_like_the_other_one():
    assert seen_and_heard("1001", Verdict.DURESS, "ann") == seen_and_heard("1001", Verdict.RIGHT, "ann")


def test_a_pin_for_duress_raises_a_sealed_alarm_and_every_row_about_it_is_sealed():
    story = running().press("1001#4711#")
    story.tell(CredentialChecked(story.last.commands[0].attempt, Verdict.DURESS, "ann"))

    sealed = [it for it in story.last.entries if visibility_of(it) is Visibility.SEALED]
    assert sealed == [DuressUsed("ann"), AlarmRaised(AlarmKind.DURESS, "ann")]
    assert story.last.entries[2:] == (LoginGranted("ann", factors="code+pin"),)


@pytest.mark.parametrize("late", [False, True])
def test_a_pin_for_duress_is_told_even_where_it_opens_nothing(late: bool):
    story = running().press("1001#4711#")
    attempt = story.last.commands[0].attempt
    if late:
        story.later(seconds=10)
    story.tell(CredentialChecked(attempt, Verdict.DURESS, "ann", Terms(disabled=True)))

    assert story.of(LoginGranted) == []
    assert story.of(DuressUsed) == [DuressUsed("ann")]


# ---- a restart ----


def test_a_pause_in_a_clock_that_went_back_lasts_no_longer_than_its_length():
    late = NOON.utc + timedelta(days=3650)
    found = Guard({"ann": 9}, (late,), Pause(late, timedelta(seconds=60))).resumed(NOON.utc)

    assert found == Guard({"ann": 9}, (NOON.utc,), Pause(NOON.utc + timedelta(seconds=60), timedelta(seconds=60)))


def test_a_pause_that_a_restart_finds_goes_on():
    guard = Guard(pause=Pause(NOON.utc + timedelta(seconds=20), timedelta(seconds=30)))

    assert guard.resumed(NOON.utc) == guard


def test_failures_that_a_restart_finds_disable_and_pause_at_once():
    story = running()
    found = Guard({"ann": LIMITS.disable_at}, (NOON.utc,) * LIMITS.pause_at)
    story.cabinet = replace(story.cabinet, guard=found)
    story.later(seconds=1)

    assert [type(it) for it in story.entries if not isinstance(it, AlarmRaised)] == [KeypadPaused, PinDisabled]
