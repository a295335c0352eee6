"""The thread that talks to the broker: the only one that publishes, so that the order of rows can be proven.

Resting -> Opening -> Syncing -> Serving, and from anywhere back to Resting when the line is lost. A row leaves only in
Serving; the cursor moves only by what the broker acknowledged.
"""

import select
import time

import structlog

from keycabinet.ports import Stopping
from keycabinet.publisher.again import Again
from keycabinet.publisher.arrivals import Arrivals
from keycabinet.publisher.bell import Bell
from keycabinet.publisher.desk import Desk, Silent, Standing
from keycabinet.publisher.envelopes import Snapshot, event_of
from keycabinet.publisher.heard import Cursor, Row
from keycabinet.publisher.limits import Limits
from keycabinet.publisher.line import Acknowledged, Came, Denied, Line, LineEvent, Lost, Opened, WatchDenied
from keycabinet.publisher.outbox import Outbox
from keycabinet.publisher.pauses import Pauses
from keycabinet.publisher.picture import OFFLINE, Picture
from keycabinet.publisher.settings import PublisherSettings
from keycabinet.publisher.states import Opening, Resting, RowRepeated, RowSent, Serving, State, Syncing, TopicSent
from keycabinet.publisher.stream import Began, Stream
from keycabinet.publisher.topics import Topics

log = structlog.get_logger(__name__)


