"""A PIN is compared after its try is durable, wherever the power is cut (R4, G16)."""

from datetime import timedelta

import pytest

from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.domain.effects import CheckCredential
from keycabinet.domain.entries import LoginGranted, PinDisabled
from keycabinet.domain.events import BoltsRead, DeviceReady, DoorRead, KeyPressed, TagsRead
from keycabinet.domain.state import Cabinet
from tests.builders import SLOTS, ZONE, a_directory, a_layout
from tests.fakes import FakeArchive, FakeChecker, FakeClock, FakeReserve, nothing_waits
from tests.hasty import HastyController


class PowerIsOff(Exception):  # noqa: N818
    """The process is gone."""


class Site:
    """A store that outlives its processes; the power is cut whenever a PIN is handed to the worker."""

    def __init__(self, kind: type[Controller]):
        self.kind, self.archive, self.clock = kind, FakeArchive(), FakeClock()
        self.compared: list[str] = []
        self.cut = True
        self.boot()

    def boot(self):
        self.inbox = []
        cabinet = Cabinet(a_layout(), books=self.archive.books, guard=self.archive.guard.resumed(self.clock.now().utc))
        outside = Outside(self.archive, Hardware(), self, self.clock, ZONE, FakeReserve(), nothing_waits)
        self.controller = self.kind(cabinet, a_directory(), outside, Inbox())
        self.controller.start("1")
        for event in (BoltsRead(SLOTS, home=True), DoorRead(is_open=False), TagsRead("bank1", frozenset())):
            self.controller.handle(event)
        for device in ("pins", "bank1", "panel"):
            self.controller.handle(DeviceReady(device))

    def check(self, command: CheckCredential):
        self.compared.append(command.pin.digits)
        if self.cut:
            raise PowerIsOff
        FakeChecker(self.inbox.append).check(command)

    def guess(self, keys: str, after_s: int = 61):
        self.clock.move(timedelta(seconds=after_s))
        try:
            for key in keys:
                self.controller.handle(KeyPressed(key))
            for event in self.inbox:
                self.controller.handle(event)
        except PowerIsOff:
            self.boot()


def tries_until_disabled(kind: type[Controller]) -> int:
    site = Site(kind)
    for _ in range(30):
        if any(isinstance(entry, PinDisabled) for entry in site.archive.entries):
            break
        site.guess("1001#0000#")
    tries = len(site.compared)
    site.cut = False
    site.guess("1001#4711#")
    assert not any(isinstance(entry, LoginGranted) for entry in site.archive.entries) or tries == 30
    return tries


def test_a_power_cut_at_every_guess_gives_nobody_an_eleventh_one():
    assert tries_until_disabled(Controller) == 10


def test_a_controller_that_compares_first_and_counts_afterwards_is_found():
    assert tries_until_disabled(HastyController) == 30


@pytest.mark.parametrize("guesses", [5, 7])
def test_a_pause_is_not_ended_by_a_power_cut(guesses: int):
    site = Site(Controller)
    for _ in range(guesses):
        site.guess("9999#0000#", after_s=1)

    assert len(site.compared) == 5
