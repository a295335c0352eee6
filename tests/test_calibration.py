"""What a hash costs is measured, on machines that are played here."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keycabinet.calibration import MOST_MEMORY_KIB, MOST_PASSES, calibrated, scaled
from keycabinet.credentials import FLOOR, Params
from keycabinet.errors import ConfigError

MS = 1_000_000


@dataclass
class Machine:
    """Hashes as slowly as it is told, by a clock of its own."""

    floor_ms: float
    """How long the floor takes."""
    noise: list[float] = field(default_factory=list)
    """How many times as long each hash takes, as other work goes on."""
    _now_ns: int = 0

    def now_ns(self) -> int:
        return self._now_ns

    def hash(self, secret: bytes, salt: bytes, params: Params) -> bytes:
        self._now_ns += int(self.ms_of(params) * MS * (self.noise.pop(0) if self.noise else 1))
        return secret[:0] + salt[:0]

    def ms_of(self, params: Params) -> float:
        return self.floor_ms * params.memory_kib * params.passes / (FLOOR.memory_kib * FLOOR.passes)


def found_on(machine: Machine) -> Params:
    return calibrated(machine.hash, machine.now_ns)


@given(st.floats(0.5, 740))
def test_a_hash_takes_a_quarter_to_three_quarters_of_a_second_and_never_less_than_the_floor(floor_ms: float) -> None:
    machine = Machine(floor_ms)

    cost = found_on(machine)

    assert 250 <= machine.ms_of(cost) <= 750
    assert cost.memory_kib >= FLOOR.memory_kib
    assert cost.passes >= FLOOR.passes


@given(st.floats(750.1, 100_000))
def test_where_the_floor_takes_longer_already_it_is_kept(floor_ms: float) -> None:
    assert found_on(Machine(floor_ms)) == FLOOR


def test_the_floor_is_enough_where_it_takes_a_quarter_of_a_second() -> None:
    assert found_on(Machine(260)) == FLOOR


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_hash_that_is_held_up_by_other_work_misleads_nobody(place: int) -> None:
    held_up = Machine(40, noise=[30.0 if each == place else 1.0 for each in range(3)])

    assert found_on(held_up) == found_on(Machine(40))


def test_memory_is_raised_first_and_bounded() -> None:
    assert scaled(FLOOR, 2) == Params(2 * FLOOR.memory_kib, FLOOR.passes, 1)
    assert scaled(FLOOR, 100).memory_kib == MOST_MEMORY_KIB
    assert scaled(FLOOR, 0.01) == FLOOR


def test_a_clock_that_stands_still_ends_in_a_cost_that_can_be_paid() -> None:
    cost = calibrated(lambda secret, salt, _: secret + salt, lambda: 0)

    assert cost.passes <= MOST_PASSES
    assert cost.memory_kib <= MOST_MEMORY_KIB


@pytest.mark.parametrize("text", ["", "m=19456", "m=19456,t=2,p=1 ", "t=2,m=19456,p=1", "m=-1,t=2,p=1"])
def test_a_cost_that_is_written_otherwise_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError, match="expected it as m=19456,t=2,p=1"):
        Params.parse(text)


def test_a_cost_is_read_as_it_is_written() -> None:
    assert Params.parse(str(Params(65_536, 6, 1))) == Params(65_536, 6, 1)
