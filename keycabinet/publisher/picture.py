"""What the retained topics show: drawn from what the core said last, and from how the publishing itself goes."""

from collections.abc import Mapping

import structlog

from keycabinet.publisher.board import Board
from keycabinet.publisher.envelopes import Health, Snapshot, retained_of
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.topics import Topics

log = structlog.get_logger(__name__)
ONLINE, OFFLINE = b"online", b"offline"


class Picture:
    """Keeps the board up to date; used by one thread. Instants are monotonic seconds."""

    def __init__(self, topics: Topics, limits: Limits) -> None:
        self.board = Board(limits)
        self._topics = topics
        self._limits = limits
        self._snapshot: Snapshot | None = None
        self._shown: tuple[Snapshot, Health] | None = None
        self._faults: tuple[str, ...] = ()
        self._heard_s: float | None = None
        self._drawn_s = 0.0
        self._beat_s = 0.0

    def begin(self, now_s: float) -> None:
        """A broker that may have forgotten everything: all is shown again, once the core has said what it is now."""
        self.board.forget()
        self._snapshot = self._shown = None
        self._drawn_s = 0.0
        self._beat_s = now_s
        self.board.put(self._topics.status, self._status(now_s))

    def heard(self, snapshot: Snapshot, now_s: float) -> None:
        """The core said how the cabinet is."""
        self._snapshot, self._heard_s = snapshot, now_s

    def found(self, topic: str) -> None:
        """The broker holds this topic from an earlier time."""
        self.board.found(topic)
        self._shown = None

    def draw(self, now_s: float, cursor: int, row_fault: str | None, refused: Mapping[str, int]) -> None:
        """Bring the board up to date; what the core says is shown a few times a second at most."""
        self.board.put(self._topics.status, self._status(now_s))
        self._note_faults(row_fault)
        if self._snapshot is not None:
            self._show(self._snapshot, Health(cursor, self._faults, refused), now_s)
            self._beat(now_s)

    def _show(self, snapshot: Snapshot, health: Health, now_s: float) -> None:
        is_new = self._shown is None or self._shown[0] is not snapshot or self._shown[1] != health
        if is_new and now_s >= self._drawn_s + self._limits.redraw_every_s:
            self._shown, self._drawn_s = (snapshot, health), now_s
            status = {self._topics.status: self._status(now_s)}
            self.board.want(status | retained_of(snapshot, self._topics, health))

    def _beat(self, now_s: float) -> None:
        if now_s >= self._beat_s + self._limits.heartbeat_every_s:
            self._beat_s = now_s
            self.board.repeat(self._topics.state)

    def _status(self, now_s: float) -> bytes:
        silent = self._heard_s is None or now_s - self._heard_s >= self._limits.core_silence_s
        return OFFLINE if silent else ONLINE

    def _note_faults(self, row_fault: str | None) -> None:
        faults = (*([row_fault] if row_fault else []), *self.board.faults)
        for fault in faults:
            if fault not in self._faults:
                log.error("the broker refuses", fault=fault)
        if self._faults and not faults:
            log.info("the broker takes everything again")
        self._faults = faults
