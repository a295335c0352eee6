"""The physics of a key cabinet: latches, rings, contacts, door, lamps. No I/O, no clock: each act brings its moment.

Every act tells facts in the order of their moments. The levels of the sensing lines are facts as well.
"""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from firmware_sim.coil import Coil
from firmware_sim.contacts import Contacts
from firmware_sim.door import Door, DoorState
from firmware_sim.facts import MS, Fact, Line, Tell, parts
from firmware_sim.faults import Faults
from firmware_sim.lamps import Lamp
from firmware_sim.latch import Place, Slot, WorldRefuses
from firmware_sim.plan import Plan
from firmware_sim.rings import Rings
from firmware_sim.tags import STRANGER
from firmware_sim.touch import Touch

TRAVEL_MS = 20
"""A coil must be on for this long to draw its bolt."""


class World:
    """The cabinet as it is now. Time never runs backwards between two acts."""

    def __init__(self, plan: Plan, tell: Tell, random: Random, faults: Faults) -> None:
        self._tell = tell
        self.faults = faults
        faults.listeners.append(self._faults_changed)
        lines = set(plan.pins.lines.values()) if plan.pins else set()
        one_shot = plan.pins.one_shot_ms * MS if plan.pins and plan.pins.one_shot_ms else None
        self.rings = Rings(plan.rings, tell)
        self.touch = Touch(faults, random)
        self.slots = {n: Slot(n, latched=Line("latch", n) in lines) for n in plan.slots}
        for ring in plan.rings:
            if ring.home is not None:
                self.slots[ring.home] = self.slots[ring.home].with_ring(ring.tag)
        self.coils = {line: Coil(one_shot, TRAVEL_MS * MS) for line in lines if line.name in {"latch", "door_latch"}}
        self.lamps = {line: Lamp() for line in lines if line.name in {"light", "buzzer"}}
        self.door = Door() if plan.has_door else None
        self._open_high = plan.pins.door_open_high if plan.pins else True
        self.contacts = Contacts(tell, random, {line: self._true_level(line) for line in lines if line.name in _SENSED})

    # ---- what the controller does

    def drive(self, line: Line, high: bool, now: int) -> None:  # noqa: FBT001 - a level is a bool
        """The controller, or what is left of it, holds this line at this level from now on."""
        if line in self.lamps:
            self._light(line, high, now)
        elif line in self.coils and self.coils[line].line_high != high:
            self._tell(Fact(now, "line_high" if high else "line_low", parts(line)))
            (self._rise if high else self._fall)(line, now)

    def _light(self, line: Line, high: bool, now: int) -> None:  # noqa: FBT001 - a level is a bool
        if self.lamps[line].lit != high:
            self.lamps[line] = self.lamps[line].switched(lit=high, now=now)
            kind = "lamp" if line.name == "light" else "buzzer"
            self._tell(Fact(now, f"{kind}_{'on' if high else 'off'}", {"slot": line.slot} if line.slot else {}))

    def _rise(self, line: Line, now: int) -> None:
        self.coils[line] = self.coils[line].rise(now, broken=self._broken(line), weak=self.faults.on("brown_out"))
        if self.coils[line].energised:
            self._tell(Fact(now, "coil_on", _coil_fields(line)))

    def _fall(self, line: Line, now: int) -> None:
        self._end_current(line, self.coils[line].fall(), now)

    def _end_current(self, line: Line, after: Coil, now: int) -> None:
        since = self.coils[line].on_since
        self.coils[line] = after
        if since is not None:
            self._tell(Fact(now, "coil_off", {**_coil_fields(line), "ms": round((now - since) / MS, 3)}))
            self._settle(line.slot, now)

    def _broken(self, line: Line) -> bool:
        return line.slot is not None and self.faults.on("broken_coil", line.slot)

    # ---- what happens by itself

    def next_due(self) -> int | None:
        """The next moment at which something happens by itself."""
        return min((due for due, _ in self._dues()), default=None)

    def advance(self, now: int) -> None:
        """Let everything happen that is due by now, each at its own moment."""
        while (earliest := min(self._dues(), key=lambda due: due[0], default=None)) and earliest[0] <= now:
            due, act = earliest
            act(due)

    def _dues(self) -> list[tuple[int, Callable[[int], None]]]:
        dues: list[tuple[int, Callable[[int], None]]] = []
        for line, coil in self.coils.items():
            if (draws := coil.draws_at()) is not None:
                dues.append((draws, partial(self._draw, line)))
            if (ends := coil.ends_at(bridged=self.faults.on("no_one_shot"))) is not None:
                dues.append((ends, partial(self._end_current, line, coil.cut())))
        for clocked in (self.contacts, self.rings, self.touch):
            if (due := clocked.next_due()) is not None:
                dues.append((due, clocked.advance))
        if self.door and (relocks := self.door.relocks_at()) is not None:
            dues.append((relocks, self._relock))
        return dues

    def _draw(self, line: Line, now: int) -> None:
        self.coils[line] = self.coils[line].draw()
        if line.slot is None:
            self._unlatch(now)
        self._settle(line.slot, now)

    def _settle(self, number: int | None, now: int) -> None:
        """Bolt and ring of this slot go where coil, ejector and springs want them, if the bolt can move."""
        if number is None or not self.slots[number].latched or self.faults.on("stuck_bolt", number):
            return
        slot = self.slots[number]
        self._become(slot.drawn() if self._energised(number) else slot.rested(), now)

    def _energised(self, slot: int) -> bool:
        """Whether the coil of this slot holds its bolt drawn."""
        return (coil := self.coils.get(Line("latch", slot))) is not None and coil.drawn

    def _faults_changed(self, now: int) -> None:
        for line, coil in self.coils.items():
            ends = coil.ends_at(bridged=self.faults.on("no_one_shot"))
            if self._broken(line) or (ends is not None and ends <= now):
                self._end_current(line, coil.cut(), now)
        for slot in self.slots:
            self._settle(slot, now)

    # ---- what a hand does

    def pull(self, number: int, now: int, *, force: bool = False) -> None:
        """Take the ring out of a slot. Raises WorldRefuses where the bolt or the door keeps it."""
        self.advance(now)
        slot = self._reach(number)
        if slot.tag is None:
            raise WorldRefuses(f"slot {number} is empty")
        if slot.latched and slot.place is Place.SEATED and slot.bolt_home and not force:
            raise WorldRefuses(f"the bolt holds {self.rings.name(slot.tag)} in slot {number}")
        forced = {"forced": True} if force else {}
        self.rings.take(slot.tag)
        self._tell(Fact(now, "ring_pulled", {"slot": number, **self.rings.fields(slot.tag), **forced}))
        self._become(slot.without_ring(), now)
        self._settle(number, now)

    def insert(self, number: int, what: str | None, now: int) -> None:
        """Put a ring, a tag or the ring pulled last into a slot. Raises WorldRefuses where it cannot go."""
        self.advance(now)
        slot = self._reach(number)
        tag = self.rings.find(what)
        self._must_be_free(tag)
        if slot.tag is not None:
            raise WorldRefuses(f"slot {number} is taken by {self.rings.name(slot.tag)}")
        if slot.latched and slot.bolt_home and self.faults.on("stuck_bolt", number):
            raise WorldRefuses(f"the bolt is stuck across slot {number}")
        self.rings.put(tag, now)
        self._tell(Fact(now, "ring_inserted", {"slot": number, **self.rings.fields(tag)}))
        self._become(slot.with_ring(tag), now)

    def push(self, number: int, now: int) -> None:
        """Press a presented ring home. Raises WorldRefuses where something is in the way."""
        self.advance(now)
        slot = self._reach(number)
        if slot.tag is None or slot.place is not Place.PRESENTED:
            raise WorldRefuses(f"slot {number} has no presented ring to press home")
        if self._energised(number):
            raise WorldRefuses(f"the ejector of slot {number} pushes back: its coil is on")
        if self.faults.on("stuck_bolt", number):
            raise WorldRefuses(f"the bolt of slot {number} is stuck: {self.rings.name(slot.tag)} stays loose")
        self._become(slot.pressed(), now)

    def present(self, bus: str, what: str, hold_ns: int, now: int) -> None:
        """Hold a ring or a tag to the touch probe on this bus for so long."""
        self.advance(now)
        tag = self.rings.find(what)
        self._must_be_free(tag)
        self.rings.hold(bus, tag, now + hold_ns)
        self._tell(Fact(now, "tag_held", {"bus": bus, **self.rings.fields(tag)}))

    def _reach(self, number: int) -> Slot:
        if number not in self.slots:
            raise WorldRefuses(f"there is no slot {number}; this cabinet has {', '.join(map(str, self.slots))}")
        if self.door and self.door.state is not DoorState.OPEN:
            raise WorldRefuses(f"the door is closed before slot {number}; open it first")
        return self.slots[number]

    def _must_be_free(self, tag: str) -> None:
        for slot in self.slots.values():
            if slot.tag == tag and not self.faults.on("copied", tag):
                raise WorldRefuses(f"{self.rings.name(tag)} sits in slot {slot.number}")

    # ---- the door

    def open_door(self, now: int, *, force: bool = False) -> None:
        """Open the door; WorldRefuses when it is latched and no force is used."""
        self.advance(now)
        door = self._the_door()
        if door.state is DoorState.OPEN:
            raise WorldRefuses("the door is open already")
        if door.state is DoorState.LOCKED and not force:
            raise WorldRefuses("the latch holds the door")
        self.door = door.opened()
        self._tell(Fact(now, "door_forced" if door.state is DoorState.LOCKED else "door_opened", {}))
        self._sense(Line("door_contact"), now)

    def close_door(self, now: int) -> None:
        """Close the door; on its way it presses presented rings home, and its latch snaps in."""
        self.advance(now)
        if self._the_door().state is not DoorState.OPEN:
            raise WorldRefuses("the door is closed already")
        for slot in list(self.slots.values()):
            free = not self._energised(slot.number) and not self.faults.on("stuck_bolt", slot.number)
            if slot.place is Place.PRESENTED and free:
                self._become(slot.pressed(), now)
        self.door = Door()
        self._tell(Fact(now, "door_closed", {}))
        self._sense(Line("door_contact"), now)

    def _the_door(self) -> Door:
        if self.door is None:
            raise WorldRefuses("this cabinet has no door")
        return self.door

    def _unlatch(self, now: int) -> None:
        if self.door and self.door.state is not DoorState.OPEN:
            self.door = self.door.unlatched(now)
            self._tell(Fact(now, "door_unlatched", {}))

    def _relock(self, now: int) -> None:
        self.door = Door()
        self._tell(Fact(now, "door_locked", {}))

    # ---- what is sensed

    def tags_on(self, bus: str, slots: tuple[int, ...]) -> frozenset[str]:
        """The tags that touch this bus now and can be read."""
        strangers = [STRANGER] if self.faults.on("second_tag", bus) else []
        touching = [self.slots[slot].tag for slot in slots] + self.rings.held(bus) + strangers
        return frozenset(tag for tag in touching if tag is not None and self.touch.reads(tag))

    def _become(self, after: Slot, now: int) -> None:
        """Put this slot in place of what it was, and tell what changed."""
        before = self.slots[after.number]
        self.slots[after.number] = after
        if before.bolt_home != after.bolt_home:
            self._tell(Fact(now, "bolt_home" if after.bolt_home else "bolt_drawn", {"slot": after.number}))
        if before.place is not after.place and after.tag is not None:
            self._tell(Fact(now, f"ring_{after.place}", {"slot": after.number, **self.rings.fields(after.tag)}))
        self._sense(Line("contact", after.number), now)
        self._sense(Line("bolts"), now)

    def _sense(self, line: Line, now: int) -> None:
        worn = line.name == "contact" and line.slot is not None and self.faults.on("bounce", line.slot)
        self.contacts.become(line, self._true_level(line), now, clean=line.name == "bolts", worn=worn)

    def _true_level(self, line: Line) -> bool:
        """High means: no ring at a contact, a bolt drawn (both close to ground otherwise); the door as it is wired."""
        if line.name == "contact" and line.slot is not None:
            return self.slots[line.slot].tag is None
        if line.name == "bolts":
            return not all(slot.bolt_home for slot in self.slots.values() if slot.latched)
        return (self.door is not None and self.door.state is DoorState.OPEN) == self._open_high


_SENSED = frozenset({"contact", "bolts", "door_contact"})


def _coil_fields(line: Line) -> Mapping[str, int | str]:
    return {"slot": line.slot} if line.slot is not None else {"slot": "door"}
