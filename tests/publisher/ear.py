"""Somebody who listens at the broker."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.broker import HOST, Broker

ROOT = "keycabinet/mc-1"
END = "test/end"


@dataclass(frozen=True)
class Heard:
    """One message."""

    topic: str
    payload: bytes
    retain: bool

    @property
    def json(self) -> dict[str, Any]:
        """What it says."""
        told: dict[str, Any] = json.loads(self.payload)
        return told


class Ear:
    """Hears what is published from when the block begins; with ``name``, the broker keeps what it missed meanwhile."""

    def __init__(self, broker: Broker, topic_filter: str = f"{ROOT}/#", *, name: str = "", user: str = "") -> None:
        self._broker, self._filter, self._name, self._user = broker, topic_filter, name, user
        self.heard: list[Heard] = []
        self._events: list[tuple[str, dict[str, Any]]] = []
        self._came: set[int] = set()
        self._changed = threading.Condition()
        self._subscribed = 0

    def __enter__(self) -> Self:
        self._client = Client(CallbackAPIVersion.VERSION2, self._name, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(self._filter, qos=1)
        self._client.on_subscribe = lambda *_: self._note_subscribed()
        self._client.on_message = lambda _client, _user, message: self._note(message)
        self._client.reconnect_delay_set(1, 1)
        if self._user:
            self._client.username_pw_set(self._user)
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 600 if self._name else 0
        fresh = not self._name
        self._client.connect(HOST, self._broker.port, clean_start=fresh, properties=properties)
        self._client.loop_start()
        self.wait(lambda: self._subscribed > 0, "the subscription")
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _note(self, message: MQTTMessage) -> None:
        with self._changed:
            it = Heard(message.topic, message.payload, message.retain)
            self.heard.append(it)
            if it.topic.endswith("/events"):
                self._events.append((it.topic, it.json))
                self._came.add(it.json["sequence"])
            self._changed.notify_all()

    def _note_subscribed(self) -> None:
        with self._changed:
            self._subscribed += 1
            self._changed.notify_all()

    def wait(self, fact: Callable[[], object], what: str, within: float = 10.0) -> None:
        """Wait until something is so; AssertionError with the last that was heard if it is not in time."""
        with self._changed:
            came = self._changed.wait_for(fact, within)
        last = "\n".join(f"{each.topic} {each.payload[:160]!r}" for each in self.heard[-12:])
        assert came, f"{what} did not come within {within} s; heard last:\n{last}"

    def say(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Publish something and wait until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    # ---- events

    def events(self, topic: str = "events") -> list[dict[str, Any]]:
        """All events so far, with repeats."""
        return [event for where, event in list(self._events) if where == f"{ROOT}/{topic}"]

    def sequences(self) -> list[int]:
        """The numbers of all events so far."""
        return [event["sequence"] for event in self.events()]

    def wait_for_rows(self, *seqs: int, within: float = 20.0) -> None:
        """Wait until every one of these rows came, under whichever topic."""
        wanted = set(seqs)
        self.wait(lambda: wanted <= self._came, f"rows {seqs[:1]}..{seqs[-1:]}", within)

    # ---- retained topics

    def last(self, topic: str) -> Heard | None:
        """What came last under a topic of the cabinet."""
        return next((each for each in reversed(self.heard) if each.topic == f"{ROOT}/{topic}"), None)

    def wait_for_last(self, topic: str, payload: bytes, within: float = 10.0) -> None:
        """Wait until this was the last under a topic of the cabinet."""
        self.wait(lambda: (it := self.last(topic)) is not None and it.payload == payload, f"{payload!r}", within)


def retained_at(broker: Broker, user: str = "") -> dict[str, Heard]:
    """What the broker holds for whoever comes now, by topic below the cabinet."""
    with Ear(broker, "#", user=user) as ear:
        ear.say(END, b"", retain=False)  # Mosquitto answers in order: what it holds came before
        ear.wait(lambda: ear.heard and ear.heard[-1].topic == END, "the end of what is retained")
        return {each.topic.removeprefix(f"{ROOT}/"): each for each in ear.heard if each.retain}
