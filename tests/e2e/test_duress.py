"""A PIN for duress, through every process: nobody at the cabinet notices, and the commander hears of it (R6)."""

import json
import time

from firmware_sim.ledger_client import ask
from tests.broker import Broker
from tests.e2e.site import Site
from tests.publisher.ear import Ear, retained_at
from tests.waiting import wait_until

WITHIN_S = 2.0
ALARM = "sealed/alarms/duress/"


def test_a_pin_for_duress_reaches_the_sealed_topic_within_two_seconds_and_nobody_else():
    with Broker() as broker, Ear(broker) as ear, Site(broker.port) as site:
        site.start("mqtt")
        wait_until(ear.events, 10, "the first event")
        admin = f"1000\n{site.pins['1000']}\n"
        words = ("pin", "duress", "1042", "--json", "--credentials-stdin")
        site.pins["1042"] = site.command(*words, stdin=admin)["pin"]
        site.log_in("1042")
        began = time.monotonic()
        wait_until(lambda: len(ear.events("sealed/events")) == 3, WITHIN_S, "the sealed rows")
        told = [event["type"] for event in ear.events("sealed/events")]

        assert told == [f"keycabinet.{kind}" for kind in ("duress.issued", "duress.used", "alarm.raised")]
        assert time.monotonic() - began < WITHIN_S
        wait_until(lambda: any(topic.startswith(ALARM) for topic in retained_at(broker)), WITHIN_S, "the alarm")
        site.take(3)
        everybody = json.dumps([ask(site.folder, "status"), site.ledger(), ear.events()])
        shown = "".join(
            site.run(*args).stdout for args in (("ledger", "show"), ("status",), ("history", "--person", "1042"))
        )
        assert "duress" not in everybody.lower()
        assert "duress" not in shown.lower()
        assert not [topic for topic in retained_at(broker) if topic.startswith("alarms/")]
        assert retained_at(broker)["state"].json["alarms"] == 0
        assert "ALARM" not in site.simulator.text()
        assert {row["sound"] for row in site.simulator.journal("sound")} == {"accepted"}
