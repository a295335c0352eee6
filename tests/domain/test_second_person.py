"""Releases that others vouch for (R27), and codes that two people release at the cabinet (R4)."""

from dataclasses import replace

import pytest

from keycabinet.domain.effects import ReleaseDoor, ReleaseSlot
from keycabinet.domain.entries import (
    AlarmCleared,
    AlarmKind,
    ApprovalRefused,
    LoginGranted,
    LoginRefused,
    PinReleased,
    PinReleaseRefused,
    Reason,
    ReleaseApproved,
    ReleaseIntended,
    ReleaseRefused,
)
from keycabinet.domain.events import ContactRead, TagsRead
from keycabinet.domain.guard import Guard
from keycabinet.domain.menu import REFUSED
from keycabinet.domain.people import Role
from keycabinet.domain.rings import UNAIDED, Approval
from keycabinet.domain.second_person import vouched
from keycabinet.domain.state import Turn
from keycabinet.domain.states import Choosing, CodeEntry, Free, Taking
from tests.builders import NOON, Story, a_directory, a_person, a_ring, running, tags

REFUSAL = "\n".join(REFUSED)
WAC = a_person("wac", "2001", role=Role.WATCH_COMMANDER)
SUE = a_person("sue", "2002", role=Role.SUPERVISOR)
TOM = a_person("tom", "2003", role=Role.UNIT_MANAGER)
VOUCHERS = frozenset(Role) - {Role.STAFF}
PEOPLE = (a_person(), a_person("bob", "1002"), WAC, SUE, TOM)


def guarded(approvers: int = 1, **changes: object) -> Story:
    """Ring 3 needs so many others; Ann may take it."""
    rings = tuple(a_ring(n, approval=Approval(approvers, roles=VOUCHERS) if n == 3 else UNAIDED) for n in range(1, 7))
    people = tuple(replace(each, **changes.get(each.id, {})) for each in PEOPLE)
    return running(directory=a_directory(people=people, rings=rings))


def opened(story: Story) -> list[object]:
    return [it for it in story.commands if isinstance(it, ReleaseSlot | ReleaseDoor)]


def test_a_ring_that_others_vouch_for_is_released_when_all_of_them_have():
    story = guarded(2).log_in().press("3#")
    assert story.display == "PERSON 2 OF 3\nUSER CODE\n\n#=OK          *=BACK"

    story.log_in("2001")
    assert story.display.startswith("PERSON 3 OF 3")
    assert opened(story) == []

    story.log_in("2002")
    assert [it.slot for it in story.of(ReleaseIntended)] == [3]
    assert story.of(ReleaseApproved) == [
        ReleaseApproved("wac", "ann", "r3", 3),
        ReleaseApproved("sue", "ann", "r3", 3),
    ]
    assert [it.actor for it in story.of(LoginGranted)] == ["ann"]
    assert isinstance(story.cabinet.session, Taking)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("1001", Reason.OWN_REQUEST), ("1002", Reason.MAY_NOT_APPROVE)],
)
def test_nobody_vouches_for_themselves_and_staff_for_nobody(code: str, reason: Reason):
    story = guarded().log_in().press("3#").log_in(code)

    assert [it.reason for it in story.of(ApprovalRefused)] == [reason]
    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NOT_APPROVED]
    assert opened(story) == []
    assert story.display == REFUSAL
    assert story.cabinet.session == Choosing("ann", "", story.cabinet.session.until)


def test_nobody_vouches_twice():
    story = guarded(2).log_in().press("3#").log_in("2001").log_in("2001")

    assert [it.reason for it in story.of(ApprovalRefused)] == [Reason.APPROVED_ALREADY]
    assert opened(story) == []


@pytest.mark.parametrize("pin", ["0000", "4711"])
def test_a_wrong_pin_of_a_second_person_is_refused_and_counted_as_any_other(pin: str):
    story = guarded().log_in().press("3#").log_in("2001", pin)

    assert story.of(LoginRefused) == [LoginRefused(Reason.WRONG_PIN, "wac", "approval")]
    assert story.cabinet.guard.failures == {"wac": 1}
    assert (story.display, opened(story)) == (REFUSAL, [])