class Publisher:
    """Brings the rows of a stream and the answers of a desk to the broker; ``run`` belongs to one thread."""

    def __init__(
        self, settings: PublisherSettings, stream: Stream, again: Again, desk: Desk, bell: Bell, limits: Limits
    ) -> None:
        self._topics = topics = Topics(settings.cabinet)
        self._broker = settings.broker
        self._stream = stream
        self._desk = desk
        self._bell = bell
        self._limits = limits
        self._state: State = Resting(0.0)
        self._why_lost = ""
        self._lost_since_s: float | None = time.monotonic()
        self._told: Standing | None = None
        """What the core was told last; None: nothing yet, or it does not know where we are."""
        self._has_begun = False
        self._pauses = Pauses(limits.first_pause_s, limits.longest_pause_s)
        self._outbox = Outbox(limits)
        self._picture = Picture(topics, limits)
        self._arrivals = Arrivals(settings, self._outbox, desk, again, limits)

    def run(self, stopping: Stopping) -> None:
        """Publish until ``stopping``; then say ``offline``, wait for what is in flight (0.8 s at most) and hang up."""
        try:
            while not stopping.is_set():
                self._turn()
            self._say_farewell()
            self._report()
        finally:
            self._desk.finish()
            if not isinstance(self._state, Resting):
                self._state.line.hang_up()

    def _turn(self) -> None:
        match self._state:
            case Resting(until_s=until_s):
                self._rest(until_s)
            case Opening(line=line) | Syncing(line=line) | Serving(line=line):
                self._step(line)
        self._bell.hush()
        self._listen_to_core()
        match self._state:
            case Syncing(line=line):
                self._send_topics(line)
            case Serving(line=line):
                self._picture.draw(time.monotonic(), self._outbox.cursor, self._outbox.fault, self._arrivals.refused)
                self._send_topics(line)
                self._send_rows(line)
                self._send_again(line)
            case Resting() | Opening():
                pass
        self._report()

    def _report(self) -> None:
        """Tell the core how far this is, and by what it gets no further, once it has said where to begin."""
        if not self._has_begun:
            return
        standing = Standing(self._outbox.cursor, *self._trouble(time.monotonic()))
        if standing != self._told:
            self._told = standing
            self._desk.want_cursor(standing)

    def _trouble(self, now_s: float) -> tuple[str, str]:
        if self._lost_since_s is not None:
            is_long = now_s - self._lost_since_s > self._limits.lost_s
            return ("broker_lost", self._why_lost or "no connection yet") if is_long else ("", "")
        if self._outbox.fault is not None:
            return "row_denied", self._outbox.fault
        denied = self._picture.board.faults
        return ("topic_denied", "; ".join(denied)) if denied else ("", "")

    # ---- the line

    def _rest(self, until_s: float) -> None:
        wait_s = until_s - time.monotonic()
        if wait_s > 0:
            select.select([self._bell.fd], [], [], min(wait_s, self._limits.tick_s))
            return
        try:
            self._state = Opening(Line.dial(self._broker, self._limits, self._topics.status))
        except OSError as error:
            self._lose(str(error))

    def _step(self, line: Line) -> None:
        for event in line.step(self._bell.fd, self._limits.tick_s):
            self._on(event, line)
        patience_s = self._limits.connack_s if isinstance(self._state, Opening) else self._limits.silence_s
        if not isinstance(self._state, Resting) and line.silent_s(time.monotonic()) > patience_s:
            self._lose(f"the broker owes an answer for more than {patience_s:.0f} s")

    def _on(self, event: LineEvent, line: Line) -> None:
        match event:
            case Opened():
                self._open(line)
            case Acknowledged(token=token):
                self._on_acknowledged(token)
            case Denied(token=token, reason=reason):
                self._on_denied(token, reason, time.monotonic())
            case Came():
                self._on_message(event)
            case WatchDenied(reason=reason):
                filters = (*self._topics.every_alarm, self._topics.every_receipt)
                log.warning("stale alarms or receipts cannot be seen", filters=filters, reason=reason)
            case Lost() if isinstance(self._state, Resting):
                pass  # told twice
            case Lost(reason=reason):
                self._lose(reason)

    def _on_message(self, came: Came) -> None:
        consumer = self._topics.consumer_in(came.topic)
        if consumer is not None:
            self._arrivals.heard(consumer, came, time.monotonic())
        elif came.retained and came.payload:
            self._picture.found(came.topic)

    def _on_acknowledged(self, token: object) -> None:
        match token:
            case RowSent(seq=seq):
                self._outbox.acknowledge(seq)
                self._arrivals.published(time.monotonic())
            case RowRepeated(seq=seq):
                self._arrivals.settled(seq)
            case TopicSent(topic=topic):
                self._picture.board.acknowledge(topic)

    def _on_denied(self, token: object, reason: str, now_s: float) -> None:
        match token:
            case RowSent(seq=seq, topic=topic):
                self._outbox.deny(seq, f"{reason} ({topic})", now_s)
            case RowRepeated(seq=seq):
                self._arrivals.settled(seq)
            case TopicSent(topic=topic):
                self._picture.board.deny(topic, reason, now_s)

    def _open(self, line: Line) -> None:
        log.info("broker found", host=self._broker.host, port=self._broker.port, protocol=self._broker.protocol)
        self._lost_since_s = None
        self._picture.begin(time.monotonic())
        self._outbox.came_back(self._outbox.position)
        self._arrivals.came_back(time.monotonic())
        self._state = Syncing(line)
        for topic_filter in self._topics.every_alarm:
            line.watch(topic_filter)
        line.watch(self._topics.every_receipt)
        self._desk.want_snapshot()

    def _lose(self, reason: str) -> None:
        now_s = time.monotonic()
        if not isinstance(self._state, Resting):
            self._state.line.hang_up()
            if self._state.line.open_s(now_s) > self._limits.steady_s:
                self._pauses.reset()
                self._why_lost = ""
        if self._lost_since_s is None:
            self._lost_since_s = now_s
        if reason != self._why_lost:
            log.warning("broker lost", host=self._broker.host, port=self._broker.port, reason=reason)
            self._why_lost = reason
        self._outbox.rewind()
        self._arrivals.lost()
        self._state = Resting(now_s + self._pauses.next())

    # ---- the core

    def _listen_to_core(self) -> None:
        while (answer := self._desk.take()) is not None:
            match answer:
                case Snapshot(status=status):
                    self._picture.heard(answer, time.monotonic())
                    if isinstance(self._state, Syncing):
                        self._outbox.came_back(status.head.seq)
                case Silent():
                    pass  # time passes, and the picture sees it
            if isinstance(self._state, Syncing):
                self._state = Serving(self._state.line)

    def _next_row(self) -> Row | None:
        position = self._outbox.position
        while self._outbox.has_room and (came := self._stream.take()) is not None:
            match came:
                case Began(head=head, restart_at=restart_at):
                    self._begin(head, restart_at)
                case Row():
                    self._outbox.add(came)
        if self._outbox.position != position:
            self._desk.want_snapshot()
        return self._outbox.next(time.monotonic())

    def _begin(self, head: int, restart_at: Cursor | None) -> None:
        if restart_at is not None:
            self._outbox.begin(restart_at.seq, {False: restart_at.last, True: restart_at.last_sealed})
        self._has_begun, self._told = True, None
        self._desk.want_cursor(None)
        self._outbox.came_back(head)
        self._arrivals.begin(time.monotonic())

    # ---- what goes out

    def _send_topics(self, line: Line) -> None:
        while line.room > 0 and (due := self._picture.board.next(time.monotonic())) is not None:
            topic, payload = due
            line.publish(topic, payload, TopicSent(topic), retain=True)

    def _send_rows(self, line: Line) -> None:
        while line.room > 0 and (row := self._next_row()) is not None:
            event = event_of(row, self._topics.cabinet, replayed=self._outbox.is_replay(row))
            topic = self._topics.events(row.visibility)
            line.publish(topic, event.payload(), RowSent(row.seq, topic), retain=False)

    def _send_again(self, line: Line) -> None:
        while self._has_begun and line.room > 0 and (row := self._arrivals.next(time.monotonic())) is not None:
            event = event_of(row, self._topics.cabinet, replayed=True)
            line.publish(self._topics.events(row.visibility), event.payload(), RowRepeated(row.seq), retain=False)

    def _say_farewell(self) -> None:
        if not isinstance(self._state, Syncing | Serving):
            return
        line, until_s = self._state.line, time.monotonic() + self._limits.farewell_s
        line.publish(self._topics.status, OFFLINE, TopicSent(self._topics.status), retain=True)
        while line.awaits and not isinstance(self._state, Resting) and time.monotonic() < until_s:
            self._step(line)
        if not isinstance(self._state, Resting):
            line.leave()
