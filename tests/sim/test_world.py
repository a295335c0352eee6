"""What holds in every cabinet, whatever hands, coils and faults do to it."""

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from firmware_sim.facts import MS, Line
from firmware_sim.latch import Place, WorldRefuses
from tests.sim.cabinets import FOREIGN, AWorld, a_plan

SLOTS = st.sampled_from([3, 4])


class AnyCabinet(RuleBasedStateMachine):
    """Acts in any order, with any time between them."""

    def __init__(self):
        super().__init__()
        self.world = AWorld(a_plan())

    def hand(self, act, *args, **kwargs):
        with suppress(WorldRefuses):
            act(*args, self.world.now, **kwargs)

    @rule(ms=st.floats(0, 12_000))
    def time_passes(self, ms):
        self.world.pass_ms(ms)

    @rule(line=st.sampled_from([Line("latch", 3), Line("latch", 4), Line("door_latch")]), high=st.booleans())
    def drive(self, line, high):
        self.world.drive(line, high=high)

    @rule(slot=SLOTS, force=st.booleans())
    def pull(self, slot, force):
        self.hand(self.world.world.pull, slot, force=force)

    @rule(slot=SLOTS, what=st.sampled_from([None, "3", "4", FOREIGN]))
    def insert(self, slot, what):
        self.hand(self.world.world.insert, slot, what)

    @rule(slot=SLOTS)
    def push(self, slot):
        self.hand(self.world.world.push, slot)

    @rule(what=st.sampled_from(["3", "4", FOREIGN]))
    def present(self, what):
        self.hand(self.world.world.present, "probe", what, 800 * MS)

    @rule(force=st.booleans())
    def open_door(self, force):
        self.hand(self.world.world.open_door, force=force)

    @rule()
    def close_door(self):
        self.hand(self.world.world.close_door)

    @rule(name=st.sampled_from(["stuck_bolt", "broken_coil"]), slot=SLOTS, on=st.booleans())
    def fault(self, name, slot, on):
        self.world.fault(name, slot, on=on)

    @invariant()
    def a_seated_ring_has_its_bolt_home_and_a_presented_one_has_it_drawn(self):
        for slot in self.world.world.slots.values():
            assert (slot.place is Place.EMPTY) == (slot.tag is None)
            assert slot.place is not Place.SEATED or slot.bolt_home
            assert slot.place is not Place.PRESENTED or not slot.bolt_home

    @invariant()
    def a_tag_is_in_one_place(self):
        rings = self.world.world.rings
        places = [slot.tag for slot in self.world.world.slots.values() if slot.tag] + rings.in_hand
        assert len(places) == len(set(places))
        assert not set(rings.held("probe")) & {slot.tag for slot in self.world.world.slots.values()}

    @invariant()
    def the_sense_line_is_low_exactly_while_all_bolts_are_home(self):
        bolts = [slot.bolt_home for slot in self.world.world.slots.values()]
        assert self.world.level(Line("bolts")) != all(bolts)

    @invariant()
    def what_is_told_is_told_in_order(self):
        moments = [fact.at for fact in self.world.told]
        assert moments == sorted(moments)

    @invariant()
    def no_coil_is_on_for_longer_than_its_monostable_allows(self):
        assert all(fact.fields["ms"] <= 500 for fact in self.world.told if fact.kind == "coil_off")

    @invariant()
    def a_ring_is_presented_only_by_a_coil_that_was_on(self):
        drawn = [index for index, fact in enumerate(self.world.told) if fact.kind == "bolt_drawn"]
        on = [index for index, fact in enumerate(self.world.told) if fact.kind == "coil_on"]
        assert not drawn or (on and on[0] < drawn[0])


AnyCabinet.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyCabinet = AnyCabinet.TestCase
