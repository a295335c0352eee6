"""What the devices are wired to, taken together: it has to be a whole cabinet, and without contradiction."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from keycabinet.config.devices import ConfiguredDevice
from keycabinet.config.faults import Fault
from keycabinet.config.lines import Place
from keycabinet.config.source import Source
from keycabinet.ports import Wiring


@dataclass(frozen=True)
class Bench:
    """The devices whose tables are right, and the number of slots (None: unknown, its own fault was told)."""

    devices: tuple[ConfiguredDevice, ...]
    slots: int | None
    source: Source
    complete: bool
    """Whether these are all devices: otherwise nothing can be said to be missing."""


def contradictions(bench: Bench) -> Iterator[Fault]:
    """Everything that the devices claim twice, or beyond the cabinet, and everything that none of them has."""
    for of, what in _SLOT_PARTS:
        yield from _beyond(bench, of, what)
        yield from _claimed_twice(bench, of, what)
    yield from _named_twice(bench)
    if bench.complete:
        if bench.slots is not None:
            yield from _bare_slots(bench, frozenset(range(1, bench.slots + 1)))
        yield from _crowded(bench)
        yield from _panel(bench)
        yield from _door(bench)


def _bank_slots(wiring: Wiring) -> frozenset[int]:
    return frozenset().union(*wiring.banks.values())


_SLOT_PARTS: tuple[tuple[Callable[[Wiring], frozenset[int]], str], ...] = (
    (lambda wiring: wiring.latches, "latch"),
    (lambda wiring: wiring.contacts, "contact"),
    (lambda wiring: wiring.lights, "light"),
    (_bank_slots, "tag bus"),
)


def _beyond(bench: Bench, of: Callable[[Wiring], frozenset[int]], what: str) -> Iterator[Fault]:
    if bench.slots is None:
        return
    for device in bench.devices:
        for slot in sorted(slot for slot in of(device.wiring) if slot > bench.slots):
            yield bench.source.fault(
                _slot_path(bench.source, device.name, slot),
                f"the {what} of slot {slot} is wired",
                f"slots 1 to {bench.slots} (cabinet.slots)",
            )


def _claimed_twice(bench: Bench, of: Callable[[Wiring], frozenset[int]], what: str) -> Iterator[Fault]:
    first: dict[int, str] = {}
    for device in bench.devices:
        for slot in sorted(of(device.wiring)):
            if (other := first.setdefault(slot, device.name)) != device.name:
                path = _slot_path(bench.source, device.name, slot)
                yield bench.source.fault(path, f"slot {slot} has a {what} at {other} already", f"one {what} a slot")


def _bare_slots(bench: Bench, slots: frozenset[int]) -> Iterator[Fault]:
    latched = _union(device.wiring.latches for device in bench.devices)
    on_bus = _union(_bank_slots(device.wiring) for device in bench.devices)
    if without := slots - latched:
        yield bench.source.fault(("cabinet", "slots"), f"{_listed(without)} no latch", "one latch for every slot")
    if without := slots - on_bus:
        yield bench.source.fault(
            ("cabinet", "slots"),
            f"{_listed(without)} no tag bus",
            "every slot on a tag bus (slots with a contact alone are not supported yet: a contact cannot name a ring)",
        )


def _crowded(bench: Bench) -> Iterator[Fault]:
    """A bus names the tags on it, not their slots: with several slots, only contacts can tell where each is."""
    latched = _union(device.wiring.latches for device in bench.devices)
    contacts = _union(device.wiring.contacts for device in bench.devices)
    for device in bench.devices:
        for slots in device.wiring.banks.values():
            if len(slots) > 1 and (without := (slots & latched) - contacts):
                found = f"{_listed(without)} no contact, and one bus with other slots"
                yield bench.source.fault(("devices", device.name, "slots"), found, "a contact, or a bus of its own")


def _panel(bench: Bench) -> Iterator[Fault]:
    keypads = [device.name for device in bench.devices if device.wiring.keypad]
    if len(keypads) != 1:
        found = f"{len(keypads)} keypads ({', '.join(keypads)})" if keypads else "no keypad"
        yield bench.source.fault(("devices", *keypads[1:2]), found, "exactly one device with a keypad")
    if not any(device.wiring.display for device in bench.devices):
        yield bench.source.fault(("devices",), "no display", "at least one device with a display")


def _door(bench: Bench) -> Iterator[Fault]:
    latches = [device.name for device in bench.devices if device.wiring.door_latch]
    contacts = [device.name for device in bench.devices if device.wiring.door_contact]
    for names, what in ((latches, "latch"), (contacts, "contact")):
        for name in names[1:]:
            path = _door_path(bench.source, name)
            yield bench.source.fault(path, f"the door has a {what} at {names[0]} already", f"one door {what}")
    if contacts and not latches:
        told = "the door has a contact and no latch: every opening would count as forced"
        yield bench.source.fault(_door_path(bench.source, contacts[0]), told, "both, or neither")
    if latches and not contacts:
        told = "the door has a latch and no contact: nobody would know that it stands open"
        yield bench.source.fault(_door_path(bench.source, latches[0]), told, "both, or neither")


def _named_twice(bench: Bench) -> Iterator[Fault]:
    """Readers by name; ports and lines by where they are. One device may use its own port for many things."""
    readers: dict[str, str] = {}
    places: dict[str, str] = {}
    for device in bench.devices:
        for reader in sorted(device.wiring.readers):
            if reader in readers:
                path = _written_as(bench.source, device.name, reader)
                told = f"reader {reader} is the name of {readers[reader]} already"
                yield bench.source.fault(path, told, "a name of its own for each reader")
            readers.setdefault(reader, device.name)
        for place in dict.fromkeys(wire.where for wire in device.wiring.wires):
            if (other := places.setdefault(place, device.name)) != device.name:
                path = _written_as(bench.source, device.name, place)
                yield bench.source.fault(path, f"{place} is used by {other} already", "one device at each port")


def _slot_path(source: Source, device: str, slot: int) -> Place:
    slots: Place = ("devices", device, "slots")
    path = (*slots, str(slot))
    return path if isinstance(source.value(slots), dict) and path in source.lines else slots


def _door_path(source: Source, device: str) -> Place:
    path = ("devices", device, "door")
    return path if path in source.lines else path[:2]


def _written_as(source: Source, device: str, value: str) -> Place:
    table: Place = ("devices", device)
    field = [key for key, written in source.value(table).items() if written == value]
    return (*table, *field[:1])


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)


def _listed(slots: Iterable[int]) -> str:
    numbers = sorted(slots)
    told = ", ".join(map(str, numbers))
    return f"slot {told} has" if len(numbers) == 1 else f"slots {told} have"
