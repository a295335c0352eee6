"""The way to the broker is down, and the core and the publisher die meanwhile: everything arrives, in order, marked."""

import signal

import pytest

from firmware_sim.ledger_client import ask
from tests.broker import Broker
from tests.e2e.site import Site
from tests.faults.tries import once_more_if_late
from tests.publisher.ear import Ear
from tests.waiting import wait_until

HAPPENINGS = 20
NOTICED_WITHIN_S = 60.0


def health(site: Site) -> dict[str, str]:
    return {ill["part"]: ill["fault"] for ill in ask(site.folder, "status")["health"]}


def head(site: Site) -> int:
    return int(ask(site.folder, "status")["head"]["seq"])


def knock(site: Site) -> None:
    """Force the door and close it: something that is recorded whatever else is the matter."""
    seen = len(site.ledger("door.closed"))
    for act, kind in (("force", "door.forced"), ("close", "door.closed")):
        site.simulator.door(act)
        wait_until(lambda kind=kind: len(site.ledger(kind)) > seen, 5, f"{kind} in the ledger")


@pytest.mark.timeout(120)
def test_a_subscriber_with_a_session_hears_all_that_happened_while_broker_core_and_publisher_died() -> None:
    with Broker(remembers=True) as broker, Site(broker.port) as site, Ear(broker, name="commander") as ear:
        site.start("mqtt")
        before = head(site)
        ear.wait_for_rows(*range(1, before + 1))
        broker.save()
        broker.kill()

        for round_ in range(HAPPENINGS // 2):
            knock(site)
            if round_ in {3, 7}:
                site.end("core", signal.SIGKILL)
                site.end("mqtt", signal.SIGKILL)
                site.start_core()
                site.start("mqtt")
        after = head(site)
        broker.start()
        ear.wait_for_rows(*range(1, after + 1))

        missed = [event for event in ear.events() if event["sequence"] > before]
        first = {event["sequence"]: event for event in reversed(missed)}
        happened = [event["type"] for _, event in sorted(first.items()) if "door" in event["type"]]
        assert happened.count("keycabinet.door.forced") == happened.count("keycabinet.door.closed") == HAPPENINGS // 2
        order = list(dict.fromkeys(event["sequence"] for event in missed))
        assert order == sorted(order)
        assert all(event["replayed"] for event in missed if event["sequence"] <= after)


@pytest.mark.timeout(60)
def test_a_broker_that_refuses_a_row_is_named_at_the_cabinet_until_it_takes_it() -> None:
    acl, nothing, everything = "acl", "topic deny keycabinet/+/events\ntopic readwrite #\n", "topic readwrite #\n"
    config = "allow_anonymous true\nacl_file {folder}/acl"
    with Broker(config, files={acl: nothing}) as broker, Site(broker.port) as site:
        site.start("mqtt")
        lost = site.wait_for_row("link.lost", within=15, link="mqtt", fault="row_denied")
        assert "Not authorized (keycabinet/mc-1/events)" in lost["body"]["detail"]
        assert health(site) == {"mqtt": "row_denied"}
        assert "NOT WORKING: mqtt. The broker refuses what is published." in site.run("status").stdout

        broker.write(acl, everything)
        broker.reload()
        site.wait_for_row("link.back", within=40)
        assert health(site) == {}


@pytest.mark.timeout(60)
def test_a_broker_that_is_away_is_an_alarm_at_the_cabinet_until_it_is_back() -> None:
    with Broker() as broker, Site(broker.port) as site:
        site.start("mqtt")
        wait_until(lambda: ask(site.folder, "cursor.get", name="mqtt")["seq"] > 0, 10, "the first rows at the broker")
        broker.kill()
        site.wait_for_row("link.lost", within=20, fault="broker_lost")
        site.wait_for_row("alarm.raised", kind="not_published", subject="mqtt")
        broker.start()
        site.wait_for_row("alarm.cleared", within=15, kind="not_published")


def test_a_publisher_that_is_dead_is_noticed_by_the_core_alone() -> None:
    with Site(late_s="2") as site:
        site.wait_for_row("link.lost", fault="not_published")
        assert health(site) == {"mqtt": "not_published"}


@pytest.mark.campaign
@pytest.mark.timeout(240)
def test_a_line_to_the_broker_that_is_open_and_dead_is_noticed_within_a_minute(capsys) -> None:
    once_more_if_late(freeze_the_broker, capsys)


def freeze_the_broker() -> None:
    with Broker() as broker, Site(broker.port) as site:
        site.start("mqtt")
        wait_until(lambda: ask(site.folder, "cursor.get", name="mqtt")["seq"] > 0, 10, "the first rows at the broker")
        broker.freeze()
        knock(site)
        site.wait_for_row("link.lost", within=NOTICED_WITHIN_S, fault="broker_lost")
        broker.thaw()
        site.wait_for_row("link.back", within=15)
