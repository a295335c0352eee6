"""What each method takes, as it stands on the wire."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Seq = Annotated[int, Field(ge=1, le=2**62)]
Limit = Annotated[int, Field(ge=1, le=1000)]
Short = Annotated[str, Field(min_length=1, max_length=100)]
Note = Annotated[str, Field(min_length=1, max_length=400)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Csv = str | None
Cells = Annotated[dict[Name, Annotated[str, Field(max_length=1000)]], Field(repr=False)]
"""Columns as in the CSV files of the roster, with what would stand in them."""


class Params(BaseModel):
    """What a method takes: nothing unknown, nothing of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Nothing(Params):
    """A method without parameters."""


class WithToken(Params):
    """A method that a person calls; ``token`` is from ``login``."""

    token: SecretStr


class MayHaveToken(Params):
    """A question that anybody may ask; ``token``: a person to whom more is told."""

    token: SecretStr | None = None


class LedgerRead(MayHaveToken):
    """From which row on, and how many at most."""

    from_seq: Seq
    limit: Limit = 100


class SeenAs(MayHaveToken):
    """``peer``: as what the process asks, where as one user of several parts it can be taken for more than one."""

    peer: Literal["mqtt"] | None = None


class Subscribe(SeenAs):
    """From which row on; at most the one after the last. ``only``: sealed rows, or the rest; None: all that is seen."""

    from_seq: Seq
    only: Literal["sealed", "rest"] | None = None


class HistoryOf(MayHaveToken):
    """A person (user code or id), a ring (number or id) or a slot: exactly one of them."""

    person: Short | None = None
    ring: Short | None = None
    slot: Annotated[int, Field(ge=1, le=9999)] | None = None
    limit: Limit = 50

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if sum(each is not None for each in (self.person, self.ring, self.slot)) != 1:
            raise ValueError("give exactly one of person, ring and slot")
        return self


class RightsExplain(Params):
    """A ring (number or id), a time as people say it (None: now), and one person (user code or id) or everybody."""

    ring: Short
    at: Short | None = None
    person: Short | None = None


class CursorName(Params):
    """A reader of the ledger."""

    name: Literal["mqtt"]


class CursorMove(Params):
    """A reader of the ledger, and the row that it is done with."""

    name: Literal["mqtt"]
    seq: Annotated[int, Field(ge=0, le=2**62)]
    fault: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,31})?$")] = ""
    """Why it gets no further, by name; empty if nothing is wrong."""
    detail: Annotated[str, Field(max_length=300)] = ""


Stored = Annotated[int, Field(ge=0, le=2**62)]


class ReceiptNote(Params):
    """A consumer, and the last rows that it has stored without a gap; ``sealed`` is null for who is not given any."""

    consumer: Name
    sequence: Stored
    sealed: Stored | None = None


class Login(Params):
    """A user code and its PIN."""

    code: Short
    pin: Annotated[SecretStr, Field(min_length=1, max_length=16)]


class PersonOf(WithToken):
    """A person, by user code or id."""

    person: Short


class PersonAdd(WithToken):
    """A person by the columns of people.csv; a column that is left out is empty there (``role``: staff)."""

    cells: Cells


class PersonChange(PersonOf):
    """A person, and the columns of people.csv that are to be other than they are."""

    cells: Cells


class RingOf(WithToken):
    """A ring, by number or id."""

    ring: Short


class RingAdd(WithToken):
    """A ring by the columns of rings.csv; a column that is left out is empty there (``due``: none, ``keys``: 0)."""

    cells: Cells


class RingChange(RingOf):
    """A ring, and the columns of rings.csv that are to be other than they are."""

    cells: Cells


class PinOf(WithToken):
    """A person, by user code."""

    code: Short


class LearnRing(RingOf):
    """A ring, by number or id, and how long to wait for its tag."""

    within_s: Annotated[int, Field(ge=0, le=120)] = 120


class SlotOf(WithToken):
    """A slot."""

    slot: Annotated[int, Field(ge=1, le=9999)]


class SlotAndWhy(SlotOf):
    """A slot, and why it does not serve."""

    why: Short


class Count(WithToken):
    """How many rings somebody counted in the cabinet."""

    rings: Annotated[int, Field(ge=0, le=9999)]


class AlarmOf(WithToken):
    """A standing alarm: its kind, and what it is about, by number of ring or slot, user code, or id."""

    kind: Short
    about: Short


class AlarmAcknowledge(AlarmOf):
    """``note``: what is to be remembered."""

    note: Note | None = Field(default=None, repr=False)


class AlarmContact(AlarmOf):
    """Who was asked, and what came of it."""

    whom: Annotated[str, Field(min_length=1, max_length=100, repr=False)]
    outcome: Note = Field(repr=False)


class AlarmExtend(WithToken):
    """A ring that is out, by number, and until when it may be kept, as people say times."""

    ring: Short
    until: Short
    note: Note | None = Field(default=None, repr=False)


class PinsMissing(WithToken):
    """How many of those who have no PIN get one now: each costs a slow hash, and an answer that is lost loses them."""

    most: int = Field(ge=1, le=100)


class RosterImport(WithToken):
    """Tables of the roster as CSV text; None leaves a table as it is. ``dry_run``: say what would change, no more."""

    people: Csv = Field(default=None, repr=False)
    rings: Csv = Field(default=None, repr=False)
    rights: Csv = Field(default=None, repr=False)
    schedules: Csv = Field(default=None, repr=False)
    holidays: Csv = Field(default=None, repr=False)
    limits: Csv = Field(default=None, repr=False)
    pairs: Csv = Field(default=None, repr=False)
    dry_run: bool = False
