"""``keycabinet-sim demo``: a whole cabinet for a newcomer, fresh each time, and nothing left of it afterwards.

The processes are those of a real site: the core and the publisher are started by their own commands and know nothing of
this. People, rings and PINs are of the sample site; the store is stamped, and no core with real locks accepts it.
"""

import csv
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from firmware_sim.client import Client, NotRunning
from firmware_sim.ledger_client import CoreSilent, ask

SAMPLE = Path(__file__).parent / "sample"
STAMP = "a demonstration of keycabinet: safe to delete\n"
ADMINISTRATOR = ("1000", "Robin Ferrante")
NEWCOMER = "1003"
"""Who types in the example: may take a ring that is due after a minute."""
START_WITHIN_S = 30.0
STOP_WITHIN_S = 8.0
KEYCABINET = [str(Path(sys.executable).parent / "keycabinet")]


class DemoFailed(Exception):  # noqa: N818 - said to a person
    """The demonstration cannot go on; the message says which part of it broke and what it said."""


@dataclass(frozen=True)
class Card:
    """What a newcomer needs: who there is, with codes and PINs, and where things are."""

    folder: Path
    people: list[dict[str, str]]
    broker_port: int
    site: "Site"


@contextmanager
def demo(folder: Path) -> Iterator[Card]:
    """A running site in this folder; stopped and removed at the end. Raises DemoFailed."""
    _make_room(folder)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port = _free_port()
        _configure(folder, port)
        site = Site(folder, stack)
        site.start("broker", [sys.executable, "-m", "firmware_sim.broker", str(port)])
        rings = SAMPLE / "rings.csv"
        simulate = [sys.executable, "-m", "firmware_sim.cli", "run", "--config", "cabinet.toml", "--rings", str(rings)]
        site.start("simulator", simulate)
        code, name = ADMINISTRATOR
        administrator = site.command("init", "--demo", "--json", "--code", code, "--name", name)
        site.await_("the simulator", lambda: _answers(folder))
        site.start("core", [*KEYCABINET, "-c", "cabinet.toml", "core"])
        site.await_("the core", lambda: _is_ready(folder))
        people = _enrol(site, administrator)
        site.start("mqtt", [*KEYCABINET, "-c", "cabinet.toml", "mqtt"])
        site.await_("the broker's first message", lambda: _has_published(folder))
        _write_card(folder, people)
        yield Card(folder, people, port, site)