@pytest.mark.parametrize("keys", ["*", "20*", "2001#*", "2001#8*"])
def test_a_star_leads_back_from_every_step_of_vouching(keys: str):
    story = guarded().log_in().press("3#").press(keys)
    while isinstance(story.cabinet.session, CodeEntry) or story.of(ReleaseRefused) == []:
        story.press("*")

    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NOT_APPROVED]
    assert isinstance(story.cabinet.session, Choosing)
    assert opened(story) == []


@pytest.mark.parametrize("keys", ["", "20", "2001#", "2001#80"])
def test_a_second_person_has_thirty_seconds_in_all(keys: str):
    story = guarded().log_in().press("3#").later(seconds=29).press(keys).later(seconds=2)

    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NOT_APPROVED]
    assert isinstance(story.cabinet.session, Choosing)


def test_each_further_person_has_thirty_seconds_of_their_own():
    story = guarded(2).log_in().press("3#").later(seconds=25).log_in("2001").later(seconds=25).log_in("2002")

    assert [it.slot for it in story.of(ReleaseIntended)] == [3]


@pytest.mark.parametrize("who", ["ann", "wac"])
def test_who_was_suspended_meanwhile_neither_takes_nor_vouches(who: str):
    story = guarded(2).log_in().press("3#").log_in("2001")
    story.directory = guarded(2, **{who: {"suspended": True}}).directory
    story.log_in("2002")

    assert opened(story) == []
    assert len(story.of(ReleaseRefused)) == 1


def test_who_lost_the_role_meanwhile_does_not_vouch():
    story = guarded(2).log_in().press("3#").log_in("2001")
    story.directory = guarded(2, wac={"role": Role.STAFF}).directory
    story.log_in("2002")

    assert opened(story) == []
    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NOT_APPROVED]


def test_a_ring_that_needs_one_more_by_now_is_not_released_to_fewer():
    story = guarded().log_in().press("3#")
    story.directory = guarded(2).directory
    story.log_in("2001")

    assert opened(story) == []
    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NOT_APPROVED]


def test_what_was_vouched_for_is_that_ring_and_not_another_in_its_slot():
    story = guarded().log_in().press("3#")
    story.tell(ContactRead(3, closed=False), ContactRead(4, closed=False), TagsRead("bank1", tags(1, 2, 5, 6)))
    story.tell(ContactRead(3, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6)))
    story.tell(ContactRead(4, closed=True), TagsRead("bank1", tags(1, 2, 3, 4, 5, 6))).later(seconds=1)
    assert story.cabinet.books.custody["r4"].slot == 3

    story.log_in("2001")
    assert opened(story) == []
    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NOT_APPROVED]


def test_a_pause_of_the_keypad_keeps_second_persons_out_and_a_star_leads_back():
    story = guarded().log_in().press("3#")
    paused = Guard().pausing(story.now.utc, story.cabinet.limits)
    story.cabinet = replace(story.cabinet, guard=paused)
    story.press("2001#")
    assert story.cabinet.session.code == ""
    assert story.display.startswith("TOO MANY WRONG PINS")

    story.press("*")
    assert isinstance(story.cabinet.session, Choosing)


# ---- disabled codes ----


def disarmed(**changes: object) -> Story:
    """Ann's code was disabled by wrong PINs."""
    story = guarded(0, **changes)
    story.cabinet = replace(story.cabinet, guard=Guard({"ann": 10}))
    return story.later(seconds=1)


