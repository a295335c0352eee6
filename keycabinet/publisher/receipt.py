"""The receipt of a consumer: how far it has stored what was published, and a MAC that nobody else can make. Pure."""

import hmac
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_BYTES = 512
"""A receipt is never longer."""
FORM = "keycabinet-receipt-1"
"""The first word under every MAC: it is good for nothing else."""

Seq = Annotated[int, Field(ge=0, le=2**62)]
Instant = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$")]
"""As ``utc_text`` writes it, so that the order of texts is the order of instants."""


class Claim(BaseModel):
    """What a consumer says: it has stored every row up to these ones, without a gap."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    sequence: Seq
    """The last row of ``events``; 0: none yet."""
    sealed: Seq | None
    """The last row of ``sealed/events``; null: it does not listen there."""
    at: Instant
    """When it said so, by its own clock; later than whenever it spoke before."""


class Receipt(Claim):
    """``receipts/<consumer>``: a claim with its MAC."""

    mac: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @classmethod
    def read(cls, payload: bytes) -> "Receipt":
        """The receipt in this message. Raises ValueError, which does not repeat what is in it, for anything else."""
        if len(payload) > MOST_BYTES:
            raise ValueError(f"{len(payload)} bytes are too many for a receipt")
        return cls.model_validate_json(payload)

    @classmethod
    def of(cls, claim: Claim, cabinet: str, consumer: str, key: bytes) -> "Receipt":
        """The claim, as this consumer of this cabinet makes it."""
        return cls(**dict(claim), mac=_mac(claim, cabinet, consumer, key))

    def is_by(self, cabinet: str, consumer: str, key: bytes) -> bool:
        """Whether whoever has this key made it, as this consumer and for this cabinet; in constant time."""
        return hmac.compare_digest(self.mac, _mac(self, cabinet, consumer, key))

    def payload(self) -> bytes:
        """The receipt as it goes out."""
        return self.model_dump_json().encode()


def _mac(claim: Claim, cabinet: str, consumer: str, key: bytes) -> str:
    """HMAC-SHA256 over a JSON list without white space, in ASCII: no two different claims have one form."""
    told = [FORM, cabinet, consumer, claim.sequence, claim.sealed, claim.at]
    return hmac.digest(key, json.dumps(told, separators=(",", ":")).encode(), "sha256").hex()
