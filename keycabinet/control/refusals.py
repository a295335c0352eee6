"""Why a request was not answered: a number and a short name for programs, words for people."""

from collections.abc import Mapping
from enum import Enum, unique

from keycabinet.errors import KeycabinetError


@unique
class Fault(Enum):
    """The codes of JSON-RPC 2.0, and ours from -32001 down. The name in lower case goes out as ``data.fault``."""

    NOT_JSON = -32700
    INVALID_REQUEST = -32600
    UNKNOWN_METHOD = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    NOT_FOUND = -32001
    NOT_ACCEPTED = -32002
    NO_SESSION = -32003
    NOT_ALLOWED = -32004
    NOT_POSSIBLE = -32005
    STORE = -32006
    BUSY = -32007
    INVALID_FILES = -32008


class Refused(KeycabinetError):  # noqa: N818 - what the core did
    """Raised by whatever answers a request; goes to the client with its fault, its words and its details."""

    def __init__(self, fault: Fault, message: str, **details: object) -> None:
        super().__init__(message)
        self.fault = fault
        self.details: Mapping[str, object] = details
