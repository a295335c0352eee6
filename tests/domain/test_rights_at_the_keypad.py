"""Limits, pairs, schedules and approval bear on what is asked for at the keypad."""

from dataclasses import replace
from datetime import timedelta

from keycabinet.domain.books import Books, OpenRelease, Out
from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.effects import ReleaseDoor, ReleaseSlot
from keycabinet.domain.entries import ApprovalRefused, Evidence, Reason, ReleaseIntended, ReleaseRefused
from keycabinet.domain.events import CoilPulsed
from keycabinet.domain.rings import Approval
from keycabinet.domain.schedule import Schedule, Unsynced, day_from
from keycabinet.domain.state import Facts
from tests.builders import NOON, Story, a_directory, running

NIGHTS = Schedule("nights", (day_from("22:00-06:00"),) * 7)


def a_site(bounds: Bounds, schedule: str = "", **ring_2: object) -> Directory:
    """The people and rings of the builders, bounded; rights of officers by this schedule."""
    site = a_directory()
    rings = [replace(ring, **ring_2) if ring.id == "r2" else ring for ring in site.rings.values()]
    return Directory.of(site.people.values(), rings, {Right("officers", "unit", schedule)}, bounds)


def refusals(story: Story) -> list[Reason]:
    return [refused.reason for refused in story.of(ReleaseRefused)]


def test_a_release_that_is_open_counts_before_the_ring_is_pulled():
    limited = a_site(Bounds(limits=frozenset({Limit(LimitOn.GROUP, "officers", 1)})))
    story = running(directory=limited).log_in().press("1#")

    assert story.cabinet.books.holdings == {"ann": {"r1"}}
    assert len(story.of(ReleaseIntended)) == 1


def test_a_ring_given_back_untaken_makes_room_for_another():
    limited = a_site(Bounds(limits=frozenset({Limit(LimitOn.PERSON, "ann", 1)})))
    story = running(directory=limited).log_in().press("1#")
    story.tell(CoilPulsed(1)).later(seconds=15).press("2#")

    assert [intent.ring for intent in story.of(ReleaseIntended)] == ["r1", "r2"]


def holding_r1(story: Story) -> Story:
    out = Out(1, NOON.utc, Evidence.TAG_READ, "ann")
    books = replace(story.cabinet.books, custody={**story.cabinet.books.custody, "r1": out})
    story.cabinet = replace(story.cabinet, books=books)
    return story


def test_one_ring_more_than_the_limit_is_refused():
    limited = a_site(Bounds(limits=frozenset({Limit(LimitOn.CLASS, "merit", 1)})))

    assert refusals(holding_r1(running(directory=limited)).log_in().press("2#")) == [Reason.LIMIT_REACHED]


def test_the_other_ring_of_a_pair_is_refused():
    paired = a_site(Bounds(pairs=frozenset({Pair.of("r1", "r2")})))
    story = holding_r1(running(directory=paired)).log_in().press("2#3#")

    assert refusals(story) == [Reason.PAIR_HELD]
    assert [intent.ring for intent in story.of(ReleaseIntended)] == ["r3"]


def test_a_ring_is_refused_out_of_hours_and_released_within():
    site = a_site(Bounds(schedules=frozenset({NIGHTS})), "nights")

    assert refusals(running(directory=site).log_in().press("2#")) == [Reason.OUT_OF_HOURS]
    at_night = running(directory=site, now=NOON.later(timedelta(hours=12))).log_in().press("2#")
    assert (refusals(at_night), len(at_night.of(ReleaseIntended))) == ([], 1)


def test_a_ring_that_needs_a_second_person_opens_nothing_for_one():
    story = running(directory=a_site(Bounds(), approval=Approval(1, frozenset({"officers"})))).log_in().press("2#")

    assert not [it for it in story.commands if isinstance(it, ReleaseSlot | ReleaseDoor)]
    story.press("*")
    assert refusals(story) == [Reason.NOT_APPROVED]
    assert not [it for it in story.commands if isinstance(it, ReleaseSlot | ReleaseDoor)]


def test_who_approves_is_of_a_group_that_the_ring_names():
    site = a_site(Bounds(), approval=Approval(1, frozenset({"officers"})))

    nurse = running(directory=site).log_in().press("2#").log_in("1004")
    assert [it.reason for it in nurse.of(ApprovalRefused)] == [Reason.MAY_NOT_APPROVE]
    assert nurse.of(ReleaseIntended) == []
    officer = running(directory=site).log_in().press("2#").log_in("1002")
    assert [intent.ring for intent in officer.of(ReleaseIntended)] == ["r2"]


class Unset(Story):
    """A cabinet whose clock nobody has set."""

    @property
    def facts(self) -> Facts:
        return replace(super().facts, clock_synced=False)


def test_while_the_clock_is_not_trusted_releases_go_on_or_not_as_the_site_says():
    site = a_site(Bounds(schedules=frozenset({NIGHTS})), "nights")
    for unsynced, refused in ((Unsynced.GO_ON, []), (Unsynced.APPLY, [Reason.OUT_OF_HOURS])):
        story = Unset(directory=site)
        story.cabinet = replace(running(directory=site).cabinet, unsynced=unsynced)

        assert refusals(story.log_in().press("2#")) == refused


def test_holdings_are_what_is_out_and_what_is_being_released():
    out = Out(1, NOON.utc, Evidence.TAG_READ, "ann")
    books = Books(custody={"r1": out, "r2": out}, releases={3: OpenRelease("x", "ann", "r3", 3)})

    assert books.holdings == {"ann": {"r1", "r2", "r3"}}
