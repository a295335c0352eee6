"""``make bench``: what the core costs, beside what the same machine needs for the bare work in the same run.

Latency: from the moment that the last byte of the releasing key is due on the wire (the simulator's lateness counts
against us) to the coil's edge in the simulator's journal. Floor: one commit of the same row by the same store, and one
write to a pin until the journal has it. Own time is the difference.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import psutil
from gpiozero import DigitalOutputDevice
from rich.console import Console
from rich.table import Table

from firmware_sim.ledger_client import ask
from firmware_sim.pin_factory import SimFactory
from keycabinet.clock import SystemClock, boot_id
from keycabinet.credentials import Hasher
from keycabinet.domain.books import Books
from keycabinet.domain.entries import LoginGranted
from keycabinet.domain.people import Person, PersonClass, Pin
from keycabinet.store import Change, Enrolment, Store
from keycabinet.store.upgrade import create
from tests.bench import decisions, rights
from tests.broker import Broker
from tests.e2e.site import CABINET, Site
from tests.simulator import Simulator, wait_until

RELEASES = 300
KEY_FRAME_NS = 7 * 10 * 1_000_000_000 // 19200
CORE_LIBRARIES = "sqlalchemy, pydantic, structlog, argon2, serial, gpiozero, typer, zoneinfo"
MQTT_LIBRARIES = "paho.mqtt.client, pydantic, structlog, typer"


@dataclass(frozen=True)
class Spread:
    """The middle and the tail of a measurement, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, samples_ns: Iterable[float]) -> "Spread":
        cuts = quantiles([each / 1e6 for each in samples_ns], n=100, method="inclusive")
        return cls(cuts[49], cuts[98])


def releases(site: Site) -> Spread:
    """Somebody asks for slots 1-5 in turn, gives each back, and the rings are pushed home."""
    site.log_in("1042")
    simulator, samples = site.simulator, []
    for number in range(RELEASES):
        slot = number % 5 + 1
        start = simulator.mark()
        simulator.press(f"{slot}#")
        edge = simulator.wait_for("coil_on", slot=slot, since=start)
        key = simulator.wait_for("key_pressed", key="#", since=start)
        samples.append(edge["monotonic_ns"] - key["monotonic_ns"] - KEY_FRAME_NS)
        simulator.wait_for("coil_off", slot=slot, since=start)
        if number == 0:
            simulator.door("open")
        simulator.press("*")
        simulator.push(slot)
        simulator.wait_for_text("WHICH SLOT?")
        wait_until(lambda: simulator.status()["bolts"] == "home")
    return Spread.of(samples)


def commits(folder: Path) -> Spread:
    """One row by the same store on the same disk."""
    create(folder / "floor.db", demo=True, at=datetime.now(UTC))
    clock, person = SystemClock(), Enrolment.of(Person("p", "1", "P", PersonClass.MERIT))
    samples = []
    with Store.open(folder / "floor.db", boot_id()) as store:
        store.commit(Change((person.entry(),), Books(), Books(), people=(person,)), clock.now())
        for _ in range(RELEASES):
            before = time.perf_counter_ns()
            store.commit(Change((LoginGranted("p"),), Books(), Books()), clock.now())
            samples.append(time.perf_counter_ns() - before)
    return Spread.of(samples)


def pin_writes() -> Spread:
    """One write to a lamp's pin until the journal of the simulator has it."""
    samples = []
    with Simulator(CABINET, rings=[]) as simulator:
        factory = SimFactory(address=simulator.path("pins.sock"))
        with DigitalOutputDevice(14, pin_factory=factory) as lamp:
            for number in range(RELEASES):
                start, before = simulator.mark(), time.monotonic_ns()
                lamp.value = number % 2 == 0
                kind = "lamp_on" if number % 2 == 0 else "lamp_off"
                samples.append(simulator.wait_for(kind, since=start)["monotonic_ns"] - before)
        factory.close()
    return Spread.of(samples)


def hashes() -> Spread:
    """One comparison of a PIN."""
    hasher, samples = Hasher(b"p" * 32), []
    credential = hasher.issue("p", Pin("123456"))
    for _ in range(50):
        before = time.perf_counter_ns()
        hasher.check(credential, Pin("654321"))
        samples.append(time.perf_counter_ns() - before)
    return Spread.of(samples)


def bare_import(libraries: str) -> tuple[float, float]:
    """Seconds and MiB of a Python that imports the same libraries and nothing of ours."""
    code = f"import {libraries}, os, sys; sys.stdout.write('ready\\n'); sys.stdout.flush(); sys.stdin.read()"
    before = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        took = time.monotonic() - before
        return took, mebibytes(process.pid)


def mebibytes(pid: int) -> float:
    """Resident memory."""
    return psutil.Process(pid).memory_info().rss / 2**20


def main() -> None:
    console = Console()
    with (
        console.status("measuring; about two minutes ..."),
        Broker() as broker,
        tempfile.TemporaryDirectory() as folder,
    ):
        with Site(broker.port, pulse_ms="50", pause_ms="100", rest_ms="100") as site:
            measured = releases(site)
            site.end("core")
            before = time.monotonic()
            site.start_core()
            ready_s, core_mib = time.monotonic() - before, mebibytes(site.running["core"].pid)
            site.start("mqtt")
            wait_until(lambda: ask(site.folder, "cursor.get", name="mqtt")["seq"] > RELEASES, 30, "the publisher")
            mqtt_mib = mebibytes(site.running["mqtt"].pid)
        commit, pin, pin_check = commits(Path(folder)), pin_writes(), hashes()
        core_bare, mqtt_bare = bare_import(CORE_LIBRARIES), bare_import(MQTT_LIBRARIES)
    latency = Table("ms", "p50", "p99", title="From the releasing key to the coil", title_justify="left")
    own = Spread(measured.p50 - commit.p50 - pin.p50, measured.p99 - commit.p50 - pin.p50)
    for name, spread in (
        (f"key to coil edge, {RELEASES} releases", measured),
        ("floor: one commit", commit),
        ("floor: one pin write", pin),
        ("own time (less the floors' p50)", own),
        ("beside it: one PIN comparison, at log-in", pin_check),
    ):
        latency.add_row(name, f"{spread.p50:.2f}", f"{spread.p99:.2f}")
    console.print(latency)
    console.print(f"ratio to the floor at p50: {measured.p50 / (commit.p50 + pin.p50):.1f}")
    processes = Table(
        "process", "start s", "MiB", "bare import s", "bare MiB", title="Start and memory", title_justify="left"
    )
    processes.add_row(
        "core, to ready", f"{ready_s:.2f}", f"{core_mib:.0f}", f"{core_bare[0]:.2f}", f"{core_bare[1]:.0f}"
    )
    processes.add_row("mqtt", "", f"{mqtt_mib:.0f}", f"{mqtt_bare[0]:.2f}", f"{mqtt_bare[1]:.0f}")
    console.print(processes)
    for line in (*rights.report(), *decisions.report(decisions.SHORT)):
        console.print(line, highlight=False)


if __name__ == "__main__":
    main()
