"""What can be enrolled can be written as CSV, by any spreadsheet, and is read as the same."""

import csv
import io
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.people import Person, PersonClass, Role
from keycabinet.domain.rings import Category, DueAfter, DueAt, NeverDue, Ring
from keycabinet.roster import CsvFile, Files, Plan, Site, plan
from keycabinet.roster.people import COLUMNS as PEOPLE_COLUMNS
from keycabinet.roster.people import person_cells
from keycabinet.roster.rights import COLUMNS as RIGHTS_COLUMNS
from keycabinet.roster.rings import COLUMNS as RINGS_COLUMNS
from keycabinet.roster.rings import ring_cells
from keycabinet.roster.tags import check_byte
from tests.roster.texts import ZONE

texts = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=60).map(str.strip)
groups = st.text("abcXYZ019_ .-", min_size=1, max_size=40).map(str.strip).filter(lambda name: name[:1].isalnum())
instants = st.none() | st.datetimes(datetime(1990, 1, 2), datetime(2190, 1, 1)).map(
    lambda when: when.replace(microsecond=0, tzinfo=UTC)
)
local_midnights = st.dates(datetime(2000, 1, 1).date(), datetime(2100, 1, 1).date()).map(
    lambda day: datetime.combine(day, time(), ZONE).astimezone(UTC)
)
due_rules = (
    st.just(NeverDue())
    | st.integers(1, 31 * 86400).map(lambda seconds: DueAfter(timedelta(seconds=seconds)))
    | st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda at: DueAt(time(*at)))
)


@st.composite
def tags(draw: st.DrawFn) -> str:
    body = b"\x01" + draw(st.binary(min_size=6, max_size=6))
    return (body + bytes([check_byte(body)])).hex().upper()


@st.composite
def persons(draw: st.DrawFn, code: str) -> Person:
    instant = instants | local_midnights
    begin, end = draw(instant), draw(instant)
    if begin is not None and end is not None and end <= begin:
        begin = None
    return Person(
        id=code,
        code=code,
        name=draw(texts.filter(bool)),
        person_class=draw(st.sampled_from(PersonClass)),
        role=draw(st.sampled_from(Role)),
        groups=draw(st.frozensets(groups, max_size=3)),
        valid_from=begin,
        valid_until=end,
        suspended=draw(st.booleans()),
    )


@st.composite
def rings(draw: st.DrawFn, number: int, tag: str) -> Ring:
    return Ring(
        id=str(number),
        number=str(number),
        name=draw(texts.filter(bool)),
        category=draw(st.sampled_from(Category)),
        tag=tag,
        home_slot=number,
        groups=draw(st.frozensets(groups, max_size=3)),
        due=draw(due_rules),
        key_count=draw(st.integers(0, 999)),
        seal=draw(texts),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    codes = draw(st.lists(st.text("0123456789", min_size=1, max_size=8), unique=True, max_size=4))
    ring_tags = draw(st.lists(tags(), unique=True, max_size=4))
    return Directory.of(
        [draw(persons(code)) for code in codes],
        [draw(rings(number, tag)) for number, tag in enumerate(ring_tags, start=1)],
        draw(st.frozensets(st.builds(Right, groups, groups), max_size=4)),
    )


def written(columns: tuple[str, ...], rows: list[dict[str, str]], dialect: tuple[str, int, str]) -> str:
    end, quoting, mark = dialect
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return mark + text.getvalue()


dialects = st.tuples(
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["", "\ufeff"]),
)


@given(directories(), dialects)
def test_what_is_enrolled_is_read_again_as_it_was(directory: Directory, dialect: tuple[str, int, str]) -> None:
    people = [person_cells(person, ZONE) for person in directory.people.values()]
    on_rings = [ring_cells(ring) for ring in directory.rings.values()]
    rights = [dict(zip(RIGHTS_COLUMNS, (right.people, right.rings), strict=True)) for right in directory.rights]
    files = Files(
        CsvFile("people.csv", written(PEOPLE_COLUMNS, people, dialect)),
        CsvFile("rings.csv", written(RINGS_COLUMNS, on_rings, dialect)),
        CsvFile("rights.csv", written(RIGHTS_COLUMNS, rights, dialect)),
    )

    again = plan(directory, files, Site(4, ZONE, 6), lambda: "new")

    assert isinstance(again, Plan), again
    assert again.is_empty
    assert again.directory == directory
