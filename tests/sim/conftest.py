"""A simulator for each test, and pins that drive it."""

from collections.abc import Iterator

import pytest

from firmware_sim.pin_factory import SimFactory
from tests.sim.cabinets import NO_DOOR, RINGS
from tests.simulator import Simulator


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A cabinet without a door: rings 3 and 4 at home."""
    with Simulator(NO_DOOR, RINGS) as simulator:
        yield simulator


@pytest.fixture
def pins(sim: Simulator) -> Iterator[SimFactory]:
    """The pins of that cabinet, closed before it ends."""
    with SimFactory(address=sim.path("pins.sock")) as factory:
        yield factory
