"""A ring is taken, kept too long and returned: ledger, display, broker and command line tell the same story."""

import json
import queue
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.broker import Broker
from tests.e2e.site import Site


@dataclass
class Listener:
    """Everything that a subscriber heard, in order."""

    heard: list[tuple[str, bytes]] = field(default_factory=list)
    arrivals: "queue.SimpleQueue[tuple[str, bytes]]" = field(default_factory=queue.SimpleQueue)

    def wait_for(self, topic: str, within: float = 10.0, **content: object) -> dict:
        """The next message on this topic with this content (an empty one: ``{}``); what came before is passed over."""
        deadline = time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0:
            try:
                name, payload = self.arrivals.get(timeout=left)
            except queue.Empty:
                break
            self.heard.append((name, payload))
            found = json.loads(payload) if payload.startswith(b"{") else {}
            if name.endswith(topic) and content.items() <= found.items():
                return found
        raise AssertionError(
            f"{topic} {content} was not heard within {within} s, but {[name for name, _ in self.heard[-10:]]}"
        )


@contextmanager
def listening(port: int) -> Iterator[Listener]:
    listener = Listener()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="command-centre", protocol=mqtt.MQTTv5)
    subscribed: queue.SimpleQueue[bool] = queue.SimpleQueue()
    client.on_connect = lambda *_: client.subscribe("keycabinet/#", qos=1)
    client.on_subscribe = lambda *_: subscribed.put(True)
    client.on_message = lambda _client, _data, message: listener.arrivals.put((message.topic, message.payload))
    client.connect("127.0.0.1", port)
    client.loop_start()
    subscribed.get(timeout=10)
    try:
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as running:
        yield running


def test_a_ring_is_taken_kept_too_long_and_returned(broker):
    with Site(broker.port, due="6s") as site, listening(broker.port) as heard:
        site.start("mqtt")
        heard.wait_for("keycabinet/mc-1/state", rings_out=0)
        site.log_in("1042")
        site.simulator.press("3#")
        site.simulator.wait_for("bolt_drawn", slot=3)
        site.simulator.wait_for_text("BACK BY ")
        site.simulator.door("open")
        site.simulator.pull(3)
        site.simulator.wait_for_text("SLOT 3 TAKEN")
        taken = site.wait_for_row("ring.taken", slot=3, evidence="tag_read")
        heard.wait_for("/events", type="keycabinet.ring.taken")
        slot = next(each for each in site.command("status", "--json")["slots"] if each["slot"] == 3)
        assert (slot["holder"]["name"], slot["holder"]["code"], slot["ring"]) == ("Ruiz, Dana", "1042", None)
        site.simulator.press("*")
        site.simulator.door("close")

        alarm = heard.wait_for(f"/alarms/overdue/{taken['body']['ring']}", within=12)
        raised = site.wait_for_row("alarm.raised", kind="overdue")
        assert alarm["first_at"] == raised["at"]
        assert 0 <= seconds(raised["at"]) - seconds(taken["body"]["due"]) <= 5
        site.simulator.wait_for_text("OVERDUE: SLOT 3")
        assert "overdue" in site.run("status").stdout

        site.simulator.present(3)
        site.simulator.wait_for("door_unlatched")
        site.simulator.door("open")
        site.simulator.insert(3, 3)
        site.simulator.door("close")
        returned = site.wait_for_row("ring.returned", slot=3, evidence="tag_read")
        assert returned["body"]["booked_holder"] == taken["body"]["holder"]
        assert "returned_by" not in returned["body"]
        heard.wait_for(f"/alarms/overdue/{taken['body']['ring']}", within=5)
        assert heard.heard[-1][1] == b""
        assert len(site.ledger("alarm.raised")) == len(site.ledger("alarm.cleared")) == 1
        assert site.command("status", "--json")["alarms"] == []
        told = site.run("history", "--ring", "3").stdout
        assert "Ruiz, Dana" in told


def test_every_refusal_is_in_the_ledger_with_its_reason_and_reads_the_same_on_the_display():
    with Site() as site:
        texts = []

        def refused(keys: str, kind: str, reason: str) -> None:
            site.simulator.press(keys)
            site.simulator.wait_for_text("NOT ACCEPTED")
            texts.append(site.simulator.text())
            site.wait_for_row(kind, reason=reason)
            site.simulator.wait_for("display", within=10)

        refused("9999#123456#", "login.refused", "unknown_code")
        refused("1042#000000#", "login.refused", "wrong_pin")
        site.log_in("2001")
        refused("1#", "release.refused", "no_right")
        site.simulator.press("**")
        site.log_in("1042")
        refused("6#", "release.refused", "outside_group")
        refused("8#", "release.refused", "empty_slot")
        site.take(2)
        refused("2#", "release.refused", "already_out")
        assert len(set(texts)) == 1


def test_the_core_forgets_nothing_when_it_is_killed_with_a_ring_out(broker):
    with Site(broker.port) as site:
        site.log_in("1042")
        site.take(4)
        before = site.ledger()
        site.end("core", signal.SIGKILL)
        site.simulator.door("close")
        site.start_core()

        assert site.ledger()[: len(before)] == before
        slot = next(each for each in site.command("status", "--json")["slots"] if each["slot"] == 4)
        assert slot["holder"]["code"] == "1042"
        assert site.ledger("ring.missing") == []
        coils = site.simulator.journal("coil_on")
        assert len(coils) == 2  # the door's and slot 4's, before the kill


def test_the_core_ends_in_order_and_leaves_no_socket():
    with Site() as site:
        assert site.end("core") == 0

        assert not (site.folder / "control.sock").exists()


def test_a_core_with_a_real_device_refuses_the_store_of_a_demonstration():
    with Site() as site:
        site.end("core")
        text = (site.folder / "cabinet.toml").read_text()
        (site.folder / "cabinet.toml").write_text(text.replace('port = "ttyPROBE"', 'port = "/dev/ttyS0"'))
        done = site.run("core")

        assert done.returncode != 0
        assert "demonstration" in done.stderr
        assert "probe" in done.stderr


def seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def test_a_second_core_is_refused_before_it_writes_a_row_or_moves_a_device():
    with Site() as site:
        rows = len(site.ledger())
        second = site.run("core")

        assert second.returncode != 0
        assert "another core works with" in second.stderr
        assert len(site.ledger()) == rows
        site.log_in("1042")


def test_a_slot_that_is_given_back_at_once_is_not_opened_behind_anybodys_back():
    with Site() as site:
        site.log_in("1042")
        start = site.simulator.mark()
        site.simulator.press("1#*", gap_ms=10)
        ended = site.wait_for_row("release.ended", slot=1, why="cancelled")
        site.simulator.press("*")
        site.wait_for_row("session.ended")

        late = [row for row in site.simulator.journal("coil_on", since=start, slot=1) if row["utc"] > ended["at"]]
        assert late == []


def test_a_log_in_at_the_socket_is_recorded_like_one_at_the_keypad():
    with Site() as site:
        wrong = site.run("import", "--people=people.csv", "--credentials-stdin", stdin="1000\n000000\n")

        assert wrong.returncode != 0
        assert site.wait_for_row("login.refused", via="socket")["body"]["reason"] == "wrong_pin"
        assert site.wait_for_row("login.granted", via="socket")