def test_a_commander_and_a_second_person_release_a_disabled_code():
    story = disarmed().log_in("2001").press("0#")
    assert story.display.startswith("RELEASE WHICH CODE?")

    story.press("1001#")
    assert story.display.startswith("SECOND PERSON\nUSER CODE")

    story.log_in("2002")
    assert story.of(PinReleased) == [PinReleased("ann", "wac", "sue")]
    assert story.display == "CODE RELEASED"
    assert AlarmCleared(AlarmKind.PIN_DISABLED, "ann") in story.entries

    story.press("*").log_in()
    assert [it.actor for it in story.of(LoginGranted)] == ["wac", "ann"]


@pytest.mark.parametrize(
    ("second", "reason"),
    [("2001", Reason.OWN_REQUEST), ("1002", Reason.MAY_NOT_APPROVE)],
)
def test_the_second_person_is_another_one_and_a_supervisor_or_above(second: str, reason: Reason):
    story = disarmed().log_in("2001").press("0#1001#").log_in(second)

    assert [it.reason for it in story.of(ApprovalRefused)] == [reason]
    assert story.of(PinReleased) == []
    assert story.cabinet.guard.failures == {"ann": 10}


def test_who_is_disabled_cannot_be_the_second_person_for_it():
    story = disarmed(ann={"role": Role.SUPERVISOR}).log_in("2001").press("0#1001#").log_in("1001")

    assert story.of(PinReleased) == []
    assert story.display == REFUSAL


def test_even_a_supervisor_is_not_the_second_person_for_the_own_code():
    story = disarmed()
    turn = Turn(story.cabinet, story.facts)
    turn = vouched(turn, Free("wac", "sue", NOON.elapsed), SUE)

    assert turn.entries == (ApprovalRefused("sue", "wac", Reason.MAY_NOT_APPROVE),)


@pytest.mark.parametrize("code", ["1001", "2002", "2003"])
def test_nobody_below_a_commander_has_that_entry(code: str):
    story = guarded(0).log_in(code).press("0#")

    assert [it.reason for it in story.of(ReleaseRefused)] == [Reason.NO_SUCH_SLOT]
    assert story.display == REFUSAL


@pytest.mark.parametrize(("code", "about"), [("9999", None), ("1002", "bob")])
def test_a_code_that_is_nobodys_or_not_disabled_is_refused_with_the_one_text(code: str, about: str | None):
    story = disarmed().log_in("2001").press(f"0#{code}#")

    assert story.of(PinReleaseRefused) == [PinReleaseRefused("wac", Reason.NOT_DISABLED, about)]
    assert story.display == REFUSAL


@pytest.mark.parametrize("keys", ["", "10", "1001#", "1001#20", "1001#2002#", "1001#2002#59"])
def test_the_release_of_a_code_ends_at_every_step_by_waiting(keys: str):
    story = disarmed().log_in("2001").press(f"0#{keys}").later(seconds=30).later(seconds=30)

    assert story.of(PinReleased) == []
    assert type(story.cabinet.session).__name__ == "Idle"


@pytest.mark.parametrize("keys", ["", "10", "1001#", "1001#20", "1001#2002#", "1001#2002#59"])
def test_the_release_of_a_code_is_left_at_every_step_by_stars(keys: str):
    story = disarmed().log_in("2001").press(f"0#{keys}").press("****")

    assert story.of(PinReleased) == []
    assert type(story.cabinet.session).__name__ in {"Choosing", "Idle"}


def test_a_commander_who_is_suspended_meanwhile_releases_nothing():
    story = disarmed().log_in("2001").press("0#1001#")
    story.directory = guarded(0, wac={"suspended": True}).directory
    story.log_in("2002")

    assert story.of(PinReleased) == []


def test_a_whole_shift_that_was_disarmed_works_again_without_a_network():
    story = guarded(0)
    story.cabinet = replace(story.cabinet, guard=Guard({"ann": 10, "bob": 12}))
    story.later(seconds=1).log_in("2001").press("0#1001#").log_in("2002").press("0#1002#").log_in("2002").press("*")

    story.log_in("1001").press("*").log_in("1002")
    assert [it.actor for it in story.of(LoginGranted)] == ["wac", "ann", "bob"]
