"""What pydantic refuses, in the words of the person who wrote the file.

What was expected is read from the JSON schema of the model, so that a message always names the whole range.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from keycabinet.config.faults import Fault, nearest, quoted
from keycabinet.config.lines import Place
from keycabinet.config.source import Source

Schema = Mapping[str, Any]

_OWN_WORDS: Final = frozenset({"value_error", "assertion_error"})
_BOUNDS: Final = (
    ("minimum", " of at least {}"),
    ("exclusiveMinimum", " above {}"),
    ("maximum", " of at most {}"),
    ("exclusiveMaximum", " below {}"),
)


def complaints(error: ValidationError, model: type[BaseModel], source: Source, table: Place = ()) -> Iterator[Fault]:
    """A fault for each value that the model refuses; ``table`` is where its fields are written."""
    schema = model.model_json_schema()
    seen: set[Place] = set()
    for each in error.errors(include_url=False):
        within = _written(each, source, table)
        if each["type"] in _OWN_WORDS:
            yield source.about((*table, *within), str(each["msg"]).partition(", ")[2])
        elif within not in seen:
            yield _complaint(each, schema, source, (table, within))
        seen.add(within)


def _complaint(each: Mapping[str, Any], schema: Schema, source: Source, place: tuple[Place, Place]) -> Fault:
    table, within = place
    path = (*table, *within)
    expected = _at(schema, within)
    if each["type"] == "extra_forbidden":
        known = sorted(_at(schema, within[:-1]).get("properties", {}))
        return source.fault(path, "unknown key", f"one of {', '.join(known)}", nearest(path[-1], known))
    if each["type"] == "missing":
        return source.fault(path, "missing", words(expected, schema))
    if each["loc"][-1] == "[key]":
        return source.fault(path, f"{quoted(path[-1])} cannot be a key here", _key_words(str(each["msg"])))
    choices = {str(choice): quoted(choice) for choice in expected.get("enum", ())}
    near = choices.get(nearest(str(each["input"]), choices), "")
    return source.fault(path, f"{quoted(each['input'])} found", words(expected, schema), near)


def words(schema: Schema, root: Schema) -> str:
    """What a schema accepts, as ``a whole number from 50 to 1000``."""
    schema = _resolved(schema, root)
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices is not None:
        return " or ".join(map(quoted, choices))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(words(option, root) for option in schema["anyOf"] if not _is_null(option)))
    return str(schema.get("description") or _type_words(schema, root))


def _type_words(schema: Schema, root: Schema) -> str:
    match schema.get("type"):
        case "integer":
            return "a whole number" + _range(schema)
        case "number":
            return "a number" + _range(schema)
        case "string":
            return "a path" if schema.get("format") == "path" else "a text" + _pattern(schema)
        case "boolean":
            return "true or false"
        case "array":
            return f"a list, each {words(schema.get('items', {}), root)}"
        case "object":
            if schema.get("minProperties"):
                return "a table that is not empty"
            return "a table" + (f" with {', '.join(schema['properties'])}" if "properties" in schema else "")
        case _:
            return "another value"


def _range(schema: Schema) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f" from {schema['minimum']} to {schema['maximum']}"
    return "".join(text.format(schema[name]) for name, text in _BOUNDS if name in schema)


def _pattern(schema: Schema) -> str:
    if "pattern" in schema:
        return f" that matches {schema['pattern']}"
    return " that is not empty" if schema.get("minLength") == 1 else ""


def _key_words(message: str) -> str:
    told = message.removeprefix("Input should be ").removeprefix("String should ").partition(", unable")[0]
    return told.replace("a valid integer", "a whole number").replace("match pattern", "a name that matches")


def _written(each: Mapping[str, Any], source: Source, table: Place) -> Place:
    """The part of a location that is in the file: pydantic adds the branches of unions, and ``[key]``."""
    loc: Place = tuple(map(str, each["loc"]))
    missing = loc[-1:] if each["type"] == "missing" else ()
    size = len(loc) - len(missing)
    while size and (*table, *loc[:size]) not in source.lines:
        size -= 1
    return loc[:size] + missing


def _at(schema: Schema, path: Place) -> Schema:
    """The schema of the value at this path; an empty one if there is none."""
    found = _resolved(schema, schema)
    for part in path:
        inner = found.get("properties", {}).get(part, found.get("additionalProperties") or found.get("items"))
        found = _resolved(inner, schema) if isinstance(inner, dict) else {}
    return found


def _resolved(schema: Schema, root: Schema) -> Schema:
    """Without a reference (whose description is of the model, not of the value), and without an optional's null."""
    options = [option for option in schema.get("anyOf", ()) if not _is_null(option)]
    if len(options) == 1:
        return _resolved({**options[0], **_described(schema)}, root)
    if "$ref" in schema:
        return {**root["$defs"][str(schema["$ref"]).rpartition("/")[2]], "description": None, **_described(schema)}
    return schema


def _described(schema: Schema) -> Schema:
    return {"description": schema["description"]} if "description" in schema else {}


def _is_null(schema: Schema) -> bool:
    return bool(schema.get("type") == "null")
