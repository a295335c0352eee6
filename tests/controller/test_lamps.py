"""Lamps are told what changes, and nothing else."""

from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.effects import Light
from keycabinet.domain.events import KeyPressed, PulseRefused
from tests.builders import SLOTS, ZONE, running
from tests.fakes import FakeArchive, FakeChecker, FakeClock, FakePanel, FakeReserve, nothing_waits


def test_the_lamp_of_a_slot_is_lit_while_it_is_released_and_dark_again_afterwards() -> None:
    story, panel = running().log_in(), FakePanel()
    outside = Outside(
        FakeArchive(story.cabinet.books), Hardware(dict.fromkeys(SLOTS, panel), dict.fromkeys(SLOTS, panel)),
        FakeChecker(lambda _: None), FakeClock(story.now), ZONE, FakeReserve(), nothing_waits,
    )  # fmt: skip
    controller = Controller(story.cabinet, story.directory, outside, Inbox())

    controller.handle(KeyPressed("3"))
    assert panel.lit == {}
    controller.handle(KeyPressed("#"))
    assert panel.lit == {3: Light.STEADY}
    controller.handle(KeyPressed("*"))
    controller.handle(PulseRefused(3, "withdrawn"))
    assert panel.lit == {3: Light.OFF}
