"""``keycabinet-sim``: stands in for a cabinet, and is the hand at it."""
# ruff: noqa: PLC0415 - a command imports what it needs when it needs it: `press` must be as quick as a finger

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from firmware_sim.client import Client, NotRunning, Refused

app = typer.Typer(help="The simulated key cabinet and the hand at it.", no_args_is_help=True, add_completion=False)

Folder = Annotated[
    Path, typer.Option("-d", "--dir", envvar="KEYCABINET_SIM_DIR", help="Folder of the running simulator.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Slot = Annotated[int, typer.Argument(help="Number of the slot.")]
RUN = Path(".run")


@app.command()
def run(
    config: Annotated[Path, typer.Option(help="The cabinet's configuration; the simulator works in its folder.")],
    rings: Annotated[Path | None, typer.Option(help="CSV with number, tag and home_slot of each ring.")] = None,
    seed: Annotated[int, typer.Option(help="Decides how the contacts bounce.")] = 1,
) -> None:
    """Simulate a cabinet until Ctrl-C."""
    from firmware_sim.plan import PlanError, read_plan
    from firmware_sim.stage import Stage

    rings = rings.resolve() if rings else None
    try:
        os.chdir(config.parent)
        stage = Stage(read_plan(Path(config.name), rings), seed, time.monotonic_ns())
        typer.echo(f"simulating {stage.plan.cabinet} in {Path.cwd()}; Ctrl-C ends it")
        stage.run()
    except (PlanError, OSError) as error:
        _end(str(error))


@app.command()
def demo(folder: Folder = RUN) -> None:
    """Run a whole cabinet with sample people, fresh each time, until Ctrl-C."""
    import signal

    from rich.console import Console

    from firmware_sim import demo as site

    for signum in (signal.SIGINT, signal.SIGTERM):  # also where a shell has started us with SIGINT ignored
        signal.signal(signum, signal.default_int_handler)
    console = Console()
    try:
        with ExitStack() as running:
            with console.status("starting the cabinet ..."):
                card = running.enter_context(site.demo(folder))
            site.show(card, console)
            card.site.watch()
    except KeyboardInterrupt:
        console.print("stopped; nothing is left running")
    except site.DemoFailed as error:
        _end(str(error))


@app.command()
def press(
    keys: Annotated[str, typer.Argument(help="Keys of the panel, as 1234#.")],
    folder: Folder = RUN,
    gap_ms: Annotated[int, typer.Option(help="From one key to the next.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Type keys at the panel."""
    _act(folder, as_json, "press", keys=keys, gap_ms=gap_ms)


@app.command()
def pull(
    slot: Slot,
    folder: Folder = RUN,
    force: Annotated[bool, typer.Option("--force", help="Tear it out past the bolt.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the ring out of a slot."""
    _act(folder, as_json, "pull", slot=slot, force=force)


@app.command()
def push(slot: Slot, folder: Folder = RUN, as_json: AsJson = False) -> None:
    """Press a presented ring home."""
    _act(folder, as_json, "push", slot=slot)


@app.command()
def insert(
    slot: Slot,
    what: Annotated[str | None, typer.Argument(help="Ring number or tag; else the ring pulled last.")] = None,
    folder: Folder = RUN,
    as_json: AsJson = False,
) -> None:
    """Put a ring or a foreign tag into a slot."""
    _act(folder, as_json, "insert", slot=slot, what=what)


@app.command()
def present(
    what: Annotated[str, typer.Argument(help="Ring number or tag.")],
    folder: Folder = RUN,
    reader: Annotated[str | None, typer.Option(help="Which reader, if there are several.")] = None,
    hold_ms: Annotated[int, typer.Option(help="For how long.")] = 800,
    as_json: AsJson = False,
) -> None:
    """Hold a ring or a tag to the touch probe."""
    _act(folder, as_json, "present", what=what, hold_ms=hold_ms, reader=reader)


@app.command()
def door(
    act: Annotated[str, typer.Argument(help="open, close or force.")], folder: Folder = RUN, as_json: AsJson = False
) -> None:
    """Open the door, close it, or force it."""
    _act(folder, as_json, "door", act=act)


@app.command()
def panel(
    act: Annotated[str, typer.Argument(help="reset: interrupt its power for a moment.")],
    folder: Folder = RUN,
    as_json: AsJson = False,
) -> None:
    """Interrupt the panel's power."""
    _act(folder, as_json, f"panel_{act}")


@app.command()
def fault(
    name: Annotated[str | None, typer.Argument(help="Which fault; without one, all are listed.")] = None,
    subject: Annotated[str, typer.Argument(help="Of which slot, line, bus or ring; then on or off.")] = "",
    state: Annotated[str | None, typer.Argument(help="on or off.")] = None,
    folder: Folder = RUN,
    as_json: AsJson = False,
) -> None:
    """Break something, or mend it: `fault stuck_bolt 3 on`."""
    if name is None:
        _list_faults(as_json)
        return
    if state is None:  # a fault of the whole cabinet has no subject
        subject, state = "", subject
    if state not in {"on", "off"}:
        _end(f"a fault is switched on or off, and not {state!r}")
    _act(folder, as_json, "fault", name=name, subject=subject, on=state == "on")


@app.command()
def status(folder: Folder = RUN, as_json: AsJson = False) -> None:
    """The whole cabinet at a glance."""
    from firmware_sim.view import show_status

    with _simulator(folder) as client:
        state = client.ask("status")
    if as_json:
        typer.echo(json.dumps(state, ensure_ascii=False))
    else:
        show_status(state)


@app.command()
def watch(
    folder: Folder = RUN,
    from_seq: Annotated[int | None, typer.Option("--from", help="Row to begin with; else the next one.")] = None,
    as_json: AsJson = False,
) -> None:
    """The journal as it happens, until Ctrl-C."""
    from firmware_sim.view import journal_line

    with _simulator(folder) as client:
        first = client.ask("status")["seq"] + 1 if from_seq is None else from_seq
        for row in client.watch(first):
            typer.echo(json.dumps(row, ensure_ascii=False) if as_json else journal_line(row))


@app.command()
def play(
    file: Annotated[Path, typer.Argument(help="A scenario: one sentence a line.")],
    folder: Folder = RUN,
    as_json: AsJson = False,
) -> None:
    """Play a scenario; exit status 1 when a sentence does not come true."""
    from firmware_sim.scenario import ScenarioError, read_scenario
    from firmware_sim.scenario import play as play_out
    from firmware_sim.view import ScenarioView

    try:
        scenario = read_scenario(file)
    except ScenarioError as error:
        _end(str(error))
    with _simulator(folder) as client:
        ok = play_out(scenario, client, folder, ScenarioView(as_json=as_json))
    sys.exit(0 if ok else 1)


@contextmanager
def _simulator(folder: Path) -> Iterator[Client]:
    try:
        with Client(folder) as client:
            yield client
    except (Refused, NotRunning) as error:
        _end(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _act(folder: Path, as_json: bool, command: str, **fields: Any) -> None:  # noqa: ANN401 - JSON
    with _simulator(folder) as client:
        answer = client.ask(command, **fields)
    if as_json:
        typer.echo(json.dumps(answer))


def _list_faults(as_json: bool) -> None:
    from firmware_sim.faults import FAULTS

    for kind in FAULTS.values():
        described = {"fault": kind.name, "of": kind.of, "summary": kind.summary}
        typer.echo(json.dumps(described) if as_json else f"{kind.name:<12} of a {kind.of}: {kind.summary}")


def _end(why: str) -> NoReturn:
    typer.echo(f"keycabinet-sim: {why}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    app()
