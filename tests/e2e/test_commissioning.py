"""The first day of a cabinet, on the simulator, by the commands that a technician types."""

import csv
import json
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any, Self

from tests.e2e.site import SAMPLE, Site
from tests.waiting import wait_until

TAGS = [row["tag"] for row in csv.DictReader((SAMPLE / "rings.csv").read_text().splitlines())][:3]


class NewSite(Site):
    """A store with three rings that have no tags yet; the rings lie on the table."""

    def write_rings(self, due: str) -> None:
        """Rings 1 to 3, without tags: for the core; the simulator is told which tag is on which ring."""
        rows = [f"{number},Ring {number},security,,{number},unit,{due},3," for number in (1, 2, 3)]
        header = "number,name,category,tag,home_slot,groups,due,keys,seal\n"
        (self.folder / "bare.csv").write_text(header + "\n".join(rows) + "\n")
        on_the_table = [f"{number},{tag}," for number, tag in enumerate(TAGS, start=1)]
        (self.folder / "rings.csv").write_text("\n".join(["number,tag,home_slot", *on_the_table]) + "\n")

    def open(self) -> Self:
        self.simulator.start()
        answer = self.command("init", "--demo", "--json", "--code", "1000", "--name", "Okafor, Robin")
        self.pins[answer["code"]] = answer["pin"]
        self.start_core()
        self.import_people("--people=people.csv", "--rings=bare.csv", "--rights=rights.csv")
        return self

    @property
    def robin(self) -> str:
        return f"1000\n{self.pins['1000']}\n"

    def act(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command with the administrator behind it."""
        return self.run(*words, "--credentials-stdin", stdin=self.robin)

    def meanwhile(self, *words: str) -> Callable[[], "subprocess.CompletedProcess[str]"]:
        """The same, while somebody is at the cabinet; call for its end."""
        ended: list[subprocess.CompletedProcess[str]] = []
        running = threading.Thread(target=lambda: ended.append(self.act(*words)))
        running.start()

        def end() -> "subprocess.CompletedProcess[str]":
            running.join(60)
            return ended[0]

        return end

    def learn(self, ring: int, slot: int, what: int) -> "subprocess.CompletedProcess[str]":
        """Have a ring learned, and put this ring into this slot as soon as the cabinet asks for it."""
        answer = self.meanwhile("commission", "learn", str(ring), "--within", "30")
        waiting = {"ring": str(ring), "state": "waiting", "slot": None, "why": None}
        wait_until(lambda: self.standing()["learning"] == waiting, 20, f"the wait for ring {ring}")
        self.simulator.wait_for_text("PUT ONE RING IN")
        self.simulator.insert(slot, what)
        return answer()

    def standing(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.act("commission", "status", "--json").stdout)
        return found


def test_a_cabinet_is_commissioned_and_then_a_ring_is_taken() -> None:
    with NewSite() as site:
        world = site.simulator
        assert site.act("commission", "begin").returncode == 0
        world.wait_for_text("NO RING IS RELEASED")
        world.door("open")

        for number in (1, 2):
            done = site.learn(number, number, number)
            assert done.stdout == f"Ring {number} is learned, its home is slot {number}.\n", done.stderr
        done = site.learn(3, 5, 3)
        assert done.stdout == "Ring 3 is learned, its home is slot 5.\n", done.stderr
        assert site.standing()["seen"] == {"1": "1", "2": "2", "5": "3"}

        world.fault("stuck_bolt", 7)
        testing = site.meanwhile("commission", "test", "--json", "1", "6", "7")
        world.wait_for("bolt_drawn", slot=1, within=20)
        wait_until(lambda: world.slot(1)["lamp"] == "on", 5, "the lamp of slot 1")
        world.wait_for("coil_off", slot=1)
        world.push(1)
        found = {each["slot"]: each for each in json.loads(testing().stdout)}
        assert {slot: each["outcome"] for slot, each in found.items()} == {1: "ok", 6: "ok", 7: "bolt_stuck"}
        assert (found[1]["contact"], found[6]["contact"], found[1]["ring"]) == ("closed", "open", "1")
        assert 0 < found[6]["bolt_ms"] <= found[6]["coil_ms"] + 500
        assert found[7]["bolt_ms"] is None
        assert site.act("slot", "out-of-service", "7", "--why", "bolt stuck").returncode == 0

        wrong = site.act("commission", "end", "--count", "4")
        assert wrong.returncode == 1
        assert "you counted 4, the cabinet sees 3: slot 1: ring 1;" in wrong.stderr
        assert "slot 5: ring 3;" in wrong.stderr
        world.door("close")
        assert site.act("commission", "end", "--count", "3").returncode == 0

        site.log_in("1042")
        site.take(5)
        site.wait_for_row("ring.taken", slot=5, evidence="tag_read")
        status = site.command("status", "--json")
        assert status["alarms"] == []
        assert {each["slot"]: each["lock"] for each in status["slots"]}[7] == "out_of_service"
        assert [row["type"] for row in site.ledger() if row["type"].startswith("commissioning")] == [
            "commissioning.begun",
            "commissioning.ended",
        ]
        site.end("core")
        compared = site.run("ledger", "rebuild", "--compare")
        assert compared.returncode == 0, compared.stdout + compared.stderr


def test_a_cabinet_that_is_killed_on_its_first_day_goes_on_where_it_was() -> None:
    with NewSite() as site:
        site.act("commission", "begin")
        site.simulator.wait_for_text("COMMISSIONING")
        site.simulator.door("open")
        site.learn(1, 1, 1)
        site.end("core", signal.SIGKILL)

        site.start_core()

        wait_until(lambda: site.standing()["since"] is not None, 10, "the mode")
        assert site.standing()["seen"] == {"1": "1"}
        assert site.command("status", "--json")["alarms"] == []
