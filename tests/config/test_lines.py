"""Every key of a TOML text is found on the line where it is written."""

import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keycabinet.config.lines import Place, line_at, lines_of
from tests.config.samples import SAMPLE

AWKWARD = '''\
# [not] = "a table"
title = "a # b [c] = \\" d"
text = """
[x]
y = 1
"""

literal = \'\'\'
z = """ \'\'\'
[a."b.c".'d']
e.f = { g = 1, "h i" = [ { j = 2 }, 3 ] }
list = [
  1,  # one
  [2,
   3],
]
when = 1979-05-27 07:32:00
x = 1.5
[[many]]
k = 1
[[many]]
k = 2
'''


def test_awkward_text_is_read_as_toml_reads_it() -> None:
    tomllib.loads(AWKWARD)
    lines = lines_of(AWKWARD)

    assert lines["title",] == 2
    assert ("y",) not in lines
    assert lines["literal",] == 8
    assert lines["a", "b.c", "d"] == 10
    assert lines["a", "b.c", "d", "e", "f", "h i", "0", "j"] == 11
    assert lines["a", "b.c", "d", "list", "0"] == 13
    assert lines["a", "b.c", "d", "list", "1", "1"] == 15
    assert lines["a", "b.c", "d", "x"] == 18
    assert (lines["many", "0", "k"], lines["many", "1", "k"]) == (20, 22)


def test_every_key_of_the_sample_is_on_a_line_with_its_name() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    lines = lines_of(text)

    for place in places(tomllib.loads(text)):
        assert place[-1] in text.splitlines()[lines[place] - 1]


def test_what_is_not_written_is_on_the_line_of_the_table_around_it() -> None:
    lines = lines_of("a = 1\n[b]\nc = 2\n")

    assert line_at(lines, ("b", "d", "e")) == 2
    assert line_at(lines, ("d",)) == 1


values = st.recursive(
    st.integers() | st.booleans() | st.text(st.characters(codec="ascii", exclude_categories=["Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.# ", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text("abc", min_size=1), values, max_size=5))
def test_no_key_is_missed(document: dict[str, Any]) -> None:
    text = "".join(f"{key} = {toml(value)}\n" for key, value in document.items())
    assert tomllib.loads(text) == document

    lines = lines_of(text)

    assert set(places(document)) <= lines.keys()
    assert [lines[key,] for key in document] == list(range(1, len(document) + 1))


def places(value: Any, around: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*around, key)
            yield from places(inner, (*around, key))


def toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
    return f"{{ {', '.join(f'{toml(key)} = {toml(inner)}' for key, inner in value.items())} }}"
