"""``docs/control.md`` says of every method what the code says; ``python -m tests.control.test_docs`` writes it anew."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from keycabinet.config.tables import ControlTable
from keycabinet.control.methods import METHODS, PERSONS, Method
from keycabinet.control.peers import EVERY
from keycabinet.control.refusals import Fault
from keycabinet.control.rpc import read_request
from keycabinet.domain.people import Role

PAGE = Path(__file__).parents[2] / "docs" / "control.md"
BEGIN, END = "<!-- methods -->\n", "<!-- end of methods -->\n"


def table() -> str:
    """The methods as a table in Markdown."""
    head = "| method | what | takes | gives | peers | roles |\n|---|---|---|---|---|---|\n"
    return head + "".join(_line(name, method) for name, method in METHODS.items())


def _line(name: str, method: Method[Any, Any]) -> str:
    takes = ", ".join(f"`{field}`" if info.is_required() else f"`{field}?`" for field, info in _fields(method.params))
    gives = ", ".join(f"`{field}`" for field, _ in _fields(method.result))
    what = (method.answer.__doc__ or "").split("\n")[0].partition(". Raises")[0].rstrip(".").replace("|", "\\|")
    cells = f"`{name}`", what, takes or "nothing", gives or "nothing", _peers(method), _roles(method)
    return f"| {' | '.join(cells)} |\n"


def _fields(model: Any) -> list[tuple[str, Any]]:
    return [(name, info) for name, info in model.model_fields.items() if not info.exclude]


def _peers(method: Method[Any, Any]) -> str:
    known = {EVERY: "every one", PERSONS: "people, console"}
    return known.get(method.peers) or ", ".join(sorted(kind.value for kind in method.peers))


def _roles(method: Method[Any, Any]) -> str:
    if method.roles is None:
        return "no session"
    if method.roles == set(Role):
        return "any"
    return ", ".join(role.value for role in Role if role in method.roles)


def test_the_table_of_methods_is_what_the_code_says() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert text.partition(BEGIN)[2].partition(END)[0] == table()


def test_the_examples_are_taken_as_they_stand() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (settings,), (request,) = (
        re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) for language in ("toml", "json")
    )

    control = ControlTable.model_validate(tomllib.loads(settings)["control"], context={"folder": Path()})
    asked = read_request(json.loads(request))

    assert control.peers.users().keys() | control.peers.groups().keys() == {"mqtt", "console", "people"}
    assert METHODS[asked.method].params.model_validate(asked.params)


def test_every_refusal_is_named_with_its_number() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert [fault for fault in Fault if f"| `{fault.name.lower()}` | {fault.value} |" not in text] == []


def test_every_role_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert [role for role in Role if f"`{role.value}`" not in text] == []


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
