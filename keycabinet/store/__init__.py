"""The store: an append-only ledger, the books folded from it, and what the site has enrolled.

``Store`` is the only writer, ``Reader`` answers queries beside it. A store is made and upgraded by
``keycabinet.store.upgrade``, which is not imported here because Alembic has no business in a running core.
"""

from keycabinet.store.change import Change
from keycabinet.store.commitments import Enrolment, bounds_changed, commitment, rights_changed
from keycabinet.store.ledger import Head
from keycabinet.store.queries import Reader
from keycabinet.store.rows import Row
from keycabinet.store.store import Store

__all__ = ["Change", "Enrolment", "Head", "Reader", "Row", "Store", "bounds_changed", "commitment", "rights_changed"]
