"""A stored mode or slot of which the ledger knows nothing is named, with the person, the instant and the reason."""

from keycabinet.domain.books import Books, Commissioning, OutOfService
from keycabinet.evidence.books import differences
from tests.builders import NOON, a_directory

STORED = Books(commissioning=Commissioning(NOON.utc, "ann"), out_of_service={7: OutOfService(NOON.utc, "bolt bent")})


def test_a_forged_mode_and_a_forged_slot_out_of_service_are_told() -> None:
    told = differences(STORED, Books(), a_directory())

    assert len(told) == 2
    assert "begun by Ann (1001) at 2026-03-04T18:00:00.000000Z; the ledger says nothing of it" in told[0]
    assert "slot 7: the books say out of service since" in told[1]
    assert "bolt bent" in told[1]
    assert differences(STORED, STORED, a_directory()) == ()
