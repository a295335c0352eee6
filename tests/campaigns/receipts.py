"""A broker is killed right after it has acknowledged an alarm, again and again: does the consumer get it all the same?

The broker is a Mosquitto that remembers what it is told, as often as it does by itself: every half an hour. The
publisher is the real process, the core a list of rows. Before each alarm the consumer stays or goes away, as the seed
says; the broker dies (SIGKILL) as soon as the publisher has told the core of the PUBACK; then all come back, another
row follows, and the story goes on when both have arrived or are given up.

With ``--closes puback`` nobody is registered, and a PUBACK is all there is; with ``--closes highest`` a consumer
says the highest number that it has seen, as if there were no gaps: both lose alarms, which shows that the campaign can
find what it looks for.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol, Self

from tests.broker import Broker
from tests.publisher.consumers import BOARD, a_receipt, registered
from tests.publisher.ear import ROOT, Ear
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import PublisherProcess
from tests.receiver.running import Listening

CLOSES: Final = ("receipt", "puback", "highest")
ALARM: Final[dict[str, Any]] = {
    "type_name": "alarm.raised",
    "subject": "ring:r-3",
    "body": {"kind": "missing", "subject": "r-3"},
}
WITHIN_S: Final = 60.0
LOST_AFTER_S: Final = 15.0
"""After which an alarm is given up that nobody asks for."""


@dataclass
class Tally:
    """What came of so many kills."""

    closes: str
    seed: int
    kills: int = 0
    away: int = 0
    lost: list[int] = field(default_factory=list)
    """Alarms that did not arrive."""
    unconfirmed: list[int] = field(default_factory=list)
    """Alarms of which the core was not told that they had arrived."""
    seconds: list[float] = field(default_factory=list)
    """From the broker's return until the alarm was there."""

    def report(self) -> str:
        """In words."""
        slowest = f"{max(self.seconds):.1f} s after the broker's return at the latest" if self.seconds else "none came"
        return (
            f"{self.kills} kills, {self.away} with the consumer away; what closes is the {self.closes}: "
            f"{len(self.lost)} alarms lost, {len(self.unconfirmed)} not confirmed; {slowest} (seed {self.seed})\n"
        )


class Consumer(Protocol):
    """Somebody who listens between ``come`` and ``go``; the broker knows it again."""

    rows: set[int]

    def come(self) -> None:
        """Listen."""
        ...

    def go(self) -> None:
        """Hear nothing any more."""
        ...

    def got(self, row: int, within: float) -> bool:
        """Wait for a row; whether it came."""
        ...


class Storing:
    """A receiver as it is meant to be."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.rows: set[int] = set()
        self._folder, self._broker = folder, broker
        self._listening: Listening | None = None

    def come(self) -> None:
        self._listening = Listening(self._folder, self._broker, BOARD)
        self._listening.__enter__()

    def go(self) -> None:
        if self._listening is not None:
            self._listening.__exit__()
            self.rows.update(self._listening.stored)
            self._listening = None

    def got(self, row: int, within: float) -> bool:
        assert self._listening is not None
        try:
            self._listening.wait_for_rows(*({row} - self.rows), within=within)
        except AssertionError:
            return False
        return True


class Boasting:
    """A consumer that says the highest number that it has seen."""

    def __init__(self, broker: Broker) -> None:
        self.rows: set[int] = set()
        self._broker, self._seconds = broker, count()
        self._ear: Ear | None = None

    def come(self) -> None:
        self._ear = Ear(self._broker, f"{ROOT}/events", name="boasting")
        self._ear.__enter__()

    def go(self) -> None:
        if self._ear is not None:
            self._ear.__exit__()
            self._ear = None

    def got(self, row: int, within: float) -> bool:
        assert self._ear is not None
        try:
            self._ear.wait_for_rows(row, within=within)
        except AssertionError:
            return False
        self.rows.update(self._ear.sequences())
        highest = a_receipt(max(self.rows), next(self._seconds), sealed=0)
        self._ear.say(f"{ROOT}/receipts/board", highest, retain=False)
        return True


def campaign(kills: int, closes: str = "receipt", seed: int = 1) -> Tally:
    """So many kills; where something else closes than a receipt, no more than it takes to lose an alarm."""
    tally = Tally(closes, seed)
    with Story(tally) as story:
        while tally.kills < kills and (closes == "receipt" or not tally.lost):
            story.kill()
        story.judge()
    return tally


class Story:
    """One core, one publisher, one broker and one consumer, through all kills."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._random = random.Random(tally.seed)
        self._stack = ExitStack()
        self._alarms: list[int] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kc-receipts-")))
            self._core = stack.enter_context(FakeCore())
            self._broker = stack.enter_context(Broker(remembers=True))
            mqtt = "" if self._tally.closes == "puback" else registered(folder, BOARD)
            stack.enter_context(PublisherProcess(folder, self._core, self._broker, mqtt))
            is_boasting = self._tally.closes == "highest"
            self._consumer: Consumer = Boasting(self._broker) if is_boasting else Storing(folder, self._broker)
            stack.callback(self._consumer.go)
            self._consumer.come()
            assert self._consumer.got(self._core.append(1), WITHIN_S), "not even the first row came"
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def kill(self) -> None:
        """One alarm, acknowledged by a broker that dies with it."""
        is_away = self._tally.closes != "receipt" or self._random.random() < 0.5
        if is_away:
            self._consumer.go()
        alarm = self._core.append(1, **ALARM)
        self._core.wait_for_cursor(alarm, WITHIN_S)
        self._broker.kill()
        self._broker.start()
        began_s = time.monotonic()
        if is_away:
            self._consumer.come()
        self._tally.kills, self._tally.away = self._tally.kills + 1, self._tally.away + is_away
        self._alarms.append(alarm)
        assert self._consumer.got(self._core.append(1), WITHIN_S), "nothing comes any more"
        if self._consumer.got(alarm, WITHIN_S if self._tally.closes == "receipt" else LOST_AFTER_S):
            self._tally.seconds.append(time.monotonic() - began_s)
        else:
            self._tally.lost.append(alarm)

    def judge(self) -> None:
        """At the end: what does the core know of what the consumer has?"""
        if self._tally.closes == "receipt":
            self._core.wait_for_receipt("board", len(self._core.rows), 0, WITHIN_S)
        known = max((seq for _, seq, _ in self._core.receipts), default=0)
        self._tally.unconfirmed = [alarm for alarm in self._alarms if alarm > known]


def main() -> int:
    """The long form: as many kills as are wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="kills of the broker")
    parser.add_argument("--closes", choices=CLOSES, default="receipt", help="what closes the delivery of an alarm")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    wanted = parser.parse_args()
    tally = campaign(wanted.count, wanted.closes, wanted.seed)
    sys.stdout.write(tally.report())
    return int(bool(tally.lost or tally.unconfirmed))


if __name__ == "__main__":
    sys.exit(main())
