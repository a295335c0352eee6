"""Canonical JSON, and entries as bodies of rows and back.

The form: one object, members sorted by name, no spaces, values that are strings or integers and nothing else. Strings
are UTF-8 and escape only the quotation mark and the backslash (with a backslash), and what is below U+0020: with the
short forms for b, f, n, r and t, else as ``\\u00xx`` in lower case. Integers are decimal, of any size. An enum is its
value, an instant its ``utc_text``; a field that is None is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from keycabinet.domain.entries import ENTRY_TYPES, Entry
from keycabinet.domain.moment import utc_from, utc_text
from keycabinet.errors import StoreError

Scalar = str | int

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_types = {each.type: each for each in ENTRY_TYPES}


def canonical_json(values: Mapping[str, Scalar]) -> str:
    """These values in the canonical form. Raises StoreError that names a value which is neither string nor integer."""
    for name, value in values.items():
        if type(value) not in (str, int):
            raise StoreError(f"{name} is a {type(value).__name__}; a record holds strings and integers only")
    return _encoder.encode(values)


def body_of(entry: Entry) -> dict[str, Scalar]:
    """The fields of an entry as a record holds them. Raises StoreError that names a field not of its declared type."""
    body: dict[str, Scalar] = {}
    for each in _fields_of(entry.type):
        value = getattr(entry, each.name)
        if value is not None or not each.optional:
            body[each.name] = each.written(value)
    return body


def entry_from(type_name: str, body: str) -> Entry:
    """The entry that was written so. Raises StoreError that names an unknown type or field, or a wrong value."""
    known = _fields_of(type_name)
    values = _object(type_name, body)
    unknown = values.keys() - {each.name for each in known}
    if unknown:
        raise StoreError(f"{type_name} has no field {', '.join(sorted(unknown))}")
    return _types[type_name](**{each.name: each.read(values.get(each.name)) for each in known})


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of an entry: its name in messages, and the one type that it may have."""

    owner: str
    name: str
    kind: type
    optional: bool

    def written(self, value: object) -> Scalar:
        if not isinstance(value, self.kind) or isinstance(value, bool):
            raise self._wrong(type(value).__name__)
        if isinstance(value, datetime):
            return self._instant(value)
        plain = value.value if isinstance(value, Enum) else value
        if not isinstance(plain, str | int):
            raise self._wrong(type(plain).__name__)
        return plain

    def read(self, value: Any) -> object:  # noqa: ANN401 - whatever JSON held
        if value is None and self.optional:
            return None
        if type(value) is not (int if self.kind is int else str):
            raise self._wrong("absent" if value is None else type(value).__name__)
        try:
            return utc_from(str(value)) if self.kind is datetime else self.kind(value)
        except ValueError as error:
            raise self._wrong(repr(value)) from error

    def _instant(self, value: datetime) -> str:
        if value.tzinfo is None:
            raise self._wrong("a datetime without a zone")
        return utc_text(value)

    def _wrong(self, found: str) -> StoreError:
        return StoreError(f"{self.owner}: field {self.name} is {found}, expected {self.kind.__name__}")


@cache
def _fields_of(type_name: str) -> tuple[_Field, ...]:
    entry_type = _types.get(type_name)
    if entry_type is None:
        raise StoreError(f"unknown type of row: {type_name}")
    hints = get_type_hints(entry_type)
    return tuple(_field(type_name, each.name, hints[each.name]) for each in fields(entry_type))


def _field(owner: str, name: str, hint: Any) -> _Field:  # noqa: ANN401 - a type hint
    choices = get_args(hint) or (hint,)
    kinds = [each for each in choices if each is not NoneType]
    if len(kinds) != 1 or not (kinds[0] in (str, int, datetime) or issubclass(kinds[0], Enum)):
        raise StoreError(f"{owner}: field {name} has a type that no record can hold: {hint}")
    return _Field(owner, name, kinds[0], NoneType in choices)


def _object(type_name: str, body: str) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError as error:
        raise StoreError(f"the body of {type_name} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise StoreError(f"the body of {type_name} is not an object")
    return values
