"""Every limit and pause of the publisher, in one place; seconds unless the name says otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much, how long, how often. Only tests use other values than these."""

    rows_in_flight: int = 5
    """Rows that the broker has not acknowledged: few, so that order can be proven."""
    retained_in_flight: int = 10
    """With the rows fewer than 20, which brokers accept when they say nothing else."""
    rows_ahead: int = 200
    """Rows that may be read before the broker takes them; the rest stays in the core."""

    keepalive_s: int = 10
    """A broker publishes our last will 1.5 times this after the line went silent."""
    silence_s: float = 30.0
    """Without a PUBACK that is due for this long, the line is dead."""
    connack_s: float = 10.0
    session_expiry_s: int = 3 * 24 * 3600
    first_pause_s: float = 0.25
    longest_pause_s: float = 5.0
    """Below 10 s: an alarm that waited is out within 10 s of the broker's return."""
    lost_s: float = 5.0
    """A broker that is away for longer is a fault that the core hears of."""
    steady_s: float = 5.0
    """A line that lasted this long was a good one: the pauses begin anew."""
    first_denied_pause_s: float = 1.0
    longest_denied_pause_s: float = 30.0

    redraw_every_s: float = 0.25
    """The core is asked, and retained topics change, this often at most."""
    poll_every_s: float = 4.0
    core_answer_s: float = 5.0
    core_silence_s: float = 10.0
    """A core that has not answered for this long is ``offline``."""
    heartbeat_every_s: float = 30.0
    repeat_s: float = 10.0
    """A consumer that is behind and has not got on for so long has missed something; rows are sent again ..."""
    longest_repeat_s: float = 60.0
    """... and again after twice the pause, up to this."""
    repeat_after_return_s: float = 2.0
    """The same on a new line: what the broker still has for the consumer comes within that, mostly."""
    consumer_silence_s: float = 90.0
    """Nothing is sent again for a consumer of which nothing was heard for so long, until it speaks."""
    repeats_in_flight: int = 3
    """Of rows that are sent again: new ones overtake all but these."""
    repeats_ahead: int = 50
    receipts_per_s: float = 20.0
    """Of one consumer; more are not even read. An honest one sends five."""
    packet_bytes: int = 128 * 1024
    """Longer messages a broker is to keep to itself (MQTT 5)."""
    tick_s: float = 0.25
    farewell_s: float = 0.8
    stop_within_s: float = 1.4
    stuck_after_s: float = 45.0
    """A thread that has not asked whether to stop for so long is stuck. Rightly silent are the broker's while it dials
    (name service 25 s with three servers that are down, TCP 5 s an address, TLS 5 s) and the core's during a few calls
    (5 s to send, 5 s to answer each). With the 10 s of systemd, a dead thread is noticed within 60 s."""
