"""A badge stands for the user code (R7), also while the keypad is paused (R4); a ring's tag means what it meant."""

from dataclasses import replace

import pytest

from keycabinet.domain.entries import LoginGranted, LoginRefused, Reason, ReleaseApproved, ReturnOffered, TagRefused
from keycabinet.domain.events import TagPresented
from keycabinet.domain.guard import Guard
from keycabinet.domain.people import LoginMode, Role
from keycabinet.domain.rings import UNAIDED, Approval
from keycabinet.domain.states import IDLE, Choosing, PinEntry, Taking
from tests.builders import Story, a_directory, a_person, a_ring, running
from tests.domain.test_dialogue import pull

BADGE, SUES = "01AA0000000000AA", "01BB0000000000BB"
PEOPLE = (
    a_person(badge=BADGE),
    a_person("sue", "2002", role=Role.SUPERVISOR, badge=SUES),
    a_person("bob", "1002"),
)
SHOWN = TagPresented("panel", BADGE)


def a_site(login: LoginMode = LoginMode.EITHER, approvers: int = 0) -> Story:
    approval = Approval(approvers, roles=frozenset({Role.SUPERVISOR})) if approvers else UNAIDED
    rings = tuple(a_ring(n, approval=approval) for n in range(1, 7))
    story = running(directory=a_directory(people=PEOPLE, rings=rings))
    story.cabinet = replace(story.cabinet, login=login)
    return story


@pytest.mark.parametrize("login", [LoginMode.EITHER, LoginMode.BADGE_PIN])
@pytest.mark.parametrize("before", ["", "10", "1002#", "1002#25"])
def test_a_badge_and_its_pin_let_a_person_in_from_every_step_before(login: LoginMode, before: str):
    story = a_site(login).press(before).tell(SHOWN)
    assert story.display.startswith("PIN")

    story.press("4711#").answer()
    assert story.of(LoginGranted) == [LoginGranted("ann", factors="badge+pin")]


def test_a_badge_without_its_pin_opens_nothing_and_counts_as_any_other_try():
    story = a_site().tell(SHOWN).press("0000#").answer()

    assert story.of(LoginRefused) == [LoginRefused(Reason.WRONG_PIN, "ann")]
    assert story.cabinet.guard.failures == {"ann": 1}


def test_a_badge_holder_is_not_shut_out_by_the_pause_of_the_keypad():
    story = a_site()
    story.cabinet = replace(story.cabinet, guard=Guard().pausing(story.now.utc, story.cabinet.limits))
    story.press("1002#")
    assert story.cabinet.session == IDLE

    story.tell(SHOWN).press("4711#").answer()
    assert isinstance(story.cabinet.session, Choosing)


def test_a_badge_holder_whose_pin_is_disabled_stays_out():
    story = a_site()
    story.cabinet = replace(story.cabinet, guard=Guard({"ann": 10}))
    story.tell(SHOWN).press("4711#").answer()

    assert story.of(LoginGranted) == []


def test_where_badges_are_asked_for_a_code_does_nothing():
    story = a_site(LoginMode.BADGE_PIN).press("1001#4711#")

    assert story.cabinet.session == IDLE
    assert "SHOW YOUR BADGE" in story.display


def test_where_badges_are_not_used_one_is_a_tag_like_any_other():
    story = a_site(LoginMode.PIN).tell(SHOWN)

    assert story.of(TagRefused) == [TagRefused("panel", Reason.UNKNOWN_TAG)]
    assert story.cabinet.session == IDLE


def test_an_unknown_tag_is_refused_in_every_mode():
    story = a_site().tell(TagPresented("panel", "01CC0000000000CC"))

    assert [it.reason for it in story.of(TagRefused)] == [Reason.UNKNOWN_TAG]


def test_the_tag_of_a_ring_that_is_out_still_opens_the_door_for_it():
    story = pull(a_site().log_in().press("3#"), 3, 1, 2, 4, 5, 6).press("*")
    story.tell(TagPresented("panel", a_ring(3).tag))

    assert [it.ring for it in story.of(ReturnOffered)] == ["r3"]


@pytest.mark.parametrize("keys", ["", "3", "3#"])
def test_a_badge_does_nothing_in_the_session_of_somebody_else(keys: str):
    story = a_site().log_in("1002").press(keys)
    before = story.cabinet.session

    assert story.tell(SHOWN).cabinet.session == before


def test_a_second_person_vouches_with_badge_and_pin():
    story = a_site(LoginMode.BADGE_PIN, approvers=1).tell(SHOWN).press("4711#").answer().press("3#")
    assert story.display.startswith("PERSON 2 OF 2\nSHOW YOUR BADGE")

    story.tell(TagPresented("panel", SUES))
    assert isinstance(story.cabinet.session, PinEntry)

    story.press("5937#").answer()
    assert story.of(ReleaseApproved) == [ReleaseApproved("sue", "ann", "r3", 3)]
    assert isinstance(story.cabinet.session, Taking)
