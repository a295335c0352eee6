"""How to aim a kill at an interval: when in the story, whom, and with what kind of slowness around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.campaigns.moments import Interval


@dataclass(frozen=True)
class Trace:
    """strace on one thread of a process, from a step of the story on."""

    step: str
    process: str
    thread: int
    inject: str


@dataclass(frozen=True)
class Plan:
    """How to kill whom: at a step of the story after a delay, or by the N-th system call of a kind."""

    victims: tuple[str, ...]
    step: str | None = None
    delay_s: float = 0.0
    trace: Trace | None = None
    freeze: bool = False
    """Stop the publisher from the pull on: a slow one, so that there is time between commit and publish."""
    door: str = "as it is"
    """``open``, ``closed``, or as it is."""
    put_back_in_the_dark: bool = False


MAIN, BROKER = 0, 3
"""Threads in the order in which they start: the core's deciding one; of the publisher, the one to the broker."""
CORE, MQTT = ("core",), ("mqtt",)
ANY = (CORE, CORE, MQTT, CORE + MQTT)


def aim(target: Interval, random: Random) -> Plan:
    """A plan that is likely to fall into this interval."""
    return random.choice(AIMS[target])(random)


def at_random(random: Random, longest_s: float = 2.6) -> Plan:
    """A plan that kills at any time from the first key on."""
    victims = random.choice([CORE] * 6 + [MQTT, CORE + MQTT])
    return Plan(victims, "begin", random.uniform(0, longest_s), door=random.choice(["as it is", "closed"]))


def _in_a_commit(step: str, frames: int) -> Callable[[Random], Plan]:
    """At one of the writes of the commit that follows this step."""

    def plan(random: Random) -> Plan:
        inject = f"pwrite64:signal=SIGKILL:when={random.randint(1, frames)}"
        return Plan(CORE, trace=Trace(step, "core", MAIN, inject))

    return plan


def _at_the_sync(_random: Random) -> Plan:
    """The commit's last frame is written, and not yet synced."""
    return Plan(CORE, trace=Trace("asking", "core", MAIN, "fdatasync:signal=SIGKILL:when=1"))


def _while_the_door_opens(random: Random) -> Plan:
    """The door's coil comes before the slot's."""
    return Plan(CORE, "intended", random.uniform(0, 0.1), door="closed")


def _on_seeing_the_coil(random: Random) -> Plan:
    return Plan(CORE, "coil", random.uniform(0, 0.06))


def _on_seeing_the_coil_with_a_slow_disk(_random: Random) -> Plan:
    """A commit takes 0.1 s and more: a coil that does not wait for it is seen before it."""
    return Plan(CORE, "coil", trace=Trace("asking", "core", MAIN, "pwrite64:delay_enter=10000"), door="open")


def _soon_after_the_pull(random: Random) -> Plan:
    undone = random.random() < 0.5
    return Plan(CORE, "pulled", random.uniform(0, 0.5), put_back_in_the_dark=undone)


def _with_a_frozen_publisher(random: Random) -> Plan:
    return Plan(random.choice(ANY), "taken", random.uniform(0, 0.05), freeze=True)


def _at_the_publish(_random: Random) -> Plan:
    return Plan(MQTT, trace=Trace("settled", "mqtt", BROKER, "sendto:signal=SIGKILL:when=1"))


def _on_hearing_the_event_with_a_slow_disk(random: Random) -> Plan:
    slow = Trace("pulled", "core", MAIN, "pwrite64:delay_enter=4000")
    return Plan(random.choice(ANY), "heard", random.uniform(0, 0.004), trace=slow)


def _after(step: str, victims: tuple[tuple[str, ...], ...] = ANY) -> Callable[[Random], Plan]:
    return lambda random: Plan(random.choice(victims), step, random.uniform(0, 0.1))


AIMS: Mapping[Interval, tuple[Callable[[Random], Plan], ...]] = {
    Interval.BEFORE_INTENT: (_in_a_commit("asking", frames=12),),
    Interval.BEFORE_COIL: (_at_the_sync, _while_the_door_opens, _while_the_door_opens),
    Interval.AFTER_COIL: (_on_seeing_the_coil, _on_seeing_the_coil_with_a_slow_disk),
    Interval.BEFORE_REMOVAL: (_in_a_commit("pulled", frames=20), _soon_after_the_pull),
    Interval.BEFORE_PUBLISH: (_with_a_frozen_publisher, _at_the_publish),
    Interval.BEFORE_CURSOR: (_on_hearing_the_event_with_a_slow_disk,),
    Interval.AFTER_CURSOR: (_after("cursor"),),
    Interval.BEFORE_RETURN: (_in_a_commit("inserted", frames=20), _after("inserted", (CORE,))),
    Interval.AFTER_RETURN: (_after("returned"),),
}
