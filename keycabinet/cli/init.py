"""``keycabinet init``: the first act at a new cabinet, with the core down. Makes exactly one administrator."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keycabinet.cli.check import AsJson, ConfigOption
from keycabinet.errors import ConfigError, KeycabinetError, StoreError

if TYPE_CHECKING:
    from keycabinet.config import Config
    from keycabinet.credentials import Params
    from keycabinet.domain.people import Person, Pin


def init(
    code: Annotated[str, typer.Option("--code", help="User code of the administrator: 1 to 8 digits.")],
    name: Annotated[str, typer.Option("--name", help="Name of the administrator.")],
    config: ConfigOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Stamp the store: it is refused by real hardware.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make pepper, store and one security electronics administrator, whose PIN is shown once.

    What the hash of a PIN costs is measured here; a store for a demonstration gets the least.
    """
    from keycabinet.config import load_in_its_folder, locate

    try:
        found = load_in_its_folder(locate(config))
        pin, cost = make_cabinet(found, _administrator(code, name), demo=demo)
    except KeycabinetError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        told = {"code": code, "name": name, "pin": pin.digits, "hash_cost": str(cost)}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _show(found, (code, name, pin), cost)


def make_cabinet(config: "Config", administrator: "Person", *, demo: bool) -> "tuple[Pin, Params]":
    """Make the store with this person and nobody else; the person's PIN, and what a hash costs.

    Raises KeycabinetError, and leaves nothing.
    """
    from keycabinet.calibration import calibrated
    from keycabinet.credentials import FLOOR, argon2id, draw_pin

    if config.store.path.exists():
        raise ConfigError(
            f"there is a store at {config.store.path} already, and init never overwrites one: enrol people with "
            "`keycabinet import`, or stop the core and move the store away to start anew"
        )
    if _answers(config.control.socket):
        raise ConfigError(f"a core is running on {config.control.socket}: stop it first")
    pin = draw_pin(config.keypad.pin_digits)
    cost = FLOOR if demo else calibrated(argon2id, time.perf_counter_ns)
    with _pepper(config), _workshop(config.store.path) as unfinished:
        _fill(config, unfinished, (administrator, pin), cost, demo=demo)
        _publish(unfinished, config.store.path)
    return pin, cost


def _fill(config: "Config", store_path: Path, first: "tuple[Person, Pin]", cost: "Params", *, demo: bool) -> None:
    from keycabinet.clock import SystemClock, boot_id
    from keycabinet.credentials import Hasher, load_pepper
    from keycabinet.domain.books import Books
    from keycabinet.domain.entries import PinIssued
    from keycabinet.issuing import Issuer
    from keycabinet.store import Change, Enrolment, Store
    from keycabinet.store.upgrade import create

    now, (administrator, pin) = SystemClock().now(), first
    enrolment = Enrolment.of(administrator)
    issuer = Issuer(Hasher(load_pepper(config.store.pepper), cost), config.keypad.pins(), lambda: now.utc)
    credential = issuer.issue(administrator.id, pin)
    entries = (enrolment.entry(), PinIssued(administrator.id))
    create(store_path, demo=demo, at=now.utc, cost=cost)
    with Store.open(store_path, boot_id()) as store:
        store.commit(Change(entries, Books(), Books(), people=(enrolment,), credentials=(credential,)), now)


def _administrator(code: str, name: str) -> "Person":
    import secrets

    from keycabinet.domain.people import Person, PersonClass, Role

    if not (code.isascii() and code.isdecimal() and len(code) <= 8):
        raise ConfigError(f"--code: {json.dumps(code)} found, expected 1 to 8 digits")
    if not (name.strip() and name.isprintable() and len(name) <= 60):
        raise ConfigError(f"--name: {json.dumps(name)} found, expected 1 to 60 characters on one line")
    role = Role.SECURITY_ELECTRONICS_ADMINISTRATOR
    return Person(secrets.token_hex(8), code, name.strip(), PersonClass.MERIT, role)


@contextmanager
def _pepper(config: "Config") -> Iterator[None]:
    """A pepper that was there stays; one that is made here goes if no store comes of it."""
    from keycabinet.credentials import make_pepper

    pepper = config.store.pepper
    made = not pepper.exists()
    if made:
        make_pepper(pepper)
    try:
        yield
    finally:
        if made and not config.store.path.exists():
            pepper.unlink()


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A place beside the store, to make it whole before it appears; a power cut leaves no half store."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".keycabinet-init-", dir=path.parent))
    except OSError as error:
        raise StoreError(f"a store cannot be made in {path.parent}: {error.strerror}") from error
    try:
        yield folder / path.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(unfinished: Path, path: Path) -> None:
    """Give the closed store its name, unless somebody else has taken it meanwhile."""
    try:
        path.hardlink_to(unfinished)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise StoreError(f"a store cannot be made at {path}: {error.strerror}") from error


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except OSError:
            return False
        return True


def _show(config: "Config", first: "tuple[str, str, Pin]", cost: "Params") -> None:
    code, name, pin = first
    told = (
        f"{name} is the security electronics administrator of {config.cabinet.title}.\n"
        f"user code  {code}\n"
        f"PIN        {pin.digits}\n"
        "The PIN is shown this once, and kept nowhere: note it now.\n"
        f"PINs are hashed by {cost.in_words}: measured on this machine, and kept with the store."
    )
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    console = Console(highlight=False)
    if console.is_terminal:
        console.print(Panel(Text(told), expand=False))
    else:
        typer.echo(told)
