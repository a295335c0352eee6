"""A disk that fills: releases stop, returns and alarms go on from the reserve, and all by itself when there is room."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.broker import Broker
from tests.e2e.site import Site
from tests.publisher.ear import Ear
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(os.getuid() != 0, reason="a disk of its own has to be mounted: only root may"),
]

DISK_MIB = 24
BACK_WITHIN_S = 5.0


class SmallDisk(Site):
    """A site whose store is on a disk that can be filled."""

    def open(self) -> "SmallDisk":
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=0700", "keycabinet", self.disk], check=True
        )
        file = self.folder / "cabinet.toml"
        file.write_text(file.read_text().replace('path = "cabinet.db"', 'path = "disk/cabinet.db"'))
        super().open()
        return self

    def close(self) -> None:
        for name in list(self.running)[::-1]:
            self.end(name)
        subprocess.run(["umount", "-l", self.disk], check=True)
        super().close()

    def fill(self) -> None:
        """Not a byte is left."""
        filler = os.open(self.disk / "filler", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        try:
            while os.write(filler, bytes(4096)):
                pass
        except OSError:
            pass
        finally:
            os.close(filler)

    def make_room(self) -> None:
        (self.disk / "filler").unlink()

    def health(self) -> dict[str, str]:
        return {ill["part"]: ill["fault"] for ill in self.command("status", "--json")["health"]}


@contextmanager
def a_small_disk() -> Iterator[tuple[SmallDisk, Ear]]:
    with Broker() as broker, SmallDisk(broker.port, pulse_ms="150", rest_ms="300") as site, Ear(broker) as ear:
        site.start("mqtt")
        ear.wait_for_rows(1)
        yield site, ear


@pytest.mark.timeout(120)
def test_on_a_full_disk_returns_and_alarms_go_on_and_on_a_fuller_one_nothing_is_lost() -> None:
    with a_small_disk() as (site, ear):
        sim = site.simulator
        site.log_in("1042")
        site.take(3)
        sim.press("**")
        reserve = Path(site.disk / "cabinet.db.reserve")
        assert reserve.stat().st_size == 4 << 20

        # full: the reserve is given up
        site.fill()
        sim.press("1042#000000#")
        site.wait_for_row("space.gone")
        assert not reserve.exists()
        assert site.health() == {"store": "disk_full"}
        ear.wait(lambda: ear.last("alarms/storage/store"), "the alarm at the broker")
        site.log_in("1042")
        sim.press("4#")
        site.wait_for_row("release.refused", slot=4, reason="storage")
        sim.press("**")
        sim.insert(3)
        site.wait_for_row("ring.returned", slot=3)
        sim.door("close")
        sim.wait_for_text("TYPE YOUR CODE")

        # fuller: whoever filled the disk takes the reserve as well, and the log of SQLite has no room to grow
        site.fill()
        wait_until(lambda: _fails(site), 20, "a store that takes nothing more")
        sim.wait_for_text("OUT OF SERVICE")
        mark = sim.mark()
        sim.press(f"1042#{site.pins['1042']}#4#")
        sim.door("force")
        sim.pull(5, force=True)
        site.make_room()
        wait_until(lambda: site.health() == {}, BACK_WITHIN_S, "recovery by itself")

        # afterwards: what happened meanwhile is known, what was typed meanwhile opens nothing
        site.wait_for_row("ring.missing", slot=5)
        site.wait_for_row("door.forced")
        assert [row["slot"] for row in sim.journal("coil_on", since=mark)] == []
        assert reserve.exists()
        sim.insert(5)
        site.wait_for_row("ring.found", slot=5)
        sim.door("close")
        head = site.command("status", "--json")["head"]["seq"]
        ear.wait_for_rows(*range(1, head + 1))
        wait_until(lambda: not site.command("status", "--json")["alarms"], 5, "the end of every alarm")
        sim.wait_for_text("TYPE YOUR CODE")
        site.log_in("1042")
        site.take(4)
        for name in ("mqtt", "core"):
            site.end(name)
        assert site.run("ledger", "verify").returncode == 0


def _fails(site: SmallDisk) -> bool:
    """Make it record something; whether it cannot any more."""
    site.fill()
    site.simulator.press("1042#000000#")
    answers = ("NOT ACCEPTED", "OUT OF SERVICE")
    wait_until(lambda: any(text in site.simulator.text() for text in answers), 5, "an answer")
    site.simulator.press("*")
    return site.health().get("store") == "store_failed"
