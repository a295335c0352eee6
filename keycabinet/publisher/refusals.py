"""What is written about refused receipts: enough to find who sends them, never what is in them, and not all of it."""

import structlog

from keycabinet.publisher.receipts import Refusal

log = structlog.get_logger(__name__)

EVERY_S = 60.0


class Refusals:
    """Writes of each kind of refusal once a minute at most; used by one thread."""

    def __init__(self) -> None:
        self._told_s: dict[Refusal, float] = {}

    def tell(self, refusal: Refusal, now_s: float) -> None:
        """Write that a receipt was refused, unless the same was written a short time ago."""
        last_s = self._told_s.get(refusal)
        if last_s is None or now_s >= last_s + EVERY_S:
            self._told_s[refusal] = now_s
            log.warning("receipt refused", reason=refusal.reason, consumer=refusal.consumer or "not registered")
