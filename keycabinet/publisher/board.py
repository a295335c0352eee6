"""The retained topics: what they have to hold, and what the broker is known to hold. No I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass

from keycabinet.publisher.limits import Limits

EMPTY = b""
"""The payload that takes a retained message away."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The broker refused this topic; it is tried again at ``until_s``."""

    reason: str
    until_s: float
    pause_s: float


class Board:
    """One retained message a topic, at most one of a topic in flight; used by one thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._wanted: dict[str, bytes] = {}
        self._held: dict[str, bytes | None] = {}
        """Topic -> what the broker holds; None: something, not known what."""
        self._due: dict[str, None] = {}
        self._in_flight: dict[str, bytes] = {}
        self._refused: dict[str, Refused] = {}

    def want(self, messages: Mapping[str, bytes]) -> None:
        """From now on exactly these topics are to hold exactly this."""
        self._wanted = dict(messages)
        self._due = dict.fromkeys(topic for topic in (*self._wanted, *self._held) if self._differs(topic))

    def put(self, topic: str, payload: bytes) -> None:
        """From now on this topic is to hold this; nothing changes for the others."""
        self._wanted[topic] = payload
        if self._differs(topic):
            self._due[topic] = None

    def repeat(self, topic: str) -> None:
        """Publish a wanted topic again although nothing changed."""
        if topic in self._wanted:
            self._due[topic] = None

    def found(self, topic: str) -> None:
        """The broker holds something under this topic; if it is not wanted, the next ``want`` has it emptied."""
        self._held.setdefault(topic, None)

    def forget(self) -> None:
        """The line is gone: the next broker may hold nothing, or anything. Nothing is wanted until it is said again."""
        self._wanted.clear()
        self._held.clear()
        self._due.clear()
        self._in_flight.clear()
        self._refused.clear()

    def next(self, now_s: float) -> tuple[str, bytes] | None:
        """The topic and payload to publish now, which is then in flight; None if none may be."""
        if len(self._in_flight) >= self._limits.retained_in_flight:
            return None
        topic = next((each for each in self._due if self._may_send(each, now_s)), None)
        if topic is None:
            return None
        del self._due[topic]
        payload = self._in_flight[topic] = self._wanted.get(topic, EMPTY)
        return topic, payload

    def acknowledge(self, topic: str) -> None:
        """The broker holds what was published last under this topic."""
        payload = self._in_flight.pop(topic, None)
        if payload is None:
            return
        self._refused.pop(topic, None)
        if payload == EMPTY:
            self._held.pop(topic, None)
        else:
            self._held[topic] = payload
        if self._differs(topic):
            self._due[topic] = None

    def deny(self, topic: str, reason: str, now_s: float) -> None:
        """The broker refused what was published last under this topic; it is tried again after a growing pause."""
        self._in_flight.pop(topic, None)
        before = self._refused.get(topic)
        pause_s = self._limits.first_denied_pause_s if before is None else before.pause_s * 2
        pause_s = min(pause_s, self._limits.longest_denied_pause_s)
        self._refused[topic] = Refused(reason, now_s + pause_s, pause_s)
        self._due[topic] = None

    @property
    def faults(self) -> tuple[str, ...]:
        """The topics that the broker refuses, and why."""
        return tuple(f"{topic} denied: {each.reason}" for topic, each in self._refused.items())

    def _differs(self, topic: str) -> bool:
        if topic in self._wanted:
            return self._held.get(topic) != self._wanted[topic]
        return topic in self._held

    def _may_send(self, topic: str, now_s: float) -> bool:
        refused = self._refused.get(topic)
        return topic not in self._in_flight and (refused is None or now_s >= refused.until_s)
