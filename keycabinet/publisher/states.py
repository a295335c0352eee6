"""The states of the publisher, and what its messages in flight are."""

from dataclasses import dataclass

from keycabinet.publisher.line import Line


@dataclass(frozen=True, slots=True)
class Resting:
    """No line; the next is dialled then."""

    until_s: float


@dataclass(frozen=True, slots=True)
class Opening:
    """The broker was asked to let us in."""

    line: Line


@dataclass(frozen=True, slots=True)
class Syncing:
    """The broker let us in; what the cabinet looks like now has to be known before rows can be called new."""

    line: Line


@dataclass(frozen=True, slots=True)
class Serving:
    """Rows and retained topics flow."""

    line: Line


State = Resting | Opening | Syncing | Serving


@dataclass(frozen=True, slots=True)
class RowSent:
    """What a message in flight is: a row."""

    seq: int
    topic: str


@dataclass(frozen=True, slots=True)
class RowRepeated:
    """What a message in flight is: a row that the broker took before, and a consumer does not have."""

    seq: int


@dataclass(frozen=True, slots=True)
class TopicSent:
    """What a message in flight is: the new content of a retained topic."""

    topic: str
