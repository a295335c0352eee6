"""A person chooses a PIN at the keypad (R3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain.effects import ChosenPin, HashPin
from keycabinet.domain.entries import LoginGranted, LoginRefused, PinChanged, PinIssued, PinReset, Reason, SessionEnded
from keycabinet.domain.events import CredentialChecked, LoginAsked, PinHashed, Verdict
from keycabinet.domain.guard import Guard
from keycabinet.domain.people import Pin, Terms
from keycabinet.domain.pins import PinRules
from keycabinet.domain.states import IDLE, Choosing, NewPin, RepeatPin
from keycabinet.domain.trying import reissued
from tests.builders import NOON, Story, a_directory, a_person, running


def a_story(**rules: object) -> Story:
    story = running()
    story.cabinet = replace(story.cabinet, pins=PinRules(**rules))
    return story


def first_use(verdict: Verdict = Verdict.RIGHT, **rules: object) -> Story:
    """Ann types a PIN that is for its first use only."""
    story = a_story(**rules).press("1001#4711#")
    return story.tell(CredentialChecked(story.last.commands[0].attempt, verdict, "ann", Terms(must_change=True)))


def test_a_pin_that_was_typed_twice_is_kept_in_the_step_that_confirms_it():
    story = a_story(days=90).log_in().press("00#")
    assert story.display == "NEW PIN, 6 DIGITS\n\n\n#=OK          *=BACK"

    story.press("481593#")
    assert story.display.startswith("THE SAME PIN AGAIN")

    story.press("481593#").hashed()
    assert story.last.chosen == (ChosenPin("ann", b"digest", NOON.utc, NOON.utc + timedelta(days=90)),)
    assert story.last.entries == (PinChanged("ann"),)
    assert story.display == "PIN CHANGED"
    assert isinstance(story.cabinet.session, Choosing)


@pytest.mark.parametrize("verdict", [Verdict.RIGHT, Verdict.DURESS])
def test_the_first_use_of_a_pin_leads_to_a_new_one_and_to_nothing_else(verdict: Verdict):
    story = first_use(verdict)
    assert story.display.startswith("NEW PIN")

    story.press("3#")
    assert isinstance(story.cabinet.session, NewPin)

    story.press("481593#481593#").hashed()
    assert isinstance(story.cabinet.session, Choosing)


def test_who_does_not_change_a_pin_at_its_first_use_is_out():
    assert [it.why for it in first_use().press("*").of(SessionEnded)] == ["pin_not_changed"]
    assert [it.why for it in first_use().later(seconds=30).of(SessionEnded)] == ["timeout"]


def test_who_changes_a_pin_by_choice_can_leave_it():
    story = a_story().log_in().press("00#48159*")
    assert isinstance(story.cabinet.session, NewPin)

    assert isinstance(story.press("*").cabinet.session, Choosing)
    assert isinstance(story.press("00#481593#*").cabinet.session, NewPin)


def test_a_pin_that_has_to_be_changed_opens_nothing_at_the_socket():
    story = a_story().tell(LoginAsked("s", "socket", "1001", Pin("4711")))
    story.tell(CredentialChecked("s", Verdict.RIGHT, "ann", Terms(must_change=True)))

    assert story.of(LoginRefused) == [LoginRefused(Reason.PIN_TO_CHANGE, "ann", "socket")]
    assert story.of(LoginGranted) == []


EASY = {
    "a digit again and again": "111111",
    "a group again and again": "121212",
    "two groups": "123123",
    "a run up": "345678",
    "a run down": "987654",
    "a run over the end": "890123",
    "a line of the keypad": "147258",
    "zigzag": "159753",
    "pairs": "112233",
    "day, month, year": "311299",
    "month, day, year": "123199",
    "year, month, day": "991231",
    "the user code at its beginning": "100148",
    "the user code backwards": "481001",
    "the user code in the middle": "710014",
    "too short": "48159",
    "too long": "4815937",
}


@pytest.mark.parametrize("pin", EASY.values(), ids=EASY)
def test_a_pin_that_people_would_guess_cannot_be_chosen(pin: str):
    story = a_story().log_in().press(f"00#{pin}#")

    assert isinstance(story.cabinet.session, NewPin)
    assert story.display.startswith("CHOOSE ANOTHER PIN")


@pytest.mark.parametrize("pin", ["1991", "2004", "3112", "1231", "0007", "2580", "1004", "4321", "7777"])
def test_the_block_list_knows_four_digits_too(pin: str):
    assert not PinRules(digits=4).allows(Pin(pin), "9")


@pytest.mark.parametrize("pin", ["481593", "730284", "649302"])
def test_any_other_pin_can_be_chosen(pin: str):
    assert PinRules().allows(Pin(pin), "1001")


def test_two_different_pins_are_none():
    story = a_story().log_in().press("00#481593#481594#")

    assert story.display.startswith("NOT THE SAME PIN")
    assert isinstance(story.cabinet.session, NewPin)
    assert not [it for it in story.commands if isinstance(it, HashPin)]


def test_a_pin_that_the_worker_turns_down_changes_nothing():
    story = a_story().log_in().press("00#481593#481593#").hashed(None)

    assert story.display.startswith("CHOOSE ANOTHER PIN")
    assert story.of(PinChanged) == []


def test_a_worker_that_never_answers_changes_nothing_and_a_late_answer_neither():
    story = a_story().log_in().press("00#481593#481593#")
    attempt = story.last.commands[0].attempt
    story.later(seconds=10)
    assert story.display == "PIN NOT CHANGED"

    story.tell(PinHashed(attempt, b"digest"))
    assert (story.of(PinChanged), story.last.chosen) == ([], ())


def test_a_suspension_ends_the_change_at_the_next_key():
    story = a_story().log_in().press("00#4815")
    story.directory = a_directory(people=(a_person(suspended=True),))
    story.press("9")

    assert story.cabinet.session == IDLE


def test_no_repr_shows_a_pin_that_is_being_chosen_nor_its_digest():
    story = a_story().log_in().press("00#")
    seen = [repr(story.cabinet)]
    for key in "481593#481593#":
        story.press(key)
        seen += [repr(story.cabinet), repr(story.last)]
    seen.append(repr(PinHashed("a", b"\x48\x15secret")))
    story.hashed(b"secret")
    seen += [repr(story.cabinet), repr(story.last)]

    assert isinstance(story.cabinet.session, Choosing)
    assert not {"4815", "secret"} & {word for word in ("4815", "secret") if any(word in text for text in seen)}


# ---- what an administrator does meanwhile


@pytest.mark.parametrize("entry", [PinReset("ann", "eve"), PinIssued("ann", "eve")])
def test_a_new_pin_forgives_the_failures_and_ends_what_was_under_way_with_the_old_one(entry):
    story = a_story().press("1001#4711#")
    attempt = story.last.commands[0].attempt
    story.cabinet = reissued(replace(story.cabinet, guard=Guard({"ann": 7, "bob": 2})), [entry])
    story.tell(CredentialChecked(attempt, Verdict.RIGHT, "ann"))

    assert story.cabinet.guard.failures == {"bob": 2}
    assert (story.cabinet.session, story.of(LoginGranted)) == (IDLE, [])


@pytest.mark.parametrize("keys", ["4815", "481593#48", "481593#481593#"])
def test_a_pin_that_was_reset_is_not_changed_by_who_was_just_choosing_one(keys: str):
    story = a_story().log_in().press(f"00#{keys}")
    attempts = [it.attempt for it in story.last.commands if isinstance(it, HashPin)]
    story.cabinet = reissued(story.cabinet, [PinReset("ann", "eve")])
    story.tell(*(PinHashed(attempt, b"digest") for attempt in attempts))

    assert story.cabinet.session == IDLE
    assert story.of(PinChanged) == []
    assert not isinstance(story.cabinet.session, RepeatPin)
