"""Ways to tamper with a ledger: with its rows, and with the bytes of its file. Each one changes something."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.evidence.ledgers import Rows, hash_of, rehashed
from tests.store.verifying import COLUMNS

RowEdit = Callable[[Random, Rows], Rows]


def change_a_column(random: Random, rows: Rows) -> Rows:
    place = random.randrange(len(rows))
    return [*rows[:place], changed(random, rows[place]), *rows[place + 1 :]]


def change_a_row_and_its_hash(random: Random, rows: Rows) -> Rows:
    place = random.randrange(len(rows))
    row = changed(random, rows[place], COLUMNS[1:-2])
    return [*rows[:place], {**row, "hash": hash_of(row)}, *rows[place + 1 :]]


def delete_a_row(random: Random, rows: Rows) -> Rows:
    place = random.randrange(len(rows))
    return rows[:place] + rows[place + 1 :]


def insert_a_row(random: Random, rows: Rows) -> Rows:
    row = {**random.choice(rows), "id": random.randbytes(16).hex()}
    place = random.randrange(len(rows) + 1)
    return [*rows[:place], row, *rows[place:]]


def double_a_row(random: Random, rows: Rows) -> Rows:
    place = random.randrange(len(rows))
    return [*rows[: place + 1], rows[place], *rows[place + 1 :]]


def move_a_row(random: Random, rows: Rows) -> Rows:
    source, target = random.sample(range(len(rows)), 2)
    others = rows[:source] + rows[source + 1 :]
    return [*others[:target], rows[source], *others[target:]]


def swap_two_rows(random: Random, rows: Rows) -> Rows:
    one, other = random.sample(range(len(rows)), 2)
    swapped = list(rows)
    swapped[one], swapped[other] = rows[other], rows[one]
    return swapped


def cut_rows_off(random: Random, rows: Rows) -> Rows:
    return rows[: random.randrange(len(rows))]


def forge_a_column(random: Random, rows: Rows) -> Rows:
    place = random.randrange(len(rows))
    return rehashed([*rows[:place], changed(random, rows[place], COLUMNS[1:-2]), *rows[place + 1 :]])


def forge_a_deletion(random: Random, rows: Rows) -> Rows:
    return rehashed(delete_a_row(random, rows))


def forge_an_insertion(random: Random, rows: Rows) -> Rows:
    return rehashed(insert_a_row(random, rows))


def forge_an_order(random: Random, rows: Rows) -> Rows:
    return rehashed(swap_two_rows(random, rows))


ROW_EDITS: Mapping[str, RowEdit] = {
    each.__name__: each
    for each in (
        change_a_column, change_a_row_and_its_hash, delete_a_row, insert_a_row, double_a_row, move_a_row,
        swap_two_rows, cut_rows_off, forge_a_column, forge_a_deletion, forge_an_insertion, forge_an_order,
    )
}  # fmt: skip


def flip_a_bit(random: Random, raw: bytes) -> bytes:
    return _flipped(raw, random.randrange(len(raw)), random.randrange(8))


def flip_a_bit_of(random: Random, raw: bytes, row: dict[str, Any]) -> bytes:
    """Somewhere between its id and its hash, or shortly before: near its start in a store, in its line in an export."""
    starts = [match.start() for match in re.finditer(row["id"].encode(), raw)]
    place = random.choice(starts) + random.randrange(-60, 400)
    return _flipped(raw, min(place, len(raw) - 1), random.randrange(8))


def _flipped(raw: bytes, place: int, bit: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]


def cut_bytes_off(random: Random, raw: bytes) -> bytes:
    return raw[: random.randrange(len(raw))]


def changed(random: Random, row: dict[str, Any], columns: tuple[str, ...] = COLUMNS) -> dict[str, Any]:
    """The row with another value of the same type in one column."""
    name = random.choice(columns)
    value = row[name]
    if isinstance(value, int):
        other: Any = value ^ 1 if name == "clock_synced" else max(0, value + random.choice((-1, 1, 1000)))
    elif value is None or not value:
        other = "ring:r1"
    else:
        other = _misspelt(random, value)
    return {**row, name: other if other != value else random.randbytes(4).hex()}


def _misspelt(random: Random, text: str) -> str:
    place = random.randrange(len(text))
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
