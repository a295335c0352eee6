"""What can be enrolled can be written as CSV, by any spreadsheet, and is read as the same."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keycabinet.domain.books import Books
from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import ALWAYS, Directory, Right
from keycabinet.domain.people import Person, PersonClass, Role
from keycabinet.domain.rings import UNAIDED, Approval, Category, DueAfter, DueAt, NeverDue, Ring
from keycabinet.domain.schedule import Holiday, Hours, Schedule
from keycabinet.roster import CsvFile, Files, Plan, Site, exported, plan
from keycabinet.roster.enrol import prepare
from keycabinet.roster.tags import check_byte
from keycabinet.store import Store
from keycabinet.store.upgrade import create
from tests.builders import NOON
from tests.roster.texts import EVERYTHING, ZONE, files

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
        badge=draw(st.none() | st.just(f"BB{int('1' + code):08X}")),
    )


@st.composite
def rings(draw: st.DrawFn, number: int, tag: str) -> Ring:
    return Ring(
        id=str(number),
        number=str(number),
        name=draw(texts.filter(bool)),
        category=draw(st.sampled_from(Category)),
        tag=draw(st.sampled_from([tag, ""])),
        home_slot=number,
        groups=draw(st.frozensets(groups, max_size=3)),
        due=draw(due_rules),
        key_count=draw(st.integers(0, 999)),
        seal=draw(texts),
        approval=draw(approvals),
    )


approvals = st.just(UNAIDED) | st.builds(
    Approval, st.integers(1, 2), st.frozensets(groups, max_size=2), st.frozensets(st.sampled_from(Role), max_size=2)
).filter(lambda approval: approval.groups or approval.roles)
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(*divmod(minute, 60)))
hours = st.tuples(minutes, minutes).map(lambda pair: Hours(*pair) if pair[0] != pair[1] else Hours(time(0), time(0)))
days = st.frozensets(hours, max_size=2)


@st.composite
def bounds(draw: st.DrawFn, codes: list[str], on_rings: list[str], names: list[str]) -> Bounds:
    whom = [(LimitOn.PERSON, code) for code in codes] + [(LimitOn.CLASS, each.value) for each in PersonClass]
    limits = draw(st.dictionaries(st.sampled_from(whom) | st.tuples(st.just(LimitOn.GROUP), groups), st.integers(0, 9)))
    pairs = [Pair.of(*both) for both in combinations(on_rings, 2)]
    return Bounds(
        schedules=frozenset(Schedule(name, draw(st.tuples(*[days] * 7)), draw(st.none() | days)) for name in names),
        holidays=frozenset(
            Holiday(day, draw(texts.filter(bool)))
            for day in draw(st.lists(st.dates(date(1990, 1, 1), date(2190, 1, 1)), unique=True, max_size=2))
        ),
        limits=frozenset(Limit(on, who, rings) for (on, who), rings in limits.items()),
        pairs=frozenset(draw(st.lists(st.sampled_from(pairs), max_size=2))) if pairs else frozenset(),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    codes = draw(st.lists(st.text("0123456789", min_size=1, max_size=8), unique=True, max_size=4))
    ring_tags = draw(st.lists(tags(), unique=True, max_size=4))
    names = draw(st.lists(groups, unique=True, max_size=3))
    by = st.sampled_from([ALWAYS, *names])
    return Directory.of(
        [draw(persons(code)) for code in codes],
        [draw(rings(number, tag)) for number, tag in enumerate(ring_tags, start=1)],
        draw(st.frozensets(st.builds(Right, groups, groups, by), max_size=4)),
        draw(bounds(codes, [str(number) for number in range(1, len(ring_tags) + 1)], names)),
    )


def written(text: str, dialect: tuple[str, int, str]) -> str:
    """The same table, as a spreadsheet of this kind saves it."""
    end, quoting, mark = dialect
    saved = io.StringIO(newline="")
    csv.writer(saved, lineterminator=end, quoting=quoting).writerows(csv.reader(io.StringIO(text, newline="")))  # type: ignore[arg-type]
    return mark + saved.getvalue()


dialects = st.tuples(
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["", "\ufeff"]),
)
SITE = Site(4, ZONE, 6)


def files_of(directory: Directory, dialect: tuple[str, int, str] = ("\n", csv.QUOTE_MINIMAL, "")) -> Files:
    texts = exported(directory, ZONE)
    return Files(**{name: CsvFile(f"{name}.csv", written(text, dialect)) for name, text in texts.items()})


@given(directories(), dialects)
def test_what_is_enrolled_is_read_again_as_it_was(directory: Directory, dialect: tuple[str, int, str]) -> None:
    again = plan(directory, files_of(directory, dialect), SITE, lambda: "new")

    assert isinstance(again, Plan), again
    assert again.is_empty
    assert again.directory == directory


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(directories())
def test_what_is_exported_and_imported_into_an_empty_cabinet_is_exported_the_same(directory: Directory) -> None:
    ids = count(1)
    moved = plan(Directory(), files_of(directory), SITE, lambda: f"n{next(ids)}")

    assert isinstance(moved, Plan), moved
    assert exported(moved.directory, ZONE) == exported(directory, ZONE)
    assert sizes(moved.directory) == sizes(directory)


def sizes(directory: Directory) -> Counter[str]:
    kept = {name: getattr(directory.bounds, name) for name in ("schedules", "holidays", "limits", "pairs")}
    kept |= {"people": directory.people, "rings": directory.rings, "rights": directory.rights}
    return Counter({name: len(each) for name, each in kept.items()})


def test_a_roster_goes_through_a_store_and_an_export_into_a_fresh_store_unchanged(tmp_path: Path) -> None:
    first = stored(tmp_path / "first.db", files(**EVERYTHING))

    second = stored(tmp_path / "second.db", files_of(first))

    assert exported(second, ZONE) == exported(first, ZONE)
    assert sizes(second) == sizes(first)
    assert all(sizes(first).values())


def stored(path: Path, imported: Files) -> Directory:
    """What a fresh store holds after it was closed upon this import."""
    ids = count(1)
    create(path, demo=False, at=NOON.utc)
    ready = prepare(Directory(), imported, SITE, None, lambda: f"{path.stem}-{next(ids)}")
    with Store.open(path, "boot-1") as store:
        store.commit(replace(ready.change, after=Books().fold(ready.change.entries, NOON.utc)), NOON)
    with Store.open(path, "boot-1") as store:
        return store.directory()


def test_a_person_without_a_code_is_left_out_with_the_limit_on_them() -> None:
    blanked = Person("p1", "", "", PersonClass.MERIT)
    limit = Limit(LimitOn.PERSON, "p1", 1)

    texts = exported(Directory.of([blanked], [], [], Bounds(limits=frozenset({limit}))), ZONE)

    assert (len(texts["people"].splitlines()), len(texts["limits"].splitlines())) == (1, 1)
