"""What may be said, and what may not."""

from dataclasses import fields

import pytest
from pydantic import ValidationError

from keycabinet.domain.entries import ENTRY_TYPES, Entry
from keycabinet.publisher.envelopes import TELLABLE, WITHHELD, event_of
from keycabinet.publisher.heard import Row
from keycabinet.publisher.messages import Event
from keycabinet.publisher.topics import Topics
from tests.publisher.fake_core import AT, a_row


@pytest.mark.parametrize("entry", ENTRY_TYPES, ids=lambda entry: entry.type)
def test_somebody_decided_for_every_field_of_the_ledger_whether_it_is_published(entry: type[Entry]) -> None:
    undecided = {each.name for each in fields(entry)} - TELLABLE - WITHHELD

    assert not undecided


def test_a_field_that_nobody_decided_about_stays_in_the_cabinet() -> None:
    row = Row.model_validate(a_row(1, body={"slot": 3, "pin": "4711", "note": "Ann"}))

    assert event_of(row, "mc-1", replayed=False).data.body == {"slot": 3}


def test_an_event_is_a_cloud_event_with_the_number_of_its_row() -> None:
    row = Row.model_validate(a_row(7, type="ring.taken", subject="ring:r-3", actor="p-1"))
    event = event_of(row, "mc-1", replayed=True)

    told = event.model_dump(mode="json")
    required = {"specversion": "1.0", "id": row.id, "source": "/keycabinet/mc-1", "type": "keycabinet.ring.taken"}
    assert told.items() >= required.items()
    assert told.items() >= {"time": AT, "sequence": 7, "replayed": True, "subject": "ring:r-3"}.items()
    assert Event.model_validate(told) == event


@pytest.mark.parametrize("wrong", [{"time": "yesterday"}, {"sequence": 0}, {"id": ""}, {"pin": "4711"}])
def test_a_message_that_is_not_as_agreed_cannot_be_made(wrong: dict[str, object]) -> None:
    told = event_of(Row.model_validate(a_row(1)), "mc-1", replayed=False).model_dump()

    with pytest.raises(ValidationError) as refused:
        Event.model_validate({**told, **wrong})
    assert "4711" not in str(refused.value)


def test_no_subject_can_leave_its_level_of_a_topic() -> None:
    topic = Topics("mc-1").alarm("overdue", "a/b+c#d")

    assert topic == "keycabinet/mc-1/alarms/overdue/a%2Fb%2Bc%23d"


def test_an_alarm_of_duress_goes_under_sealed_alone() -> None:
    assert Topics("mc-1").alarm("duress", "ann") == "keycabinet/mc-1/sealed/alarms/duress/ann"
