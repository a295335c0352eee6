"""A ring that is out to somebody who has left or is suspended is an alarm of its own (R9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keycabinet.domain.cabinet import next_deadline
from keycabinet.domain.effects import Light
from keycabinet.domain.entries import AlarmCleared, AlarmKind, AlarmRaised
from keycabinet.domain.events import ContactRead, DirectoryChanged, DoorRead, TagsRead
from keycabinet.domain.screen import lights
from tests.builders import NOON, Story, a_person, running, tags

LEFT = AlarmKind.LEFT_HOLDING


def holding(*slots: int) -> Story:
    """Ann has taken the rings of these slots."""
    story = running()
    out: set[int] = set()
    for slot in slots:
        out.add(slot)
        story.log_in()
        story.press(f"{slot}#")
        story.tell(ContactRead(slot, closed=False), TagsRead("bank1", tags(*({1, 2, 3, 4, 5, 6} - out))))
        story.press("**")
    story.tell(DoorRead(is_open=True), DoorRead(is_open=False))
    story.entries.clear()
    return story


def ann_becomes(story: Story, **what: object) -> None:
    story.directory = story.directory.having(people=[a_person(**what)])
    story.tell(DirectoryChanged())


def raised(story: Story) -> list[str]:
    return sorted(each.subject for each in story.of(AlarmRaised) if each.kind is LEFT)


@pytest.mark.parametrize("what", [{"suspended": True}, {"valid_until": NOON.utc}])
def test_each_ring_that_is_still_held_raises_an_alarm(what: dict[str, object]) -> None:
    story = holding(2, 3)

    ann_becomes(story, **what)

    assert raised(story) == ["r2", "r3"]


def test_who_is_here_or_not_yet_valid_holds_rings_without_an_alarm() -> None:
    story = holding(2)

    ann_becomes(story, valid_from=NOON.utc + timedelta(days=1))

    assert raised(story) == []


def test_a_return_clears_it() -> None:
    story = holding(2, 3)
    ann_becomes(story, suspended=True)

    story.tell(ContactRead(2, closed=True), TagsRead("bank1", tags(1, 2, 4, 5, 6)))

    assert story.of(AlarmCleared) == [AlarmCleared(LEFT, "r2")]
    assert (LEFT, "r3") in story.cabinet.books.alarms


def test_so_does_the_end_of_a_suspension() -> None:
    story = holding(2)
    ann_becomes(story, suspended=True)

    ann_becomes(story)

    assert story.of(AlarmCleared) == [AlarmCleared(LEFT, "r2")]


def test_when_a_validity_ends_the_rules_want_to_be_asked() -> None:
    story = holding(2)
    ann_becomes(story, valid_until=NOON.utc + timedelta(hours=1))

    assert next_deadline(replace(story.cabinet, notice=None), story.facts) == timedelta(hours=1)
    assert raised(story) == []

    story.later(hours=1)

    assert raised(story) == ["r2"]


def test_the_lamp_of_its_home_says_that_something_is_wrong() -> None:
    story = holding(2)
    ann_becomes(story, suspended=True)

    assert lights(story.cabinet, story.facts)[2] is Light.BLINKING
