"""``keycabinet mqtt``: the core's ledger and state on a broker. Reading order: messages.py, outbox.py, publisher.py."""

from keycabinet.publisher.app import main

__all__ = ["main"]
