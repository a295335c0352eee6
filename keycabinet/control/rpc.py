"""JSON-RPC 2.0 on the wire. Narrower than the standard: no batches, parameters by name, and every request has an id."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from keycabinet.control.refusals import Fault, Refused

Id = int | str
_anything: TypeAdapter[object] = TypeAdapter(object)
_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class Request(BaseModel):
    """One line of a client."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    jsonrpc: Literal["2.0"]
    id: Id
    method: Annotated[str, Field(max_length=100)]
    params: dict[str, Any] = Field(default_factory=dict, repr=False)


def read_json(line: bytes) -> object:
    """What the line holds. Raises Refused if it is not JSON."""
    try:
        return _anything.validate_json(line)
    except ValidationError as error:
        raise Refused(Fault.NOT_JSON, f"the line is not JSON: {first_fault(error)[1]}") from None


def read_request(value: object) -> Request:
    """The request that this is. Raises Refused that names the first member that is wrong."""
    if not isinstance(value, dict):
        raise Refused(Fault.INVALID_REQUEST, "a line holds one request, an object (no batches)")
    try:
        return Request.model_validate(value)
    except ValidationError as error:
        member, words = first_fault(error)
        raise Refused(Fault.INVALID_REQUEST, f"the request is wrong in {member}: {words}", field=member) from None


def id_in(value: object) -> Id | None:
    """The id under which to answer what may not even be a request."""
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, int | str) and not isinstance(found, bool) else None


def first_fault(error: ValidationError) -> tuple[str, str]:
    """Which field is wrong first, and why; never what was in it, which may be a PIN."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    words = fault["msg"].removeprefix("Value error, ")
    return ".".join(str(part) for part in fault["loc"]) or "params", words


def result_line(request: Id, result: BaseModel) -> bytes:
    """The line that answers a request."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}\n' % (_encode(request), result.model_dump_json().encode())


def refusal_line(request: Id | None, refused: Refused) -> bytes:
    """The line that says why a request was not answered."""
    details = {"fault": refused.fault.name.lower(), **refused.details}
    error = {"code": refused.fault.value, "message": str(refused), "data": details}
    return _encode({"jsonrpc": "2.0", "id": request, "error": error}) + b"\n"


def notification_line(method: str, params: BaseModel) -> bytes:
    """A line that answers nothing."""
    return b'{"jsonrpc":"2.0","method":%b,"params":%b}\n' % (_encode(method), params.model_dump_json().encode())


def _encode(value: object) -> bytes:
    return _encoder.encode(value).encode(errors="replace")
