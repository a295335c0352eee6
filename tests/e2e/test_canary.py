"""A PIN of twelve digits that is used, mistyped, changed and reset leaves no trace anywhere (law 10)."""

import base64
import json
import socket

import pytest

from firmware_sim.ledger_client import CoreSilent, ask
from tests.broker import Broker
from tests.e2e.site import Site
from tests.e2e.traces import traces
from tests.publisher.ear import Ear
from tests.waiting import wait_until

CODE = "1042"
MISTYPED, CHOSEN = "904817263594", "730284615937"


def change_pin(site: Site, old: str, new: str) -> None:
    simulator = site.simulator
    simulator.press(f"{CODE}#{old}#")
    simulator.wait_for_text("WHICH SLOT?")
    simulator.press(f"00#{new}#")
    simulator.wait_for_text("THE SAME PIN AGAIN", 10)
    simulator.press(f"{new}#")
    simulator.wait_for_text("PIN CHANGED")
    simulator.press("**")
    simulator.wait_for_text("TYPE YOUR CODE")


def mistype(site: Site, pin: str) -> None:
    site.simulator.press(f"{CODE}#{pin}#")
    site.simulator.wait_for_text("NOT ACCEPTED", 10)
    site.simulator.wait_for_text("TYPE YOUR CODE")


def say_odd_things(site: Site, pin: str) -> bytes:
    """Everything that the core says to requests that are wrong in every way and have a PIN in them."""
    heard = b""
    odd = (
        {"method": "login", "params": {"code": CODE, "pin": int(pin)}},
        {"method": "login", "params": {"code": CODE, "pin": pin * 2}},
        {"method": "login", "params": {"code": CODE, "pin": pin, "more": 1}},
        {"method": "login", "params": {"pin": pin}},
        {"method": "pin.reset", "params": {"token": pin, "code": "1077"}},
        {"method": "login", "params": [CODE, pin]},
    )
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(str(site.folder / "control.sock"))
        lines = link.makefile("rb")
        for request in odd:
            link.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, **request}).encode() + b"\n")
            heard += lines.readline()
    return heard


def reset(site: Site, slip: str) -> tuple[str, bytes]:
    """The administrator resets the PIN; the new one is on the slip alone. What the command said is the second."""
    words = ("pin", "reset", CODE, "--slip", slip, "--credentials-stdin")
    done = site.run(*words, stdin=f"1000\n{site.pins['1000']}\n")
    assert done.returncode == 0, done.stderr
    paper = site.folder / slip
    pin = next(line.split()[-1] for line in paper.read_text().splitlines() if line.startswith("PIN"))
    paper.unlink()
    return pin, (done.stdout + done.stderr).encode()


def everything_written(site: Site, ear: Ear) -> dict[str, bytes]:
    """All that the processes have left, but the journal of the simulator: that is the world's, not ours."""
    files = {file.name: file for file in site.folder.iterdir() if file.is_file() and file.name != "journal.jsonl"}
    written = {name: file.read_bytes() for name, file in files.items()}
    written["status"] = json.dumps(ask(site.folder, "status")).encode()
    written["the ledger as it is read"] = "\n".join(json.dumps(row) for row in site.ledger()).encode()
    written["the broker's messages"] = b"\n".join(each.topic.encode() + b" " + each.payload for each in ear.heard)
    exported = site.run("ledger", "export", "out.jsonl")
    written["what export says"] = (exported.stdout + exported.stderr).encode()
    written["out.jsonl"] = (site.folder / "out.jsonl").read_bytes()
    written["status, history and ledger at the command line"] = b"".join(
        site.run(*words).stdout.encode() for words in (("status",), ("ledger", "show"), ("history", "--person", CODE))
    )
    return written


@pytest.mark.timeout(180)
def test_a_pin_is_found_nowhere_in_any_form():
    with Broker() as broker, Ear(broker) as ear, Site(broker.port, pin_digits="12") as site:
        site.start("mqtt")
        first = site.pins[CODE]
        mistype(site, MISTYPED)
        change_pin(site, first, CHOSEN)
        said = {"refusals": say_odd_things(site, CHOSEN)}
        with pytest.raises(CoreSilent):
            ask(site.folder, "login", code=CODE, pin=MISTYPED)
        last, said["pin reset"] = reset(site, "slip.txt")
        site.pins[CODE] = last
        site.log_in(CODE)
        site.simulator.press("*")
        site.wait_for_row("session.ended", why="cancelled")
        head = ask(site.folder, "status")["head"]["seq"]
        wait_until(lambda: ask(site.folder, "cursor.get", name="mqtt")["seq"] >= head, 10, "the last row at the broker")

        written = everything_written(site, ear) | said
        pins = {"first": first, "mistyped": MISTYPED, "chosen": CHOSEN, "last": last}
        assert {"cabinet.db", "cabinet.db-wal", "core.log", "mqtt.log", "sim.log"} <= written.keys()
        assert b"pin.changed" in written["out.jsonl"]
        assert b"login.granted" in written["the broker's messages"]
        assert traces(pins, written) == []
        assert traces(pins, {"the journal": (site.folder / "journal.jsonl").read_bytes()}) != []


PIN = "904817263594"
LEAKS = {
    "text": f"pin={PIN}.",
    "utf-16": "\0".join(PIN),
    "hex": PIN.encode().hex(),
    "number in hex": f"{int(PIN):X}",
    "spaced hex": " ".join(f"{byte:02X}" for byte in PIN.encode()),
    "base64": base64.b64encode(f"code 1042 pin {PIN}".encode()).decode(),
    "base64, shifted": base64.b64encode(f"x{PIN}yz".encode()).decode(),
    "base64, shifted again": base64.b64encode(f"xy{PIN}z".encode()).decode(),
    "records": "\n".join(json.dumps({"seq": 40 + at, "key": digit}) for at, digit in enumerate(PIN)),
    "records with others between": "\n".join(f"key {digit}\nnothing" for digit in PIN),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_the_search_finds_every_form(leak: str):
    assert traces({"typed": PIN}, {"core.log": f"first line\n{leak}\nlast line".encode()}) != []


def test_the_search_finds_nothing_where_nothing_is():
    assert traces({"typed": PIN}, {"core.log": b"904817263593\n" * 20}) == []
