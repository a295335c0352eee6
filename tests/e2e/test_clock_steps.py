"""The clock of the system steps by ten years, both ways, under a core that runs and between two of them (libfaketime).

The monotonic clock goes on untouched. Every core starts on a Wednesday at noon, by the wall.
"""

import os
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.site import KEYCABINET, Site

ZONE = ZoneInfo("America/Chicago")
TEN_YEARS = timedelta(days=3653)
"""A Wednesday becomes a Tuesday."""
WEDNESDAYS = "name,mon,tue,wed,thu,fri,sat,sun,holiday\ndays" + ",closed" * 2 + ",all_day" + ",closed" * 5 + "\n"

pytestmark = pytest.mark.timeout(180)


class SteppedSite(Site):
    """A site whose core has a wall clock that can be set."""

    def __init__(self, due: str) -> None:
        super().__init__(due=due)
        self._offset = self.folder / "offset"
        (self.folder / "rights.csv").write_text("people_group,ring_group,schedule\nofficers,unit,days\n")
        (self.folder / "schedules.csv").write_text(WEDNESDAYS)
        self.noon = next_wednesday(datetime.now(UTC))
        self._base = self.noon - datetime.now(UTC)
        self.step(timedelta(0))

    def step(self, by: timedelta) -> None:
        """Set the wall clock so far from that Wednesday; in one move, as a core reads it at any time."""
        new = self._offset.with_suffix(".new")
        new.write_text(f"{(self._base + by).total_seconds():+.3f}\n")
        new.replace(self._offset)

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*KEYCABINET, name], cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **self._faked()}
            )

    def import_people(self, *files: str) -> None:
        super().import_people(*files, "--schedules=schedules.csv")

    def logged_in_year(self, year: int) -> bool:
        """Whether the core has seen this year on the wall."""
        return f'"timestamp": "{year}-' in self.log("core")

    def asks(self, slot: int, code: str = "1077") -> None:
        """Somebody logs in and asks for a slot, and cancels if it opens."""
        self.log_in(code)
        self.simulator.press(f"{slot}#")

    def gives_back(self, slot: int) -> None:
        """Somebody holds the ring of this slot to the probe and puts it in, without a log-in."""
        self.simulator.present(slot)
        self.simulator.wait_for("door_unlatched")
        self.simulator.door("open")
        self.simulator.insert(slot, slot)
        self.simulator.door("close")
        self.wait_for_row("ring.returned", slot=slot)

    def leaves(self) -> None:
        """Whoever is logged in ends it, and shuts the door if it is open."""
        self.simulator.press("**")
        if self.simulator.status()["door"] == "open":
            self.simulator.door("close")

    def count(self, row_type: str, **body: object) -> int:
        return sum(body.items() <= row["body"].items() for row in self.ledger(row_type))

    def proves_itself(self) -> None:
        """The chain is whole, time never goes back in it, and no coil had a pulse without a release."""
        rows = self.ledger()
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
        pulsed = [
            fact["slot"] for fact in self.simulator.journal() if fact["kind"] == "coil_on" and fact["slot"] != "door"
        ]
        intended = [row["body"]["slot"] for row in rows if row["type"] == "release.intended"]
        assert Counter(pulsed) <= Counter(intended)
        self.end("core")
        verified = self.run("ledger", "verify", "cabinet.db")
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def _faked(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def library() -> Path:
    """The library that stands before the clock. ``make test`` installs it."""
    found = list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    assert found, "there is no libfaketime: tests/need-debian faketime"
    return found[0]


def next_wednesday(now: datetime) -> datetime:
    """Noon of the next one that has not begun yet."""
    day = (now + timedelta(days=1)).astimezone(ZONE).date()
    return datetime.combine(day + timedelta(days=(2 - day.weekday()) % 7), datetime.min.time(), ZONE) + timedelta(
        hours=12
    )


@pytest.mark.parametrize("by", [TEN_YEARS, -TEN_YEARS], ids=["ahead", "back"])
def test_a_step_under_a_running_core_moves_no_due_time_and_no_right(by: timedelta) -> None:
    with SteppedSite(due="8s") as site:
        site.log_in("1042")
        site.take(1)
        site.leaves()
        taken = site.wait_for_row("ring.taken", slot=1)
        assert site.count("alarm.raised") == 0
        site.step(by)

        site.asks(2)
        granted = site.wait_for_row("release.intended", slot=2)
        site.leaves()
        raised = site.wait_for_row("alarm.raised", 15, kind="overdue")
        site.step(-by)
        site.gives_back(1)
        cleared = site.wait_for_row("alarm.cleared", kind="overdue")

        assert site.logged_in_year((site.noon + by).year)
        assert timedelta(0) <= at(raised) - datetime.fromisoformat(taken["body"]["due"]) < timedelta(seconds=5)
        assert all(site.noon <= at(row) < site.noon + timedelta(minutes=3) for row in (taken, granted, raised, cleared))
        assert site.count("alarm.raised", kind="overdue") == site.count("alarm.cleared", kind="overdue") == 1
        site.proves_itself()


def test_a_core_that_starts_ten_years_ahead_goes_by_that_and_never_back_again() -> None:
    with SteppedSite(due="8h") as site:
        site.log_in("1042")
        site.take(1)
        site.leaves()
        site.wait_for_row("ring.taken", slot=1)

        site.end("core")
        site.step(TEN_YEARS)
        site.start_core()
        site.wait_for_row("alarm.raised", kind="overdue")
        site.asks(2)
        site.wait_for_row("release.refused", slot=2, reason="out_of_hours")
        site.leaves()
        site.end("core")
        site.step(-TEN_YEARS)
        site.start_core()
        site.asks(3)
        refused = site.wait_for_row("release.refused", slot=3, reason="out_of_hours")
        site.leaves()
        site.gives_back(1)
        site.wait_for_row("alarm.cleared", kind="overdue")

        assert at(refused) > site.noon + TEN_YEARS
        assert not refused["clock_synced"]
        assert site.count("alarm.raised", kind="overdue") == site.count("alarm.cleared", kind="overdue") == 1
        assert site.count("release.intended") == 1
        site.proves_itself()


def at(row: dict) -> datetime:
    return datetime.fromisoformat(row["at"])
