"""For whom rows are sent again, and when; and that new ones do not wait for them."""

from dataclasses import replace
from pathlib import Path

from keycabinet.publisher.heard import Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.receipts import Stored
from keycabinet.publisher.repeats import Repeats, Repetition, Stretch
from tests.broker import Broker
from tests.publisher.consumers import BOARD, MAIL, a_receipt
from tests.publisher.ear import Ear
from tests.publisher.fake_core import FakeCore, a_row
from tests.publisher.running import a_publisher

LIMITS = Limits()
NEWEST = {False: 100, True: 60}
ALL = Stored("board", 100, 60)


class Watched:
    """Repeats with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.repeats, self.now_s, self.newest = Repeats(LIMITS), 0.0, dict(NEWEST)

    def says(self, stored: Stored) -> None:
        self.repeats.heard(stored, self.now_s)

    def due_within(self, seconds: float) -> tuple[float, Stretch] | None:
        """After how many seconds what is sent again."""
        for step in range(int(seconds * 10) + 1):
            if (stretch := self.repeats.due(self.newest, self.now_s + step / 10)) is not None:
                self.now_s += step / 10
                return step / 10, stretch
        self.now_s += seconds
        return None

    def after(self, seconds: float) -> "Watched":
        assert self.due_within(seconds) is None
        return self


def test_a_consumer_that_is_behind_and_does_not_get_on_is_sent_what_it_misses() -> None:
    watched = Watched()
    watched.says(Stored("mail", 97, None))

    assert watched.due_within(60) == (LIMITS.repeat_s, Stretch(sealed=False, after=97, to=100))


def test_nothing_is_sent_again_for_who_has_everything_or_never_spoke() -> None:
    watched = Watched()
    assert watched.due_within(60) is None
    watched.says(ALL)

    assert watched.due_within(60) is None


def test_a_consumer_that_gets_on_is_left_alone() -> None:
    watched = Watched()
    for seq in range(90, 100):
        watched.says(Stored("mail", seq, None))
        watched.after(LIMITS.repeat_s - 1)

    watched.says(Stored("mail", 100, None))
    assert watched.due_within(60) is None


def test_the_time_counts_from_when_a_row_is_missing_and_not_from_the_last_word() -> None:
    watched = Watched()
    watched.says(ALL)
    watched.after(50)
    watched.newest[False] = 101

    assert watched.due_within(60) == (LIMITS.repeat_s, Stretch(sealed=False, after=100, to=101))


def test_each_repetition_waits_for_a_word_and_twice_as_long_up_to_a_minute() -> None:
    watched, pauses = Watched(), []
    for _ in range(5):
        watched.says(Stored("mail", 97, None))
        due = watched.due_within(80)
        assert due is not None
        pauses.append(round(due[0]))

    assert pauses == [10, 20, 40, 60, 60]
    assert watched.due_within(300) is None


def test_who_was_heard_once_and_fell_silent_is_not_served_until_it_speaks() -> None:
    watched = Watched()
    watched.says(ALL)
    watched.after(LIMITS.consumer_silence_s)
    watched.newest[False] = 200
    watched.after(300)

    watched.says(ALL)
    assert watched.due_within(1) == (0, Stretch(sealed=False, after=100, to=200))


def test_what_is_sealed_goes_first_and_for_the_one_who_has_least() -> None:
    watched = Watched()
    watched.says(Stored("board", 98, 40))
    watched.says(Stored("second", 99, 50))
    watched.says(Stored("mail", 97, None))

    assert watched.due_within(20) == (LIMITS.repeat_s, Stretch(sealed=True, after=40, to=60))
    assert watched.due_within(0) == (0, Stretch(sealed=False, after=97, to=100))


def test_on_a_new_line_who_speaks_and_misses_something_is_served_soon() -> None:
    watched = Watched()
    watched.says(Stored("mail", 99, None))
    watched.after(1)
    watched.repeats.came_back(watched.now_s)
    watched.after(5)

    watched.says(Stored("mail", 99, None))
    assert watched.due_within(0) == (0, Stretch(sealed=False, after=99, to=100))
    watched.says(Stored("mail", 99, None))
    assert watched.due_within(60) == (LIMITS.repeat_s, Stretch(sealed=False, after=99, to=100))


def test_of_a_stretch_few_rows_are_in_flight_and_none_that_everybody_has() -> None:
    repetition = Repetition(Stretch(sealed=False, after=1, to=6))
    for seq in range(2, 7):
        repetition.add(Row.model_validate(a_row(seq)))
    repetition.read()

    first, second = repetition.next(2, 1), repetition.next(2, 1)
    assert (first and first.seq, second and second.seq) == (2, 3)
    assert repetition.next(2, 1) is None
    repetition.settled(2)
    third = repetition.next(2, 4)
    assert third is not None
    assert third.seq == 5
    repetition.settled(3)
    assert repetition.next(2, 6) is None
    assert not repetition.is_over
    repetition.settled(5)
    assert repetition.is_over


# ---- with a broker


QUICK = replace(LIMITS, repeat_s=0.5, longest_repeat_s=2.0, repeat_after_return_s=0.2)


def say(ear: Ear, sequence: int, second: int, sealed: int | None = None) -> None:
    consumer = MAIL if sealed is None else BOARD
    receipt = a_receipt(sequence, second, sealed=sealed, consumer=consumer)
    ear.say(f"keycabinet/mc-1/receipts/{consumer.name}", receipt, retain=False)


def test_missing_rows_come_again_in_order_and_marked_and_nothing_before_them(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, a_publisher(core, broker, QUICK, (BOARD, MAIL)):
        ear.wait_for_last("status", b"online")
        core.append(20)
        core.wait_for_cursor(20)
        ear.wait_for_rows(*range(1, 21))
        say(ear, 12, 1)
        ear.wait(lambda: len(ear.events()) >= 28, "the rows again")

        again = ear.events()[20:]
        assert [event["sequence"] for event in again] == list(range(13, 21))
        assert all(event["replayed"] for event in again)
        say(ear, 20, 2)
        core.wait_for_receipt("mail", 20)


def test_of_sealed_rows_only_those_that_are_missing_come_again_under_their_topic(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, a_publisher(core, broker, QUICK, (BOARD, MAIL)):
        for visibility in ("open", "sealed", "open", "sealed", "open"):
            core.append(1, visibility=visibility)
        core.wait_for_cursor(5)
        say(ear, 5, 1, sealed=2)
        ear.wait(lambda: len(ear.events("sealed/events")) == 3, "row 4 again")

        assert [event["sequence"] for event in ear.events("sealed/events")] == [2, 4, 4]
        assert ear.sequences() == [1, 3, 5]


def test_a_restarted_publisher_repeats_nothing_for_who_has_all_though_sealed_rows_came_last(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear:
        core.append(3)
        core.append(2, visibility="sealed")
        core.cursor = 5
        with a_publisher(core, broker, QUICK, (BOARD, MAIL)):
            ear.wait_for_last("status", b"online")
            say(ear, 3, 1)
            core.wait_for_receipt("mail", 3)
            core.append(1)
            ear.wait_for_rows(6)
            say(ear, 6, 2)
            say(ear, 2, 3)
            ear.wait(lambda: len(ear.events()) >= 3, "rows 3 and 6 again")

        assert ear.sequences() == [6, 3, 6]


def test_a_new_row_overtakes_those_that_are_sent_again(tmp_path: Path) -> None:
    many = 8000
    with FakeCore() as core, Broker() as broker, Ear(broker) as ear, a_publisher(core, broker, QUICK, (BOARD, MAIL)):
        core.append(many)
        core.wait_for_cursor(many, within=30)
        say(ear, 0, 1)
        ear.wait(lambda: len(ear.events()) >= many + 200, "the beginning of the repetition")
        new, before = core.append(1), len(ear.events())
        ear.wait_for_rows(new)

        between = next(number for number, event in enumerate(ear.events()) if event["sequence"] == new) - before
        assert between < many / 4, "the new one waited for the old ones"
        assert len(ear.events()) < 2 * many
        assert not next(event for event in ear.events() if event["sequence"] == new)["replayed"]


def test_after_a_broker_that_forgot_the_next_word_of_who_misses_something_brings_it(tmp_path: Path) -> None:
    with FakeCore() as core, Broker() as broker, a_publisher(core, broker, QUICK, (BOARD, MAIL)):
        core.append(5)
        core.wait_for_cursor(5)
        with Ear(broker) as ear:
            say(ear, 5, 1)
            core.wait_for_receipt("mail", 5)
        broker.kill()
        broker.start()
        with Ear(broker) as ear:
            ear.wait_for_last("status", b"online")
            say(ear, 3, 2)
            ear.wait(lambda: len(ear.events()) == 2, "rows 4 and 5 again")
            assert ear.sequences() == [4, 5]
