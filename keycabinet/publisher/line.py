"""One connection to the broker, from CONNECT to its end: one paho client, driven by the thread that owns the line.

A line that is lost is thrown away with its client, so that nothing of it can be sent later behind our back. Callbacks
of paho do nothing but append to a list; ``step`` reads it.
"""

import select
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from keycabinet.publisher.limits import Limits
from keycabinet.publisher.settings import BrokerSettings

QOS = 1
MOST_IN_FLIGHT = 20
"""What a broker accepts in flight unless it says something else (Mosquitto's default)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The broker accepted us."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took what was published with this token."""

    token: object


@dataclass(frozen=True, slots=True)
class Denied:
    """The broker refused what was published with this token (MQTT 5 only)."""

    token: object
    reason: str


@dataclass(frozen=True, slots=True)
class Came:
    """A message under a topic that is watched. ``retained``: the broker held it, or was told to hold it (MQTT 5)."""

    topic: str
    payload: bytes = field(repr=False)
    retained: bool


@dataclass(frozen=True, slots=True)
class WatchDenied:
    """The broker does not let us see what we want to watch."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is at its end; nothing that was not acknowledged counts."""

    reason: str


@dataclass(frozen=True, slots=True)
class Puback:
    """A PUBACK as paho tells it: it may come before ``publish`` has said which number the message has."""

    mid: int
    reason: ReasonCode


LineEvent = Opened | Acknowledged | Denied | Came | WatchDenied | Lost


class Line:
    """A connection that was asked for; ``step`` tells what becomes of it."""

    def __init__(self, client: Client, *, five: bool, dialled_s: float) -> None:
        self._client = client
        self._five = five
        self._heard: list[LineEvent | Puback] = []
        self._sent: dict[int, tuple[object, float]] = {}
        self._most = MOST_IN_FLIGHT
        self._dialled_s = dialled_s
        self._opened_s: float | None = None
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    @classmethod
    def dial(cls, broker: BrokerSettings, limits: Limits, will: str | None = None) -> "Line":
        """Connect and send CONNECT; waits 5 s for the network at most. Raises OSError when there is no way.

        ``will`` is the topic under which the broker says ``offline`` for us when the line breaks.
        """
        five = broker.protocol == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages = 0  # the outbox and the board bound it
        if will is not None:
            client.will_set(will, b"offline", qos=QOS, retain=True)
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls is not None:
            client.tls_set(_text(broker.tls.ca), _text(broker.tls.cert), _text(broker.tls.key))
        line = cls(client, five=five, dialled_s=time.monotonic())
        fresh: dict[str, Any] = {"clean_start": False, "properties": _session(limits)} if five else {}
        client.connect(broker.host, broker.port, limits.keepalive_s, **fresh)
        link = client.socket()
        if isinstance(link, socket.socket):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    @property
    def room(self) -> int:
        """How many more messages may be published before one is acknowledged."""
        return self._most - len(self._sent)

    @property
    def awaits(self) -> bool:
        """Whether something that was published is not acknowledged yet."""
        return bool(self._sent)

    def publish(self, topic: str, payload: bytes, token: object, *, retain: bool) -> None:
        """Send a message; ``step`` tells with this token what the broker answered."""
        # The answer of publish() is not looked at: when it is bad, the line ends or falls silent, and both are noticed.
        info = self._client.publish(topic, payload, qos=QOS, retain=retain)
        self._sent[info.mid] = (token, time.monotonic())

    def watch(self, topic_filter: str, qos: int = 0) -> None:
        """Be told, as ``Came``, of every message that matches; by QoS 0 the broker stores nothing for us."""
        if self._five:
            options = SubscribeOptions(qos=qos, noLocal=True, retainAsPublished=True)
            self._client.subscribe(topic_filter, options=options)
        else:
            self._client.subscribe(topic_filter, qos=qos)

    def silent_s(self, now_s: float) -> float:
        """For how long the broker has owed an answer to CONNECT or PUBLISH; 0 if it owes none."""
        answered_s = self._dialled_s if self._opened_s is None else now_s
        return now_s - next((sent_s for _, sent_s in self._sent.values()), answered_s)

    def open_s(self, now_s: float) -> float:
        """For how long the broker has had us; 0 if it never let us in."""
        return 0.0 if self._opened_s is None else now_s - self._opened_s

    def step(self, bell: int, timeout_s: float) -> list[LineEvent]:
        """Send and receive what there is, once; wait for it, or for the descriptor ``bell``, that long at most."""
        link: Any = self._client.socket()
        if link is not None:
            self._turn(link, bell, timeout_s)
        heard, self._heard = self._heard, []
        events = [self._settled(each) if isinstance(each, Puback) else each for each in heard]
        if self._client.socket() is None:
            events.append(Lost("the line is closed"))
        return events

    def leave(self) -> None:
        """Say DISCONNECT (the broker drops the last will) and hang up."""
        self._client.disconnect()
        self._client.loop_write()
        self.hang_up()

    def hang_up(self) -> None:
        """Close without a word; the broker publishes the last will."""
        link: Any = self._client.socket()
        if link is not None:
            link.close()

    def _turn(self, link: Any, bell: int, timeout_s: float) -> None:  # noqa: ANN401 - a socket, with or without TLS
        wait_s = 0.0 if getattr(link, "pending", int)() else timeout_s
        wanting = [link] if self._client.want_write() else []
        readable, writable, _ = select.select([link, bell], wanting, [], wait_s)
        if link in readable or not wait_s:
            self._client.loop_read()
        if link in writable:
            self._client.loop_write()
        self._client.loop_misc()

    def _settled(self, puback: Puback) -> Acknowledged | Denied:
        token, _ = self._sent.pop(puback.mid)
        reason = puback.reason
        return Denied(token, str(reason)) if reason.is_failure else Acknowledged(token)

    # ---- called by paho, inside ``step`` and ``publish``: one line each

    def _on_connect(
        self, _c: Client, _u: object, _f: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._heard.append(Lost(f"refused: {reason}") if reason.is_failure else self._open(properties))

    def _open(self, properties: Properties | None) -> Opened:
        self._most = min(getattr(properties, "ReceiveMaximum", MOST_IN_FLIGHT), MOST_IN_FLIGHT)
        self._opened_s = time.monotonic()
        return Opened()

    def _on_disconnect(self, _c: Client, _u: object, _f: object, reason: ReasonCode, _p: Properties | None) -> None:
        self._heard.append(Lost(str(reason)))

    def _on_publish(self, _c: Client, _u: object, mid: int, reason: ReasonCode, _p: Properties) -> None:
        self._heard.append(Puback(mid, reason))

    def _on_subscribe(self, _c: Client, _u: object, _mid: int, reasons: list[ReasonCode], _p: Properties) -> None:
        self._heard.extend(WatchDenied(str(reason)) for reason in reasons if reason.is_failure)

    def _on_message(self, _c: Client, _u: object, message: MQTTMessage) -> None:
        self._heard.append(Came(message.topic, bytes(message.payload), message.retain))


def _session(limits: Limits) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho
    properties.SessionExpiryInterval = limits.session_expiry_s
    properties.MaximumPacketSize = limits.packet_bytes
    return properties


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
