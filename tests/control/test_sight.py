"""What the publisher is given of the ledger."""

import pytest

from keycabinet.control.peers import Kind, Sealed
from keycabinet.control.sight import visible_to
from keycabinet.domain.entries import SEALED_KINDS, AlarmCleared, AlarmRaised, DuressIssued, DuressUsed, Entry
from tests.control.house import House
from tests.store.builders import recorded

SEALED: list[Entry] = [
    DuressIssued("ann", "ada"),
    DuressUsed("ann"),
    *(row(kind, "ann") for row in (AlarmRaised, AlarmCleared) for kind in SEALED_KINDS),
]


@pytest.mark.parametrize("entry", SEALED, ids=repr)
def test_the_publisher_is_given_every_row_about_duress_so_that_none_of_them_holds_its_cursor_back(
    house: House, entry: Entry
):
    (row,) = recorded(house.store, entry)

    assert visible_to(Kind.MQTT, None, Sealed.DURESS).shows(row)
    assert visible_to(Kind.MQTT, None, Sealed.ALL).shows(row)
    assert not visible_to(Kind.MQTT, None, Sealed.NONE).shows(row)
