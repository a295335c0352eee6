"""What a step costs does not grow with what is enrolled (``make bench`` measures it; here it is counted)."""

import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest

from keycabinet.domain.books import In, Missing, Out, Unverified
from keycabinet.domain.cabinet import next_deadline, step
from keycabinet.domain.events import ContactRead, Event, KeyPressed, TagsRead, TimePassed
from keycabinet.domain.screen import lights, screen
from tests.bench.decisions import Asked, asked
from tests.bench.rights import SMALL, Size
from tests.builders import running, tags

MANY = Size(people=400, rings=300, rights=1200)


@pytest.mark.parametrize("event", [KeyPressed("#"), KeyPressed("*"), TimePassed()])
def test_a_step_takes_as_much_work_with_hundreds_of_people_and_rings_as_with_ten(event: Event) -> None:
    few, many = (work_of(asked(size), event) for size in (SMALL, MANY))

    assert few > 1000
    assert many <= few * 1.02


def work_of(site: Asked, event: Event) -> int:
    """How many instructions of the interpreter a step takes, with all that is shown of it; the second time."""

    def answer() -> None:
        cabinet, _ = step(site.cabinet, event, site.facts)
        screen(cabinet, site.facts)
        lights(cabinet, site.facts)
        next_deadline(cabinet, site.facts)

    answer()
    counted: Counter[str] = Counter()

    def count(frame: FrameType, kind: str, _: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted[kind] += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        answer()
    finally:
        sys.settrace(before)
    return counted["opcode"]


def test_what_is_looked_up_in_the_books_is_what_they_say() -> None:
    story = running(*range(1, 6)).tell(ContactRead(2, closed=False), TagsRead("bank1", tags(1, 3, 4, 5)))
    story.log_in().press("1#").tell(ContactRead(1, closed=False), TagsRead("bank1", tags(3, 4, 5)))

    books = story.cabinet.books
    assert {ring: type(custody) for ring, custody in books.custody.items()} == {
        "r1": Out, "r2": Missing, "r3": In, "r4": In, "r5": In, "r6": Unverified,
    }  # fmt: skip
    assert books.out == {"r1": books.custody["r1"]}
    assert books.missing == {"r2"}
    assert books.ring_in == {3: "r3", 4: "r4", 5: "r5"}
