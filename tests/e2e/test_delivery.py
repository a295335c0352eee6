"""From the forced door to the row that says that the alarm has arrived: core, publisher, broker and a receiver."""

import signal
from pathlib import Path

import pytest

from firmware_sim.ledger_client import ask
from tests.broker import Broker
from tests.e2e.site import Site
from tests.publisher.consumers import BOARD, registered
from tests.receiver.running import Listening
from tests.waiting import wait_until


def a_site(broker: Broker, *consumers: str) -> Site:
    """A site whose configuration has these lines in ``[mqtt]``."""
    site = Site(broker.port)
    file = site.folder / "cabinet.toml"
    file.write_text(file.read_text().replace("[mqtt]\n", "[mqtt]\n" + "".join(f"{line}\n" for line in consumers)))
    return site


@pytest.mark.timeout(120)
def test_an_alarm_is_delivered_when_the_receiver_has_it_and_not_by_the_broker(tmp_path: Path) -> None:
    with Broker(remembers=True) as broker:
        site = a_site(broker, registered(tmp_path, BOARD).replace('"board.key"', f'"{tmp_path / "board.key"}"'))
        with site:
            site.start("mqtt")
            site.simulator.door("force")
            raised = site.wait_for_row("alarm.raised", kind="door_forced")
            wait_until(lambda: ask(site.folder, "cursor.get", name="mqtt")["seq"] >= raised["seq"], 10, "the PUBACK")
            broker.kill()
            assert site.ledger("alarm.delivered") == []

            broker.start()
            with Listening(tmp_path, broker, BOARD) as board:
                site.wait_for_row("alarm.delivered", within=40, kind="door_forced", subject="door")
                assert raised["seq"] in board.stored

            site.end("core", signal.SIGKILL)
            site.start_core()
            assert len(site.ledger("alarm.delivered")) == 1


@pytest.mark.timeout(60)
def test_without_consumers_an_alarm_is_published_and_never_delivered(tmp_path: Path) -> None:
    with Broker() as broker, a_site(broker) as site, Listening(tmp_path, broker, BOARD) as board:
        site.start("mqtt")
        site.simulator.door("force")
        raised = site.wait_for_row("alarm.raised", kind="door_forced")
        board.wait_for_rows(raised["seq"])

        site.simulator.door("close")
        site.wait_for_row("door.closed")
        assert site.ledger("alarm.delivered") == []
