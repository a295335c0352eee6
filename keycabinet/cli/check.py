"""``keycabinet check``: is the configuration right, what is wired to what, and what can the cabinet know?"""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keycabinet.cli.knowledge import Knowledge, knowledge

if TYPE_CHECKING:
    from keycabinet.config import Config
    from keycabinet.errors import ConfigError

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="cabinet.toml; else KEYCABINET_CONFIG, else /etc/keycabinet.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@dataclass(frozen=True)
class Sheet:
    """A table to print."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def check(config: ConfigOption = None, as_json: AsJson = False) -> None:
    """Validate the configuration, and show what is wired to what and what each slot can know."""
    from keycabinet.config import load_in_its_folder, locate
    from keycabinet.errors import ConfigError

    try:
        found = load_in_its_folder(locate(config))
        for consumer in found.mqtt.consumers if found.mqtt else ():
            consumer.key()
    except ConfigError as error:
        _tell(error, as_json=as_json)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(described(found), ensure_ascii=False))
    else:
        _show(found)


def described(config: "Config") -> dict[str, Any]:
    """The configuration as JSON has it."""
    return {
        "ok": True,
        "file": str(config.file),
        "cabinet": config.cabinet.model_dump(),
        "devices": [
            {
                "name": device.name,
                "driver": device.driver,
                "hardware": device.wiring.hardware,
                "wires": [asdict(wire) for wire in device.wiring.wires],
            }
            for device in config.devices.values()
        ],
        "slots": [{"slot": slot, **asdict(known)} for slot, known in _known(config).items()],
        "notes": [*notes(config), *of_the_store(config.store.path)],
    }


def notes(config: "Config") -> list[str]:
    """What is allowed, and good to know."""
    wirings = [device.wiring for device in config.devices.values()]
    mqtt = config.mqtt
    found = {
        "there is no door: whoever stands before the cabinet can touch every ring": not config.layout().door_latch,
        "there is no sounder: alarms are seen and not heard": not any(each.sounder for each in wirings),
        "there is no touch probe: a return starts with a user code": not any(each.readers for each in wirings),
        "there is no [mqtt] table: nobody elsewhere hears of an alarm": mqtt is None,
        "MQTT 3.1.1: the broker cannot say that its ACL refused a message": mqtt and mqtt.protocol == "3.1.1",
        "there are no [[mqtt.consumers]]: an alarm may be published, but nobody confirms it": mqtt
        and not mqtt.consumers,
        "no [[mqtt.consumers]] with sealed = true: nobody confirms an alarm of duress": mqtt
        and mqtt.consumers
        and config.control.sealed_to_mqtt != "none"
        and not any(each.sealed for each in mqtt.consumers),
        "MQTT without TLS: whoever is on the network can read it": mqtt and mqtt.tls is None and not _local(mqtt.host),
    }
    return [told for told, holds in found.items() if holds]


def of_the_store(path: Path) -> list[str]:
    """What a store that is there says of itself: how PINs are hashed."""
    from keycabinet.errors import KeycabinetError

    try:
        if not path.exists():
            return []
        from keycabinet.store import Reader

        with Reader.open(path) as reader:
            return [f"PINs are hashed by {reader.hash_cost().in_words}, as `keycabinet init` found it right"]
    except (KeycabinetError, OSError) as error:
        return [f"how PINs are hashed is not known: {error}"]


def _local(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _known(config: "Config") -> dict[int, Knowledge]:
    layout = config.layout()
    return {slot: knowledge(layout, slot) for slot in sorted(layout.latches)}


def _tell(error: "ConfigError", *, as_json: bool) -> None:
    from keycabinet.config import FaultsFound

    if as_json:
        faults = [asdict(fault) for fault in error.faults] if isinstance(error, FaultsFound) else []
        typer.echo(json.dumps({"ok": False, "faults": faults}, ensure_ascii=False))
    typer.echo(str(error), err=True)


def _show(config: "Config") -> None:
    from rich.console import Console

    console = Console(highlight=False)
    cabinet = config.cabinet
    console.print(
        f"{config.file} is right: cabinet {cabinet.id}, {cabinet.title}, {cabinet.slots} slots, {cabinet.timezone}",
        markup=False,
        soft_wrap=True,
    )
    sheets = (_wires(config), _grouped(config))
    for sheet in sheets:
        console.print()
        if console.is_terminal:
            _print_rich(console, sheet)
        else:
            _print_plain(sheet)
    all_notes = (*notes(config), *of_the_store(config.store.path))
    for note in ("Whether the keys are still on a ring, no slot can know: the tag is not the keys.", *all_notes):
        console.print(f"note: {note}", markup=False, soft_wrap=True)


def _wires(config: "Config") -> Sheet:
    rows = [
        (wire.what, wire.where, wire.note, f"{device.name} ({device.driver})")
        for device in config.devices.values()
        for wire in device.wiring.wires
    ]
    return Sheet("What is wired to what", ("what", "where", "note", "device"), tuple(rows))


def _grouped(config: "Config") -> Sheet:
    """One row for all slots that know the same."""
    alike: dict[Knowledge, list[int]] = {}
    for slot, known in _known(config).items():
        alike.setdefault(known, []).append(slot)
    rows = [
        (_numbers(slots), mark, told)
        for known, slots in alike.items()
        for mark, lines in (("knows", known.knows), ("cannot know", known.cannot))
        for told in lines
    ]
    return Sheet("What the slots can know", ("slots", "", "of what is in them"), tuple(rows))


def _numbers(slots: list[int]) -> str:
    if len(slots) > 1 and slots == list(range(slots[0], slots[-1] + 1)):
        return f"{slots[0]}-{slots[-1]}"
    return ", ".join(map(str, slots))


def _print_rich(console: Any, sheet: Sheet) -> None:  # noqa: ANN401 - rich is imported when it is needed
    from rich.table import Table
    from rich.text import Text

    table = Table(*sheet.columns, title=sheet.title, title_justify="left")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_plain(sheet: Sheet) -> None:
    widths = [max(map(len, column)) for column in zip(sheet.columns, *sheet.rows, strict=True)]
    typer.echo(f"# {sheet.title}")
    for row in (sheet.columns, *sheet.rows):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