class Site:
    """The processes of a demonstration, each with its log in the folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "log").mkdir()

    def start(self, name: str, command: list[str]) -> None:
        """Start a process in the folder; it is ended, last first, with the demonstration."""
        log = self._stack.enter_context((self._folder / "log" / f"{name}.log").open("wb"))
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        self._running[name] = process
        self._stack.callback(_end, process)

    def command(self, *words: str, stdin: str = "") -> Any:  # noqa: ANN401 - JSON
        """The JSON answer of one ``keycabinet`` command. Raises DemoFailed with what it said instead."""
        return json.loads(self.output(*words, stdin=stdin))

    def output(self, *words: str, stdin: str = "") -> str:
        """What one ``keycabinet`` command says. Raises DemoFailed with what it said instead."""
        done = subprocess.run(  # noqa: S603 - our own program
            [*KEYCABINET, "-c", "cabinet.toml", *words], cwd=self._folder, input=stdin, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise DemoFailed(f"`keycabinet {words[0]}` failed:\n{done.stderr.strip()}")
        return done.stdout

    def await_(self, what: str, so: Callable[[], bool]) -> None:
        """Wait until it is so. Raises DemoFailed when it takes too long or a process has died."""
        deadline = time.monotonic() + START_WITHIN_S
        while not so():
            self.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"{what} is not there after {START_WITHIN_S:.0f} s; see {self._folder / 'log'}")
            time.sleep(0.05)

    def watch(self) -> None:
        """Return never. Raises DemoFailed when a process has died."""
        while True:
            self.check()
            time.sleep(0.5)

    def check(self) -> None:
        """Raises DemoFailed with the end of its log when a process has died."""
        for name, process in self._running.items():
            if process.poll() is not None:
                log = (self._folder / "log" / f"{name}.log").read_text(errors="replace")
                raise DemoFailed(f"the {name} has ended ({process.returncode}):\n" + "\n".join(log.splitlines()[-15:]))


def show(card: Card, console: Console) -> None:
    """Print who there is, with codes and PINs, and what to try."""
    table = Table("user code", "PIN", "who", "may take", title="Sample people")
    slots = _slots_of_people()
    for each in card.people:
        table.add_row(each["code"], each["pin"], each["name"], slots.get(each["code"], "no ring"))
    console.print(table)
    hand, cabinet = f"{_program('keycabinet-sim')}{_folder_option(card)}", _program("keycabinet")
    first = next(each for each in card.people if each["code"] == NEWCOMER)
    console.print("Three commands to try, in another terminal:")
    for command, what in (
        (f"{hand} press {first['code']}#{first['pin']}#", f"{first['name']} types the user code and the PIN"),
        (f"{hand} status", "the cabinet: what the display shows, the door, the slots"),
        (f"{cabinet} -c {card.folder}/cabinet.toml status", "what the watch commander sees"),
    ):
        console.print(f"  [bold]{command}[/]", soft_wrap=True, highlight=False)
        console.print(f"      [dim]{what}[/]", soft_wrap=True, highlight=False)
    console.print("The README's first walk goes on from there: take a ring, overstay, put it back.")
    console.print(f"MQTT is on 127.0.0.1 port {card.broker_port}, topics keycabinet/#. Ctrl-C ends everything.")


def _make_room(folder: Path) -> None:
    stamp = folder / "demo"
    if folder.exists() and any(folder.iterdir()):
        if not stamp.exists() or stamp.read_text() != STAMP:
            raise DemoFailed(f"{folder} is not empty and no demonstration made it: name another folder with -d")
        if _answers(folder):
            raise DemoFailed(f"a demonstration runs in {folder} already; end it with Ctrl-C, or name another with -d")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp.write_text(STAMP)


def _configure(folder: Path, port: int) -> None:
    text = (SAMPLE / "cabinet.toml").read_text()
    text = re.sub(r"(?m)^port = 1883\b", f"port = {port}", text)
    text = re.sub(r'(?m)^protocol = "5"', 'protocol = "3.1.1"', text)
    (folder / "cabinet.toml").write_text(text)


def _enrol(site: Site, administrator: dict[str, str]) -> list[dict[str, str]]:
    credentials = f"{administrator['code']}\n{administrator['pin']}\n"
    site.command("import", str(SAMPLE), "--json", "--credentials-stdin", stdin=credentials)
    slips = site.output("pin", "issue", "--missing", "--json", "--credentials-stdin", stdin=credentials)
    return [administrator, *map(json.loads, slips.splitlines())]


def _slots_of_people() -> dict[str, str]:
    """User code -> the slots that the rights of the sample open, for the card; the cabinet has its own idea of it."""
    people, rings, rights = (_rows(name) for name in ("people", "rings", "rights"))
    opened = {
        each["code"]: {right["ring_group"] for right in rights if right["people_group"] in each["groups"].split(";")}
        for each in people
        if each["suspended"] != "yes"
    }
    slots = {
        code: [ring["home_slot"] for ring in rings if groups & set(ring["groups"].split(";"))]
        for code, groups in opened.items()
    }
    return {code: "slot " + ", ".join(found) for code, found in slots.items() if found}


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_card(folder: Path, people: list[dict[str, str]]) -> None:
    """For scenarios, which call people by their last name."""
    card = {each["name"].split()[-1]: {"code": each["code"], "pin": each["pin"]} for each in people}
    file = folder / "card.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"people": card}))


def _answers(folder: Path) -> bool:
    try:
        with Client(folder):
            return True
    except NotRunning:
        return False


def _is_ready(folder: Path) -> bool:
    try:
        return bool(ask(folder, "status")["ready"])
    except CoreSilent:
        return False


def _has_published(folder: Path) -> bool:
    try:
        return bool(ask(folder, "cursor.get", name="mqtt")["seq"])
    except CoreSilent:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _program(name: str) -> str:
    """How to call a program of this installation from here."""
    path = Path(sys.executable).parent / name
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _folder_option(card: Card) -> str:
    return "" if card.folder == Path(".run") else f" -d {card.folder}"
